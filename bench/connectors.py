"""Records a second and memory of connectors that read 100,000 objects from a server on this machine.

    .venv/bin/python bench/connectors.py [--objects 100000] [--only veeva]

The server runs in a process of its own and does no more than slice a prepared list, so that what is measured is ours:
*ours* is the processor time of the reading process, *waiting* is what is left of the time on the clock: the network and
the server. Memory is the greatest that the reading process held, less what it held before the first page.
"""

import argparse
import itertools
import json
import multiprocessing
import os
import re
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
BEGAN = datetime(2026, 3, 2, tzinfo=UTC)
SIZE = 1000


def moment(number: int) -> str:
    """Return when an object changed."""
    return (BEGAN + timedelta(seconds=number)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def veeva(path: str, form: dict[str, list[str]], count: int) -> dict[str, Any]:
    """Answer as a vault."""
    if path.endswith("/auth"):
        return {"responseStatus": "SUCCESS", "sessionId": "S", "vaultId": 1}
    if "/deletions/" in path:
        return {"responseStatus": "SUCCESS", "responseDetails": {"total": 0}, "data": []}
    found = re.search(r"id > 'V(\d+)'", form["q"][0])
    begin = int(found[1]) + 1 if found else 0
    rows = [
        {"id": f"V{n:09d}", "name__v": f"Site {n}", "study__v": "S1", "modified_date__v": moment(n), "region__c": "EU"}
        for n in range(begin, min(begin + SIZE, count))
    ]
    details = {"pagesize": SIZE, "size": len(rows), "total": count - begin}
    return {"responseStatus": "SUCCESS", "responseDetails": details, "data": rows}


def sharepoint(path: str, form: dict[str, list[str]], count: int) -> dict[str, Any]:
    """Answer as Graph."""
    if path.endswith("/token"):
        return {"access_token": "T", "expires_in": 3600}
    begin = int(form.get("at", ["0"])[0])
    items = [
        {"id": f"I{n}", "name": f"{n}.pdf", "eTag": f'"{n}"', "file": {"hashes": {}}, "size": 7}
        for n in range(begin, min(begin + SIZE, count))
    ]
    onward = begin + SIZE
    place = f"{form['base'][0]}/drives/D/items/root/delta()?at={min(onward, count)}"
    return {"value": items, "@odata.nextLink" if onward < count else "@odata.deltaLink": place}


def rest(_path: str, form: dict[str, list[str]], count: int) -> dict[str, Any]:
    """Answer as a plain HTTP API."""
    begin = int(form.get("after", ["0"])[0])
    items = [{"id": n, "name": f"Site {n}", "changed": moment(n)} for n in range(begin, min(begin + SIZE, count))]
    return {"items": items, "next": begin + SIZE if begin + SIZE < count else None}


def mail(path: str, form: dict[str, list[str]], count: int) -> Any:
    """Answer as Graph for a mailbox: a delta, and each mail as it came."""
    if path.endswith("/token"):
        return {"access_token": "T", "expires_in": 3600}
    if path.endswith("/$value"):
        number = path.split("/")[-2]
        head = f"From: Eva <eva@asterion.test>\r\nTo: hub@meridian.test\r\nSubject: Re: {number}\r\n"
        tail = f"Message-ID: <{number}@asterion.test>\r\nDate: Mon, 02 Mar 2026 08:00:00 +0000\r\n\r\nAgreed."
        return f"{head}{tail}".encode()
    begin = int(form.get("at", ["0"])[0])
    onward = min(begin + 50, count)
    rows = [{"id": f"M{n}", "receivedDateTime": moment(n)} for n in range(begin, onward)]
    place = f"{form['base'][0]}/users/box@m.test/mailFolders/inbox/messages/delta()?at={onward}"
    return {"value": rows, "@odata.nextLink" if onward < count else "@odata.deltaLink": place}


def capture(path: str, form: dict[str, list[str]], count: int) -> dict[str, Any]:
    """Answer as Slack."""
    if path.endswith("users.info"):
        return {"ok": True, "user": {"real_name": "Eva Klein"}}
    begin = int(form.get("cursor", ["0"])[0])
    onward = min(begin + 200, count)
    said = [
        {"type": "message", "user": f"U{n % 7}", "ts": f"{1772438400 + n}.000100", "text": f"Site {n} is open."}
        for n in range(begin, onward)
    ]
    about = {"next_cursor": str(onward) if onward < count else ""}
    return {"ok": True, "messages": said, "has_more": onward < count, "response_metadata": about}


def calendar(_path: str, _form: dict[str, list[str]], count: int) -> bytes | None:
    """Answer as a CalDAV server that has *count* series, each held weekly with a day moved."""
    if next(SERIES) >= count:
        return None
    from hub.connectors.calendar.ical import written
    from hub.domain.recurring import Every, Otherwise, Recurrence, Series

    begins = datetime(2026, 3, 3, 15)  # noqa: DTZ001  # on the clock of the zone
    moved = (Otherwise(begins.date() + timedelta(days=7), begins + timedelta(days=8)),)
    series = Series("s@h", "Weekly call", begins, "Europe/Berlin", 60, Recurrence(Every.WEEK), moved)
    return written(series, at=BEGAN)


SERIES = itertools.count()
ANSWERS: dict[str, Callable[[str, dict[str, list[str]], int], Any]] = {
    "veeva": veeva,
    "sharepoint": sharepoint,
    "rest": rest,
    "mail": mail,
    "capture": capture,
    "calendar": calendar,
}
YAML = {
    "veeva": "{connector: veeva, name: v, address: ADDRESS, vault_id: 1, sign_in: {user: u, password: 'env:SECRET'}, "
    "kinds: {site: {fields: {name: null, status: null, investigator: null, region: region__c}}}}",
    "sharepoint": "{connector: sharepoint, name: p, drive: D, access: {tenant: t, client_id: c, client_secret: "
    "'env:SECRET', login_url: ADDRESS, base_url: ADDRESS}}",
    "rest": "{connector: rest, name: r, base_url: ADDRESS, kinds: {site: {list: {path: items, items: items, paging: "
    "cursor, param: after, size: 1000}, fields: {name: name}, changed_at: changed}}}",
    "mail": "{name: m, study: S, organizations: [A], agreed: plan, since: 2026-01-01, graph: {tenant: t, client_id: c, "
    "client_secret: 'env:SECRET', mailbox: box@m.test, login_url: ADDRESS, base_url: ADDRESS}}",
    "capture": "{study: S, organizations: [A], agreed: plan, channels: [{name: c, since: 2026-01-01, slack: {token: "
    "'env:SECRET', channel: C012AB3CD, base_url: ADDRESS}}]}",
    "calendar": "{name: c, caldav: {url: ADDRESS, user: u, password: 'env:SECRET'}}",
    "place": "{name: p, platform: place, take: {organizations: [A], account: a@b.test, consent: told}, place: {folder: "
    "FOLDER, settle_s: 0}}",
    "ems": "{connector: ems, name: e, study: S, inbox: FOLDER, sender: {source: C, specification: A}, model: "
    "{version: '3.0'}}",
}


KINDS = {"veeva": "site", "rest": "site", "mail": "mails", "capture": "messages", "place": "recordings"}
KINDS["calendar"] = "series"
PARTS = {"ems": 10, "mail": 10, "calendar": 100}
"""Of these a part is read: each object is a file or a request of its own, and nobody has so many series."""


def serve(name: str, count: int, told: Any) -> None:
    """Serve until the process is ended; *told* gets the port."""

    class Wire(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def _any(self) -> None:
            split = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            form = {**parse_qs(split.query), **parse_qs(body), "base": [f"http://127.0.0.1:{server.server_port}"]}
            made = ANSWERS[name](split.path, form, count)
            content = made if isinstance(made, bytes) else json.dumps(made).encode()
            self.send_response_only(404 if made is None else 200)
            self.send_header("ETag", '"1"')
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            self.wfile.flush()

        do_GET = do_POST = _any  # noqa: N815  # names of the base class

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Wire)
    told.put(server.server_port)
    server.serve_forever()


def read(text: str, kind: str, told: Any) -> None:
    """Read everything and tell what it took."""
    os.environ["SECRET"] = "s"  # noqa: S105  # of a server that takes any
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "it.yaml").write_text(text)
        pages = opened(kind, Path(folder))
    before = resource.getrusage(resource.RUSAGE_SELF)
    began, count = time.perf_counter(), 0
    for length in pages:
        count += length
    wall_s, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF)
    ours_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    told.put((count, wall_s, ours_s, (after.ru_maxrss - before.ru_maxrss) / 1024))


