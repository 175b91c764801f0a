"""A file of this machine becomes a meeting, in the name of who puts it there: opened, taken, its minutes asked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hub.domain.cards import Card
from hub.domain.people import Principal
from hub.services.review import pipeline, uploads
from hub.services.review.meetings import About, open_meeting
from hub.services.review.room import Room, held
from hub.services.review.uploads import Dock

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Laid:
    """What *by* puts on the shelf. *consent* says how those who were recorded were told and agreed."""

    file: Path
    about: About
    consent: str
    by: str
    language: str | None = None


def lay(room: Room, dock: Dock, submit: pipeline.Submit, principal: Principal, laid: Laid) -> Card:
    """Enter a meeting with its file, and have its minutes drafted; each step is in the trail.

    The trail says as well who was at the command line. What the file or its consent lacks is said before anything
    stands here: UsageError. RefusedError and MissingError as the policy says.
    """
    size = laid.file.stat().st_size
    uploads.require(dock, laid.file.name, size, laid.consent)
    card = open_meeting(room, principal, laid.about)
    with held(room, card.meeting_id, principal.actor) as work:
        work.note("meeting", "laid", None, {"file": laid.file.name}, reason=f"by {laid.by}, on the command line")
    upload = uploads.open_upload(
        room, dock, principal, card.meeting_id, name=laid.file.name, size=size, consent=laid.consent
    )
    uploads.receive(room, dock, principal, upload.id, offset=0, pieces=pieces(laid.file))
    pipeline.start(room, submit, principal, card.meeting_id, language=laid.language)
    return card


def pieces(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a file, some at a time."""
    with path.open("rb") as stream:
        while piece := stream.read(_PIECE):
            yield piece
