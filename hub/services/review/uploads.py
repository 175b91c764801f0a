"""Files come in, piece by piece: a broken line costs the last piece, a wrong hash the file."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import PurePath
from typing import Any

from hub.domain.cards import Card, Consent
from hub.domain.errors import MissingError, RejectedError, StaleError, StandingError, UsageError
from hub.domain.people import Principal
from hub.domain.policy import Right
from hub.domain.uploads import Upload, UploadState
from hub.ports import BlobStore
from hub.ports.review import Incoming, ShelfUnit
from hub.services.review.meetings import require_idle
from hub.services.review.room import Room, held, seen, working

KEPT_FOR = timedelta(hours=24)
_SOUND = ".wav .flac .mp3 .m4a .ogg .oga .opus .webm .mp4 .mov .mkv .aac .wma .avi"
_TEXT = ".vtt .srt .sbv .docx .txt .text .md .json"
TAKEN = frozenset([*_SOUND.split(), *_TEXT.split()])
"""Endings of the files that are taken."""


@dataclass(frozen=True, slots=True)
class Dock:
    """Where files come in. *largest* is in bytes."""

    incoming: Incoming
    blobs: BlobStore
    largest: int


def open_upload(
    room: Room,
    dock: Dock,
    principal: Principal,
    meeting_id: str,
    *,
    name: str,
    size: int,
    consent: str,
    sha256: str | None = None,
) -> Upload:
    """Begin to take a file for a meeting. *consent* says how the people in it were told that it is recorded.

    UsageError for a kind of file that is not taken, one that is too large, or without consent.
    """
    name = require(dock, name, size, consent)
    if sha256 is not None and (len(sha256) != 64 or set(sha256.lower()) - set("0123456789abcdef")):
        raise UsageError("sha256: is no SHA-256 in hex")
    with working(room, principal, meeting_id, Right.MEETINGS_WRITE) as work:
        require_idle(work.card)
        wanted = sha256.lower() if sha256 else None
        upload = Upload(
            room.new_id(), meeting_id, principal.user.id, name, size, 0, work.at, work.at + KEPT_FOR, wanted
        )
        work.unit.add(upload)
        work.note("upload", "opened", None, {"name": name, "size": size}, of=upload.id[:16])
        work.change(consent=Consent(consent.strip(), principal.user.email, work.at))
        return upload


def require(dock: Dock, name: str, size: int, consent: str) -> str:
    """Return the name of a file that may be taken, without folders. UsageError as of `open_upload`."""
    name = PurePath(name.replace("\\", "/")).name
    if PurePath(name).suffix.lower() not in TAKEN:
        raise UsageError(f"{name}: is no recording or transcript that the hub takes ({', '.join(sorted(TAKEN))})")
    if not 0 < size <= dock.largest:
        raise UsageError(f"{name}: a file has 1 to {dock.largest} bytes")
    if not consent.strip():
        raise UsageError("note how those who were recorded were told and agreed; without it the file is not taken")
    return name


def upload(room: Room, principal: Principal, upload_id: str) -> Upload:
    """Return an upload of the principal's own. MissingError where there is none."""
    with room.shelf.reading() as unit:
        found = unit.get(Upload, upload_id)
    if found is None or found.user_id != principal.user.id:
        raise MissingError(f"{upload_id}: there is no such upload")
    seen(room, principal, found.meeting_id, Right.MEETINGS_WRITE)
    return found


def receive(
    room: Room, dock: Dock, principal: Principal, upload_id: str, *, offset: int, pieces: Iterable[bytes]
) -> Upload:
    """Take *pieces* from *offset* on; what was taken stays where the line breaks.

    StaleError where *offset* is not the end of what is there; UsageError where there is more than was said. Once the
    file is whole it is stored by its hash: RejectedError, and the upload given up, where that is not the one said.
    """
    known = _open(room, principal, upload_id)
    there = dock.incoming.size(upload_id)
    if offset != there:
        raise StaleError(f"the upload holds {there} bytes; go on from there")
    for piece in pieces:
        if there + len(piece) > known.size:
            raise UsageError(f"{known.name}: more comes than the {known.size} bytes that were said")
        there = dock.incoming.write(upload_id, there, piece)
    if there < known.size:
        return _kept(room, replace(known, received=there, expires_at=room.clock() + KEPT_FOR))
    return _finish(room, dock, principal, replace(known, received=there))


def give_up(room: Room, dock: Dock, principal: Principal, upload_id: str) -> Upload:
    """End an upload and remove what came of it."""
    return _ended(room, dock, _open(room, principal, upload_id), principal.actor, "given up by the sender")


def expire(room: Room, dock: Dock) -> int:
    """Remove uploads that nobody went on with; return how many. Called now and then."""
    with room.shelf.reading() as unit:
        left = [one for one in unit.several(Upload, state=UploadState.OPEN) if one.expires_at <= room.clock()]
    count = 0
    for one in left:
        with suppress(StandingError):  # another process was faster, or somebody went on with it
            _ended(room, dock, one, "hub", "nobody went on with it")
            count += 1
    return count


def _open(room: Room, principal: Principal, upload_id: str) -> Upload:
    return _require_open(upload(room, principal, upload_id))


def _require_open(found: Upload) -> Upload:
    if found.state is not UploadState.OPEN:
        raise StandingError(f"{found.name}: the upload is {found.state}{': ' if found.why else ''}{found.why}")
    return found


def _stands(unit: ShelfUnit, upload: Upload) -> None:
    """Hold an upload that is to be changed. StandingError where it has ended meanwhile."""
    _require_open(unit.get(Upload, upload.id, hold=True) or upload)


def _finish(room: Room, dock: Dock, principal: Principal, whole: Upload) -> Upload:
    sha256 = dock.blobs.put(dock.incoming.path(whole.id))
    if whole.sha256 is not None and sha256 != whole.sha256:
        why = f"it arrived with the SHA-256 {sha256}, not the one that was said"
        _ended(room, dock, whole, principal.actor, why)
        raise RejectedError(f"{whole.name}: {why}; send it again")
    with working(room, principal, whole.meeting_id, Right.MEETINGS_WRITE) as work:
        require_idle(work.card)
        _stands(work.unit, whole)
        done = replace(whole, state=UploadState.DONE, sha256=sha256)
        work.unit.put(done)
        anew: dict[str, Any] = {}
        if sha256 != work.card.recording:  # one that no platform has given, nor deleted
            anew = {"origin": None, "withdrawn": "", "withdrawn_at": None}
        work.change(recording=sha256, media=whole.name, **anew)
    dock.incoming.remove(whole.id)
    return done


def _ended(room: Room, dock: Dock, upload: Upload, actor: str, why: str) -> Upload:
    ended = replace(upload, state=UploadState.GIVEN_UP, why=why)
    with held(room, upload.meeting_id, actor) as work:
        _stands(work.unit, upload)
        work.unit.put(ended)
        work.note("upload", "state", UploadState.OPEN, ended.state, of=upload.id[:16], reason=why)
    dock.incoming.remove(upload.id)
    return ended


def _kept(room: Room, upload: Upload) -> Upload:
    with room.shelf.writing() as unit:
        _stands(unit, upload)
        unit.put(upload)
    return upload


def consented(card: Card) -> Consent:
    """Return the consent that was noted. StandingError where there is none: nothing is heard without it."""
    if card.consent is None:
        raise StandingError(f"{card.title}: no consent to its recording is noted")
    return card.consent


__all__ = ["Dock", "consented", "expire", "give_up", "open_upload", "receive", "require", "upload"]
