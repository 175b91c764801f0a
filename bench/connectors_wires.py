"""Lines of what is no HTTP of the project's own servers: IMAP and SMTP, SFTP (OpenSSH), S3; and calendars of Graph."""

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from connectors_line import Served, line
from connectors_opens import mails, meetings, packages, sent, series
from connectors_said import GRAPH

from tests.certificates import make_certificates
from tests.connectors.vendors.graph_calendar import BOX, CalendarServer
from tests.imap_server import imap_server
from tests.mail_kit import Box, submission
from tests.object_store import KEY, SECRET, object_store
from tests.openssh import openssh


@contextmanager
def imap(folder: Path, count: int) -> Iterator[Served]:
    """Serve a folder with *count* mails."""
    keys = make_certificates(folder)
    with imap_server(count, keys) as server:
        yield {"PORT": str(server.port), "CA": str(keys / "ca.pem")}, {"SECRET": "right"}


@contextmanager
def smtp(folder: Path, _count: int) -> Iterator[Served]:
    """Take mails, by STARTTLS."""
    keys = make_certificates(folder)
    with submission(Box(), keys) as port:
        yield {"PORT": str(port), "CA": str(keys / "ca.pem")}, {"SECRET": "right"}


@contextmanager
def sftp(folder: Path, count: int, *, empty: bool = False) -> Iterator[Served]:
    """Serve a folder with *count* transcripts, or an *empty* one, by OpenSSH."""
    (folder / "place").mkdir()
    for number in range(0 if empty else count):
        (folder / "place" / _recording(number)).write_bytes(b"WEBVTT\n")
    with openssh(folder) as (port, host, key):
        user = pwd.getpwuid(os.geteuid()).pw_name
        told = {"PORT": str(port), "HOSTKEY": host, "PLACE": str(folder / "place"), "USER": user}
        yield told, {"SECRET": key}


@contextmanager
def s3(folder: Path, count: int, *, empty: bool = False) -> Iterator[Served]:
    """Serve a bucket with *count* transcripts, or an *empty* one."""
    with object_store(folder) as store:
        for number in range(0 if empty else count):
            store.client.put_object(Bucket="trial", Key=f"in/{_recording(number)}", Body=b"WEBVTT\n")
        yield {"ENDPOINT": store.endpoint, "CA": str(store.ca)}, {"SECRET": SECRET, "KEY": KEY}


def _recording(number: int) -> str:
    return f"2026-03-02 0800 Weekly {number}.vtt"


class Calendar(CalendarServer):
    """Finds a series without looking through all there are."""

    def found(self, asked: Any, user: str) -> Any:
        """Return the series that is asked for."""
        uid = asked.params["$filter"].rpartition(" eq '")[2].removesuffix("')")
        known = uid.removeprefix("s").removesuffix("@h")
        whole, self.events = self.events, {uid: self.events[known]} if known in self.events else {}
        try:
            return super().found(asked, user)
        finally:
            self.events = whole


def calendars(peer: Calendar, count: int) -> None:
    """Keep *count* weekly series."""
    from datetime import datetime

    from hub.connectors.calendar.graph_forms import event_of
    from hub.domain.recurring import Every, Recurrence, Series

    begins = datetime(2026, 3, 3, 15)  # noqa: DTZ001  # on the clock of the zone
    for number in range(count):
        one = Series(f"s{number}@h", "Weekly call", begins, "Europe/Berlin", 60, Recurrence(Every.WEEK))
        kept = {"id": str(number), "moved": {}, "gone": [], "etag": f'W/"v{number}"'}
        peer.events[str(number)] = kept | event_of(one, written=one.fingerprint)


_TAKE = "take: {organizations: [A], account: a@b.test, consent: told}"
_SFTP = "sftp: {host: 127.0.0.1, port: PORT, user: USER, folder: 'PLACE', host_key: 'HOSTKEY', key: 'env:SECRET'}"
_S3 = (
    "s3: {bucket: trial, prefix: in/, endpoint: 'ENDPOINT', region: us-east-1, key: 'env:KEY', secret: 'env:SECRET', "
    "ca: 'CA'}"
)


def _recordings(where: str) -> str:
    return f"{{name: p, platform: place, {_TAKE}, place: {{settle_s: 0, {where}}}}}"


def _packages(where: str) -> str:
    return f"{{connector: place, name: p, {where}}}"


_LOGIN = "login: {user: 'hub@meridian.test', password: 'env:SECRET'}, ca: 'CA'"
LINES = (
    line(
        "mail (IMAP)",
        "mail",
        serves=imap,
        opens=mails,
        yaml="{name: m, study: S, organizations: [A], agreed: plan, since: 2026-01-01, imap: "
        f"{{host: 127.0.0.1, port: PORT, {_LOGIN}}}}}",
        part=10,
        why="a request for each mail, a connection for each page of 50",
    ),
    line(
        "mail (SMTP)",
        "mail",
        serves=smtp,
        opens=sent,
        yaml=f"{{send: smtp, smtp: {{host: 127.0.0.1, port: PORT, sender: hub@meridian.test, {_LOGIN}}}}}",
        part=100,
        why="mails sent, each over a connection of its own, with STARTTLS and sign-in",
    ),
    line(
        "calendar (Graph)",
        "calendar",
        peer=Calendar,
        fill=calendars,
        opens=series,
        yaml=f"{{name: c, graph: {{{GRAPH}, mailbox: {BOX}}}}}",
        secrets={"SECRET": Calendar().secret},
        part=100,
        why="two requests for each series",
    ),
    line(
        "place (recordings in, SFTP)", "place", serves=sftp, opens=meetings, yaml=_recordings(_SFTP), why="one folder"
    ),
    line(
        "place (packages out, SFTP)",
        "place",
        serves=partial(sftp, empty=True),
        opens=packages,
        yaml=_packages(_SFTP),
        part=500,
        why="documents put there, two files each, each over a connection of its own",
    ),
    line(
        "place (recordings in, S3)",
        "place",
        serves=s3,
        opens=meetings,
        yaml=_recordings(_S3),
        part=20,
        why="one bucket; so many, for the store of the tests takes long to be filled",
    ),
    line(
        "place (packages out, S3)",
        "place",
        serves=partial(s3, empty=True),
        opens=packages,
        yaml=_packages(_S3),
        part=500,
        why="documents put there, two files each",
    ),
)
