"""How what a YAML describes is opened and read to its end, for each kind of connector."""

import hashlib
import io
import itertools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from connectors_line import BEGAN


def now() -> datetime:
    """Return a time after all that there is."""
    return datetime.now(UTC)


def system(kind: str, folder: Path, _count: int) -> Iterator[int]:
    """Read one kind of a system of the catalogue."""
    from hub.connectors.catalogue import open_system

    source = open_system(folder / "it.yaml").source
    return paged(partial(source.pull, kind), "changes", getattr(source, "close", int))


def mails(folder: Path, _count: int) -> Iterator[int]:
    """Read a mailbox."""
    from hub.connectors.mail.mailboxes import load_mailboxes

    [box] = load_mailboxes(folder, clock=now).found.values()
    return paged(box.mailbox.pull, "mails", box.mailbox.close)


def messages(folder: Path, _count: int) -> Iterator[int]:
    """Read an agreed channel."""
    from hub.connectors.chat import load_agreed

    [agreed] = load_agreed(folder, clock=now).found.values()
    return paged(agreed.capture.pull, "said", agreed.capture.close)


def meetings(folder: Path, _count: int) -> Iterator[int]:
    """Look for recorded meetings, with who was there and the addresses of their files."""
    from hub.connectors.platforms import load_platforms

    [connected] = load_platforms(folder, clock=now, tokens=Kept).found.values()
    return _held(connected.platform)


def _held(platform: Any) -> Iterator[int]:
    for one in platform.held(BEGAN, now()):
        assert hasattr(one, "files"), one
        yield 1
    platform.close()


def series(folder: Path, _count: int) -> Iterator[int]:
    """Ask for one series after the other."""
    from hub.connectors.calendar.opening import load_calendars

    [events] = load_calendars(folder, clock=now).found.values()
    found = (int(events.find(f"s{number}@h") is not None) for number in itertools.count())
    return ended(itertools.takewhile(bool, found), events.close)


def packages(folder: Path, count: int) -> Iterator[int]:
    """File *count* documents."""
    from hub.connectors.catalogue import open_system

    filing = open_system(folder / "it.yaml").filing
    return (_filed(filing, number) for number in range(count))


def _filed(filing: Any, number: int) -> int:
    from hub.domain.papers import Paper

    content = f"Document {number}".encode()
    sha256 = hashlib.sha256(content).hexdigest()
    paper = Paper(f"D{number}", f"Document {number}.pdf", "application/pdf", len(content), sha256)
    return int(filing.file(paper, io.BytesIO(content)).new)


def posts(folder: Path, count: int) -> Iterator[int]:
    """Announce *count* minutes in a chat."""
    from hub.connectors.chat.outgoing import Chats

    chats = Chats(folder, clock=now)
    return (_posted(chats, number) for number in range(count))


def _posted(chats: Any, number: int) -> int:
    from hub.ports.review import Announcement

    lines = ("Two decisions, three actions.", "Next call on Tuesday.")
    told = chats.announce("it", Announcement(f"Minutes {number}", lines, "https://hub.test/m/1", "Read", f"k{number}"))
    return int(bool(told))


def sent(folder: Path, count: int) -> Iterator[int]:
    """Send *count* mails."""
    from hub.connectors.mail.declared import load_mailer

    mailer = load_mailer(folder / "it.yaml", clock=now)
    return (_sent(mailer, number) for number in range(count))


def _sent(mailer: Any, number: int) -> int:
    from hub.ports.review import Attachment, Mail

    minutes = Attachment("minutes.pdf", "application/pdf", b"%PDF-1.7" + bytes(20_000))
    mail = Mail("eva@asterion.test", f"Minutes {number}", "The minutes.\n", f"<m{number}@hub>", "en", (minutes,))
    return int("accepted" in mailer.send(mail))


def told_out(folder: Path, count: int) -> Iterator[int]:
    """Send *count* messages to a partner's webhook, signed."""
    from hub.connectors.webhook.outgoing import WebhookPoster

    poster = WebhookPoster(folder, clock=now)
    told = ({"meeting": f"m{number}", "text": "x" * 400} for number in range(count))
    return (int("204" in poster.post("it", "minutes.approved", one, key=str(one["meeting"]))) for one in told)


def told_in(_folder: Path, count: int) -> Iterator[int]:
    """Verify *count* calls of a partner, each signed, and hand them on."""
    import base64

    from hub.connectors.webhook.calls import Request
    from hub.connectors.webhook.receive import receive, verifier
    from hub.connectors.webhook.signatures import standard_secrets
    from hub.connectors.webhook.standard import signed_headers

    secret = "whsec_" + base64.b64encode(bytes(range(32))).decode()
    verify, keys = verifier("standard", "cro", [secret], clock=now), standard_secrets([secret])

    def called(number: int) -> int:
        body = f'{{"type": "site.changed", "site": "{number}", "note": "{"x" * 400}"}}'.encode()
        headers = tuple(signed_headers(keys, f"m{number}", now(), body).items())
        return int(receive(Request(headers, body), verify, bool).status == 204)

    return map(called, range(count))


def ended(steps: Iterator[int], close: Callable[[], object]) -> Iterator[int]:
    """Yield *steps* and let go of connections."""
    yield from steps
    close()


def paged(pull: Callable[[str | None], Any], what: str, close: Callable[[], object]) -> Iterator[int]:
    """Pull until there is no more; what cannot be read ends the run."""
    cursor, more = None, True
    while more:
        page = pull(cursor)
        aside = getattr(page, "rejects", ()) or getattr(page, "aside", ())
        assert not aside, aside[0]
        cursor, more = page.cursor, page.more
        yield len(getattr(page, what))
    close()


@dataclass
class Kept:
    """Keeps the one refresh token of a run in memory."""

    kept: str | None = None

    def keep(self, credentials: str) -> None:
        """Keep it."""
        self.kept = credentials

    def turn(self, _name: str, _seed: str) -> AbstractContextManager["Kept"]:
        """Wait for nobody."""
        return nullcontext(self)