def opened(kind: str, folder: Path) -> Iterator[int]:
    """Return what reads everything, page by page, and yields how much each page held."""
    if kind == "mails":
        from hub.connectors.mail.mailboxes import load_mailboxes

        [box] = load_mailboxes(folder, clock=now).values()
        return paged(box.mailbox.pull, "mails")
    if kind == "messages":
        from hub.connectors.chat import load_agreed

        [agreed] = load_agreed(folder, clock=now).values()
        return paged(agreed.capture.pull, "said")
    if kind == "recordings":
        from hub.connectors.platforms import load_platforms

        [connected] = load_platforms(folder, clock=now).values()
        return (1 for _ in connected.platform.held(BEGAN, now()))
    if kind == "series":
        from hub.connectors.calendar.opening import load_calendars

        [events] = load_calendars(folder, clock=now).values()
        return itertools.takewhile(bool, (int(events.find(f"s{n}@h") is not None) for n in itertools.count()))
    from hub.connectors.catalogue import open_system

    return paged(partial(open_system(folder / "it.yaml").source.pull, kind), "changes")


def paged(pull: Callable[[str | None], Any], what: str) -> Iterator[int]:
    """Pull until there is no more; what cannot be read ends the run."""
    cursor, more = None, True
    while more:
        page = pull(cursor)
        aside = getattr(page, "rejects", ()) or getattr(page, "aside", ())
        assert not aside, aside[0]
        cursor, more = page.cursor, page.more
        yield len(getattr(page, what))


