"""Items of minutes as the editor shows them: what stands, what the machine had proposed, who made what of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import quote

from hub.domain.minutes import Before
from hub.domain.transcript import Segment, Transcript
from hub.domain.versions import GROUPS, Draft, Judged, Mark, Origin
from hub.ports import Wording
from hub.web.reader import Reader

_UNSURE = 0.6
_TONES = {Judged.PROPOSED: "", Judged.ACCEPTED: "ok", Judged.CORRECTED: "info", Judged.REJECTED: "bad"}


@dataclass(frozen=True, slots=True)
class Said:
    """A passage: its *segments*, the words, where it begins and ends in the recording, its language."""

    segments: tuple[str, ...]
    quote: str
    start: float
    end: float
    language: str


@dataclass(frozen=True, slots=True)
class ItemShown:
    """One item; *unsure* says why a person should look, *proposed* what the machine wrote where it is another text."""

    id: str
    text: str
    owner: str | None
    due: date | None
    due_as_spoken: str | None
    severity: str | None
    category: str | None
    state: str
    tone: str
    by: str
    unsure: str
    proposed: str
    rejected: bool
    settled: bool
    address: str
    said: Said | None
    before: tuple["BeforeShown", ...] = ()
    again: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class BeforeShown:
    """What was decided before on the matter: *meeting* and *address* are empty for an earlier place of this meeting."""

    quote: str
    meeting: str
    address: str
    day: date | None
    said: Said | None


@dataclass(frozen=True, slots=True)
class Group:
    """All items of one kind."""

    kind: str
    name: str
    rows: tuple[ItemShown, ...]


def groups(reader: Reader, draft: Draft, transcript: Transcript | None, base: str) -> tuple[Group, ...]:
    """Return the items by kind, those that were rejected last; *base* is the address of the meeting."""
    words, spoken = reader.words, _spoken(transcript)
    names = {
        "decision": words.text("Decisions"),
        "action": words.text("Action items"),
        "risk": words.text("Risks"),
        "issue": words.text("Issues"),
    }
    return tuple(
        Group(group, names[kind], tuple(_rows(reader, draft, kind, spoken, transcript, base)))
        for kind, group in GROUPS.items()
    )


def passage(segments: Sequence[str], quote: str, spoken: Mapping[str, Segment], language: str) -> Said | None:
    """Return a passage as it is shown, None where nothing of it stands in the transcript."""
    there = [spoken[one] for one in segments if one in spoken]
    if not there:
        return None
    return Said(tuple(segments), quote, min(one.start for one in there), max(one.end for one in there), language)


def state_of(words: Wording, mark: Mark | None) -> tuple[str, str]:
    """Return in words what people made of an item, and the tone to show it in."""
    return _state(words, mark), _TONES[mark.judged if mark else Judged.PROPOSED]


def still_open(draft: Draft) -> int:
    """Return how many items nobody has looked at."""
    return sum(mark.judged is Judged.PROPOSED for mark in draft.marks)


def _spoken(transcript: Transcript | None) -> dict[str, Segment]:
    return {segment.id: segment for segment in transcript.segments} if transcript else {}


def _rows(
    reader: Reader, draft: Draft, kind: str, spoken: Mapping[str, Segment], transcript: Transcript | None, base: str
) -> Iterator[ItemShown]:
    marks = {mark.item: mark for mark in draft.marks}
    language = transcript.language if transcript else draft.minutes.language
    for item in getattr(draft.minutes, GROUPS[kind]):
        said = passage(item.evidence.segments, item.evidence.quote, spoken, language)
        values = {name: getattr(item, name, None) for name in _FIELDS}
        row = _shown(reader, item.id, values, marks.get(item.id), said, base)
        again = (passage(one.segments, one.quote, spoken, language) for one in item.again)
        before = tuple(_before(one, spoken, language) for one in getattr(item, "before", ()))
        yield replace(row, before=before, again=tuple(one for one in again if one))
    for mark in draft.marks:
        if mark.kind == kind and mark.judged is Judged.REJECTED:
            values = dict(mark.last or mark.proposed or {})
            proof = values.get("evidence") or {}
            said = passage(proof.get("segments", ()), proof.get("quote", ""), spoken, language)
            yield _shown(reader, mark.item, values, mark, said, base)


def _before(one: Before, spoken: Mapping[str, Segment], language: str) -> BeforeShown:
    here = passage(one.evidence.segments, one.evidence.quote, spoken, language) if not one.meeting_id else None
    address = f"/meetings/{quote(one.meeting_id, safe='')}" if one.meeting_id else ""
    return BeforeShown(one.evidence.quote, one.meeting, address, one.held_on, here)


_FIELDS = ("text", "owner", "owner_reason", "due", "due_as_spoken", "severity", "category", "confidence")


def _shown(
    reader: Reader, item: str, values: Mapping[str, Any], mark: Mark | None, said: Said | None, base: str
) -> ItemShown:
    words, judged = reader.words, mark.judged if mark else Judged.PROPOSED
    due = values.get("due")
    before = str(mark.proposed.get("text", "")) if mark and mark.proposed else ""
    return ItemShown(
        id=item,
        text=str(values.get("text", "")),
        owner=values.get("owner"),
        due=date.fromisoformat(due) if isinstance(due, str) else due,
        due_as_spoken=values.get("due_as_spoken"),
        severity=values.get("severity"),
        category=values.get("category"),
        state=_state(words, mark),
        tone=_TONES[judged],
        by=_by(reader, mark),
        unsure=_unsure(words, values, mark),
        proposed=before if before != str(values.get("text", "")) else "",
        rejected=judged is Judged.REJECTED,
        settled=judged in (Judged.ACCEPTED, Judged.CORRECTED),
        address=f"{base}/items/{item}",
        said=said,
    )


def _state(words: Wording, mark: Mark | None) -> str:
    if mark is not None and mark.origin is Origin.PERSON and mark.judged is not Judged.REJECTED:
        return words.text("added by a person")
    return {
        Judged.PROPOSED: words.text("proposed by the machine"),
        Judged.ACCEPTED: words.text("accepted"),
        Judged.CORRECTED: words.text("corrected"),
        Judged.REJECTED: words.text("rejected"),
    }[mark.judged if mark else Judged.PROPOSED]


def _by(reader: Reader, mark: Mark | None) -> str:
    if mark is None or not mark.by:
        return ""
    return reader.by(mark.by, mark.at) if mark.at else mark.by


def _unsure(words: Wording, values: Mapping[str, Any], mark: Mark | None) -> str:
    if mark is not None and mark.check:
        return mark.check
    if mark is None or mark.judged is not Judged.PROPOSED:
        return ""
    confidence = values.get("confidence")
    if isinstance(confidence, float) and confidence < _UNSURE:
        return words.text("the machine is only {share} sure", share=words.percent(confidence))
    if "owner_reason" in values and values.get("owner") is None and values.get("owner_reason"):
        return str(values["owner_reason"])
    return ""
