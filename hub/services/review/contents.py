"""What each class of a meeting's records consists of, and how it is taken away once its destruction is agreed."""

from dataclasses import replace
from typing import Any

from hub.domain import wire
from hub.domain.approvals import Remark, Review, Signature
from hub.domain.board import BoardAction
from hub.domain.cards import Card, Standing
from hub.domain.copies import CertifiedCopy
from hub.domain.distribution import Dispatch
from hub.domain.governance import Notice
from hub.domain.localized import LocalizedCopy
from hub.domain.platforms import Withdrawal
from hub.domain.retention import Destruction, DestructionState, RecordClass
from hub.domain.versions import KeptTranscript, Version, WorkingDraft
from hub.ports.review import ShelfUnit
from hub.services.review.room import Room, Work

_OF_MINUTES = (CertifiedCopy, LocalizedCopy, Remark, Signature, Review, BoardAction, WorkingDraft, Version)
"""In the order in which they go: what is said of a version before the version."""
_RECEIPTS: tuple[type[Any], ...] = (Dispatch, Notice)


def is_there(unit: ShelfUnit, card: Card, record_class: RecordClass) -> bool:
    """Tell whether there is anything of a class."""
    meeting_id = card.meeting_id
    match record_class:
        case RecordClass.RECORDING:
            return card.recording is not None
        case RecordClass.TRANSCRIPT:
            return unit.get(KeptTranscript, meeting_id) is not None
        case RecordClass.MINUTES:
            return bool(unit.several(Version, meeting_id=meeting_id))
        case RecordClass.RECEIPTS:
            return any(unit.several(kind, meeting_id=meeting_id) for kind in _RECEIPTS)
        case _:
            return False  # of no meeting


def destroyed(room: Room, card: Card, record_class: RecordClass) -> bool:
    """Tell whether a class of a meeting was destroyed."""
    with room.shelf.reading() as unit:
        found = unit.several(Destruction, meeting_id=card.meeting_id)
    return any(one.record_class is record_class and one.state is DestructionState.DONE for one in found)


def files_of(work: Work, record_class: RecordClass) -> tuple[str, ...]:
    """Return the files of a class by their SHA-256; of a transcript the recording, whose stages hold its words."""
    if record_class is RecordClass.MINUTES:
        return tuple(one.sha256 for one in work.unit.several(CertifiedCopy, meeting_id=work.card.meeting_id))
    if record_class is RecordClass.RECEIPTS or work.card.recording is None:
        return ()
    return (work.card.recording,)


def unshared(room: Room, card: Card, record_class: RecordClass, files: tuple[str, ...]) -> list[str]:
    """Return the files that no other meeting has: the bytes of the others stay for those."""
    if record_class is RecordClass.MINUTES:
        return list(files)
    with room.shelf.reading() as unit:
        elsewhere = {one.recording for one in unit.several(Card) if one.meeting_id != card.meeting_id} if files else ()
    return [one for one in files if one not in elsewhere]


def told(work: Work, record_class: RecordClass, files: tuple[str, ...]) -> dict[str, Any]:
    """Return what a certificate says of what goes: hashes, and who signed, but nothing of the content."""
    unit, meeting_id = work.unit, work.card.meeting_id
    if record_class is RecordClass.RECEIPTS:
        return {"receipts": sum(len(unit.several(kind, meeting_id=meeting_id)) for kind in _RECEIPTS)}
    if record_class is not RecordClass.MINUTES:
        return {"sha256": files[0] if files else None}
    signatures = unit.several(Signature, meeting_id=meeting_id)
    versions = [
        {
            "number": one.number,
            "sha256": one.sha256,
            "kept_at": wire.plain(one.at),
            "signed_by": [f"{by.name} ({by.meaning})" for by in signatures if by.version == one.number],
        }
        for one in unit.several(Version, meeting_id=meeting_id)
    ]
    return {"versions": versions, "certified_copies": list(files)}


def empty(work: Work, record_class: RecordClass) -> None:
    """Take a class away. The meeting's card stays: that there was one, when, and of whom, is no part of a class."""
    unit, meeting_id = work.unit, work.card.meeting_id
    match record_class:
        case RecordClass.RECORDING:
            gone = str(Withdrawal.DESTROYED) if work.card.withdrawn else ""
            work.change(recording=None, media="", withdrawn=gone)
        case RecordClass.TRANSCRIPT:
            _remove(work, KeptTranscript)
            unit.findable(meeting_id, "transcript", [])
        case RecordClass.MINUTES:
            _remove(work, *_OF_MINUTES)
            for part in ("minutes", "item"):
                unit.findable(meeting_id, part, [])
            former = tuple(replace(one, version=0) for one in work.card.former)  # made anew, numbers begin again
            work.change(standing=Standing.EMPTY, version=0, items=0, drafted_by=None, former=former)
        case RecordClass.RECEIPTS:
            _remove(work, *_RECEIPTS)


def _remove(work: Work, *kinds: type[Any]) -> None:
    for kind in kinds:
        things: list[Any] = work.unit.several(kind, meeting_id=work.card.meeting_id)
        for one in things:
            work.unit.remove(one)