def now() -> datetime:
    """Return a time after all that there is."""
    return datetime.now(UTC)


def recordings(folder: Path, count: int) -> None:
    """Lay *count* finished transcripts into a folder."""
    for number in range(count):
        (folder / f"2026-03-02 0800 Weekly {number}.vtt").write_bytes(b"WEBVTT\n")


def packages(folder: Path, count: int) -> None:
    """Put *count* documents into packages of a thousand."""
    from tests.connectors.vendors.ems import Party, manifest

    party = Party(folder)
    batch = {"STUDYID": "S", "TRANSFERSOURCEID": "C", "SPECIFICATIONID": "A", "TMFRMVERSION": "3.0"}
    for begin in range(0, count, SIZE):
        made = [party.object(f"D{n}", f"Document {n}") for n in range(begin, min(begin + SIZE, count))]
        path = folder / f"{20260302000000 + begin}"
        (path / "files").mkdir(parents=True)
        for one in made:
            (path / one["CONTENTURL"]).write_text(one["content"])
        (path / "exchange.xml").write_text(manifest(made, {**batch, "TRANSFERID": path.name}))


def measure(name: str, count: int) -> tuple[int, float, float, float]:
    """Return objects read, seconds on the clock, seconds of our processor time, MiB held."""
    context = multiprocessing.get_context("spawn")
    told = context.Queue()
    with tempfile.TemporaryDirectory(prefix="bench-connectors-") as folder:
        text, kind, server = YAML[name], KINDS.get(name, "document"), None
        if name in ANSWERS:
            server = context.Process(target=serve, args=(name, count, told), daemon=True)
            server.start()
            text = text.replace("ADDRESS", f"http://127.0.0.1:{told.get(timeout=60)}")
        else:
            (recordings if name == "place" else packages)(Path(folder), count)
        reader = context.Process(target=read, args=(text.replace("FOLDER", folder), kind, told))
        reader.start()
        found: tuple[int, float, float, float] = told.get(timeout=3600)
        reader.join()
        if server is not None:
            server.terminate()
            server.join()
        return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--objects", type=int, default=100_000)
    parser.add_argument("--only", choices=sorted(YAML), action="append")
    asked = parser.parse_args()
    print("| connector | objects | records/s of our processor time | ours | waiting | memory |")
    print("|---|---|---|---|---|---|")
    for name in asked.only or YAML:
        count, wall_s, ours_s, held = measure(name, asked.objects // PARTS.get(name, 1))
        line = f"| {name} | {count:,} | {count / ours_s:,.0f} | {ours_s:.1f} s | {max(0.0, wall_s - ours_s):.1f} s "
        print(f"{line}| {held:.0f} MiB |", flush=True)


if __name__ == "__main__":
    main()
