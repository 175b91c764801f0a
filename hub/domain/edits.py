"""What a person may change in minutes, each a step from one draft to the next.

Every step raises UsageError where it cannot be: an item that is not there, an owner who is not on the roster, a quote
that does not stand in the transcript.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from hub.domain import wire
from hub.domain.errors import MissingError, StandingError, UsageError
from hub.domain.evidence import stands
from hub.domain.minutes import Action, Decision, Evidence, Issue, Item, Minutes, Passage, Risk
from hub.domain.transcript import Transcript
from hub.domain.versions import GROUPS, Draft, Judged, Mark, Origin, items_of, with_items

KINDS: dict[str, type[Decision] | type[Action] | type[Risk] | type[Issue]] = {
    "decision": Decision,
    "action": Action,
    "risk": Risk,
    "issue": Issue,
}
FIELDS: dict[str, frozenset[str]] = {
    "decision": frozenset({"text"}),
    "action": frozenset({"text", "owner", "due"}),
    "risk": frozenset({"text", "category", "severity", "likelihood", "owner"}),
    "issue": frozenset({"text", "category", "severity", "owner"}),
}
"""What a person may set of an item; its evidence stays."""
LEVELS = (None, "low", "medium", "high")
_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class By:
    """Who changes something, and when."""

    name: str
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Accept:
    """The item is right as it stands; a rejected one comes back."""

    item: str


@dataclass(frozen=True, slots=True)
class Correct:
    """Some fields of an item become *fields* (see `FIELDS`); *due* is a date or None."""

    item: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reject:
    """The item does not belong into the minutes; the reason is told."""

    item: str


@dataclass(frozen=True, slots=True)
class Add:
    """A new item of *kind*, proved by *quote*, which stands in *segments* of the transcript."""

    kind: str
    segments: tuple[str, ...]
    quote: str
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Check:
    """Others are to look at the item, because of *why*; empty takes that back."""

    item: str
    why: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """Sentence number *place* (from 0) of the summary becomes *text*; None takes it out."""

    place: int
    text: str | None


Edit = Accept | Correct | Reject | Add | Check | Sentence


def apply(draft: Draft, edit: Edit, *, by: By, transcript: Transcript, new_id: str) -> Draft:
    """Return *draft* after one edit; *new_id* names an item that it adds."""
    if isinstance(edit, Accept):
        return _accepted(draft, edit.item, by)
    if isinstance(edit, Correct):
        return _corrected(draft, edit, by)
    if isinstance(edit, Reject):
        return _rejected(draft, edit.item, by)
    if isinstance(edit, Add):
        return _added(draft, edit, by, transcript, new_id)
    if isinstance(edit, Check):
        mark = _mark(draft, edit.item)
        return _marked(draft, replace(mark, check=edit.why.strip()))
    return _said(draft, edit)


def roster(minutes: Minutes) -> tuple[str, ...]:
    """Return who may own something: the participants and whoever spoke."""
    return tuple(dict.fromkeys([*(person.name for person in minutes.meeting.participants), *minutes.speakers]))


def _accepted(draft: Draft, item: str, by: By) -> Draft:
    mark = _mark(draft, item)
    if mark.judged is not Judged.REJECTED:
        judged = mark.judged if mark.judged is Judged.CORRECTED else Judged.ACCEPTED
        return _marked(draft, _judged(mark, judged, by))
    back = wire.loads(KINDS[mark.kind], wire.dumps(dict(mark.last or mark.proposed or {})))
    same = mark.proposed is None or dict(mark.proposed) == wire.plain(back)
    judged = Judged.ACCEPTED if same else Judged.CORRECTED
    return _marked(_with(draft, mark.kind, back), replace(_judged(mark, judged, by), last=None))


def _corrected(draft: Draft, edit: Correct, by: By) -> Draft:
    mark = _mark(draft, edit.item)
    item = draft.item(edit.item)
    if item is None:
        raise StandingError(f"{edit.item}: was rejected; accept it first")
    changed = replace(item, **_values(mark.kind, edit.fields, draft.minutes, owner=getattr(item, "owner", None)))
    if isinstance(changed, Action) and isinstance(item, Action):
        changed = _own(changed, item)
    return _marked(_with(draft, mark.kind, changed), _judged(mark, Judged.CORRECTED, by))


def _own(changed: Action, item: Action) -> Action:
    """Return an action as a person set it: what the machine said of owner and day goes with them."""
    if changed.owner != item.owner:
        changed = replace(changed, owner_reason=None if changed.owner else "a person took the owner away")
    return replace(changed, due_source=None, due_reason=None) if changed.due != item.due else changed


def _rejected(draft: Draft, item: str, by: By) -> Draft:
    mark, stood = _mark(draft, item), draft.item(item)
    if stood is None:
        raise StandingError(f"{item}: is rejected already")
    if not by.reason.strip():
        raise UsageError(f"{item}: say why it is rejected")
    left = tuple(one for one in getattr(draft.minutes, GROUPS[mark.kind]) if one.id != item)
    without = replace(draft, minutes=with_items(draft.minutes, mark.kind, left))
    return _marked(without, replace(_judged(mark, Judged.REJECTED, by), last=wire.plain(stood)))


def _added(draft: Draft, edit: Add, by: By, transcript: Transcript, new_id: str) -> Draft:
    if edit.kind not in KINDS:
        raise UsageError(f"{edit.kind}: is no kind of item; take one of {', '.join(KINDS)}")
    try:
        evidence = Evidence(edit.segments, edit.quote)
    except ValueError as error:
        raise UsageError("mark the passage that proves the new item") from error
    if not stands(evidence, {segment.id: segment.text for segment in transcript.segments}):
        raise UsageError("the passage does not stand in the transcript as it was given")
    values = {"text": fold(edit.quote), **_values(edit.kind, edit.fields, draft.minutes)}
    item = KINDS[edit.kind](id=new_id, confidence=1.0, evidence=evidence, **values)
    mark = Mark(new_id, edit.kind, Origin.PERSON, Judged.ACCEPTED, by=by.name, at=by.at, reason=by.reason)
    grown = _with(draft, edit.kind, item)
    return replace(grown, minutes=_cited(grown.minutes, evidence, transcript), marks=(*draft.marks, mark))


def fold(text: str) -> str:
    """Return *text* on one line."""
    return " ".join(text.split())


def _cited(minutes: Minutes, evidence: Evidence, transcript: Transcript) -> Minutes:
    known = {passage.segment for passage in minutes.passages}
    new = tuple(
        Passage(one.id, one.speaker, one.start, one.end)
        for one in transcript.segments
        if one.id in evidence.segments and one.id not in known
    )
    return replace(minutes, passages=tuple(sorted((*minutes.passages, *new), key=lambda one: one.start)))


def _said(draft: Draft, edit: Sentence) -> Draft:
    sentences, proofs = list(draft.minutes.summary), list(draft.minutes.summary_evidence)
    if not 0 <= edit.place < len(sentences):
        raise MissingError(f"the summary has no sentence {edit.place + 1}")
    if edit.text is None:
        del sentences[edit.place]
        proofs = proofs[: edit.place] + proofs[edit.place + 1 :]
    else:
        sentences[edit.place] = _text(edit.text)
        if edit.place < len(proofs):
            proofs[edit.place] = replace(proofs[edit.place], sentence=sentences[edit.place])
    minutes = replace(draft.minutes, summary=tuple(sentences), summary_evidence=tuple(proofs))
    return replace(draft, minutes=minutes)


def _values(kind: str, given: Mapping[str, Any], minutes: Minutes, *, owner: str | None = None) -> dict[str, Any]:
    """Return the checked values of the fields of an item of *kind*; *owner* is who owns it now."""
    wrong = sorted(set(given) - FIELDS[kind])
    if wrong:
        raise UsageError(f"{', '.join(wrong)}: cannot be set of a {kind}; {', '.join(sorted(FIELDS[kind]))} can")
    values = {name: (value or None) for name, value in given.items()}
    if "text" in values:
        values["text"] = _text(values["text"] or "")
    if values.get("owner") not in (None, owner, *roster(minutes)):
        raise UsageError(f"{values['owner']}: is not on the roster of the meeting; add the person there first")
    if not isinstance(values.get("due"), date | None):
        raise UsageError(f"{values['due']}: is no day")
    for name in ("severity", "likelihood"):
        if values.get(name) not in LEVELS:
            raise UsageError(f"{name}: is low, medium, high or nothing")
    return values


def _text(text: str) -> str:
    folded = fold(text)
    if not folded or len(folded) > _LONGEST:
        raise UsageError(f"a text has 1 to {_LONGEST} characters")
    return folded


def _with(draft: Draft, kind: str, item: Item) -> Draft:
    """Return *draft* with an item in its place, by the order of the marks; a new one comes last."""
    items = {one.id: one for one in getattr(draft.minutes, GROUPS[kind])} | {item.id: item}
    places = {mark.item: place for place, mark in enumerate(draft.marks)}
    ordered = sorted(items.values(), key=lambda one: places.get(one.id, len(places)))
    return replace(draft, minutes=with_items(draft.minutes, kind, tuple(ordered)))


def _mark(draft: Draft, item: str) -> Mark:
    mark = draft.mark(item)
    if mark is None:
        raise MissingError(f"{item}: the minutes have no such item")
    return mark


def _judged(mark: Mark, judged: Judged, by: By) -> Mark:
    return replace(mark, judged=judged, by=by.name, at=by.at, reason=by.reason)


def _marked(draft: Draft, mark: Mark) -> Draft:
    return replace(draft, marks=tuple(mark if one.item == mark.item else one for one in draft.marks))


def changes(before: Draft, after: Draft) -> list[tuple[str, str, str, Any, Any]]:
    """Return what differs, a line for each field: kind, item, field, old value, new value (plain JSON values)."""
    lines: list[tuple[str, str, str, Any, Any]] = []
    olds, news = ({one.id: wire.plain(one) for one in items_of(draft.minutes)} for draft in (before, after))
    kinds = {mark.item: mark.kind for mark in (*before.marks, *after.marks)}
    for item in dict.fromkeys([*olds, *news]):
        old, new = olds.get(item) or {}, news.get(item) or {}
        lines += [
            (kinds.get(item, "item"), item, name, old.get(name), new.get(name))
            for name in dict.fromkeys([*old, *new])
            if old.get(name) != new.get(name)
        ]
    for mark in after.marks:
        former = before.mark(mark.item)
        lines += [
            (mark.kind, mark.item, name, getattr(former, name, None) and str(getattr(former, name)), str(now))
            for name in ("judged", "check")
            if (now := getattr(mark, name)) != (getattr(former, name) if former else "")
        ]
    stood = {one.id: wire.plain(one) for one in before.minutes.carried}
    stand = {one.id: wire.plain(one) for one in after.minutes.carried}
    lines += [
        ("carried", "", one.replace("/", " "), stood.get(one), stand.get(one))
        for one in dict.fromkeys([*stood, *stand])
        if stood.get(one) != stand.get(one)
    ]
    if before.minutes.summary != after.minutes.summary:
        lines.append(("summary", "", "summary", list(before.minutes.summary), list(after.minutes.summary)))
    return lines
