"""Minutes and transcripts for an audience: what it may not read is exchanged, all else stays to the letter.

A pure stage: the same transcript, minutes and redactor give the same result; the restricted original is not touched.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from hub.domain.evidence import fold
from hub.domain.meeting import Meeting
from hub.domain.minutes import (
    Action,
    Before,
    Carried,
    Decision,
    Evidence,
    Flag,
    Issue,
    Item,
    Minutes,
    Risk,
    Topic,
)
from hub.domain.redaction import Audience, Finding, Identifier, Placeholders, Replacement, hidden, replaced
from hub.domain.transcript import Segment, Transcript, Word
from hub.ports import Redactor

AnyItem = TypeVar("AnyItem", Decision, Action, Risk, Issue)
HELD_BACK = "would unblind: for unblinded readers only"
"""The flag on a field that holds, or held, unblinding language."""


@dataclass(frozen=True, slots=True)
class Redacted:
    """A meeting for an audience, and what was exchanged where: offsets count in the restricted original."""

    transcript: Transcript
    minutes: Minutes | None
    replacements: tuple[Replacement, ...]


def redact(
    transcript: Transcript, minutes: Minutes | None = None, *, redactor: Redactor, audience: Audience
) -> Redacted:
    """Return *transcript* and *minutes* as *audience* may read them.

    Equal values get equal placeholders throughout. A quote stays verbatim in its (redacted) segments. The minutes'
    coverage counts what was found in the transcript, by kind, for every audience; names fully only where they go.
    """
    texts = dict(_texts(transcript, minutes))
    known = dict.fromkeys([*staff(transcript.meeting, minutes), *_speakers(transcript)])
    quick = audience is Audience.RESTRICTED  # nothing is taken out, so names may stay uncounted
    answers = redactor.find(list(texts.values()), staff=tuple(known), quick=quick)
    found = dict(zip(texts, answers, strict=True))
    work = _Work(texts, found, audience)
    spoken = _transcript(transcript, work, redactor)
    if minutes is None:
        return Redacted(spoken, None, tuple(work.done))
    counts = Counter(str(one.kind) for segment in transcript.segments for one in found[_place(segment)])
    written = _minutes(minutes, work, redactor, counts or _counted(found))
    return Redacted(spoken, written, tuple(work.done))


def redact_minutes(minutes: Minutes, *, redactor: Redactor, audience: Audience) -> Minutes:
    """Return *minutes* for *audience* where their transcript is not at hand; quotes are judged on their own."""
    redacted = redact(Transcript(minutes.meeting, minutes.language, ()), minutes, redactor=redactor, audience=audience)
    assert redacted.minutes is not None  # noqa: S101 - given above
    return redacted.minutes


def redact_lines(
    lines: Sequence[str], *, redactor: Redactor, audience: Audience, staff: Sequence[str] = ()
) -> tuple[list[str], tuple[Replacement, ...]]:
    """Return a line for every line, and what was exchanged; a place is named "line 3"."""
    placeholders, said = Placeholders(), []
    done: list[Replacement] = []
    for number, (line, found) in enumerate(zip(lines, redactor.find(lines, staff=staff), strict=True), 1):
        text, exchanged = replaced(line, hidden(found, audience), placeholders, where=f"line {number}")
        said.append(text)
        done += exchanged
    return said, tuple(done)


def staff(meeting: Meeting, minutes: Minutes | None = None) -> tuple[str, ...]:
    """Return who may be named: the roster, its mail addresses and organizations, who spoke, and who owns a task."""
    people = meeting.participants
    listed = [value for person in people for value in (person.name, person.email, person.organization) if value]
    if minutes is None:
        return tuple(dict.fromkeys(listed))
    owned: tuple[Action | Risk | Issue, ...] = (*minutes.actions, *minutes.risks, *minutes.issues)
    owners = [item.owner for item in (*owned, *minutes.carried) if item.owner]
    return tuple(dict.fromkeys([*listed, *minutes.speakers, *owners]))


class _Work:
    """The texts of a meeting with what was found in them, and the placeholders given so far."""

    def __init__(self, texts: Mapping[str, str], found: Mapping[str, tuple[Finding, ...]], audience: Audience) -> None:
        self._texts = texts
        self._found = found
        self.audience = audience
        self._placeholders = Placeholders()
        self.done: list[Replacement] = []

    def said(self, place: str) -> str:
        """Return the text of *place* for the audience."""
        text, done = replaced(
            self._texts[place], hidden(self._found[place], self.audience), self._placeholders, where=place
        )
        self.done += done
        return text

    def unblinds(self, place: str) -> bool:
        return any(one.kind is Identifier.UNBLINDING for one in self._found.get(place, ()))

    def quote(self, evidence: Evidence, place: str) -> Evidence:
        """Return the evidence with its quote cut from the redacted segments, so that it still stands in them."""
        if evidence.english:
            evidence = replace(evidence, english=self.said(_english(place)))
        cut = self._cut(evidence)
        if cut is None:
            return replace(evidence, quote=self.said(place))
        text, findings = cut
        return replace(evidence, quote=replaced(text, findings, self._placeholders, where=place)[0])

    def _cut(self, evidence: Evidence) -> tuple[str, tuple[Finding, ...]] | None:
        """Return the cited passage as it stands in the segments, with what is hidden in it; None if it does not."""
        places = [f"segment {name}" for name in evidence.segments]
        if any(place not in self._texts for place in places):
            return None
        whole, findings = "", []
        for place in places:
            whole += " " if whole else ""
            hides = hidden(self._found[place], self.audience)
            findings += [replace(one, start=one.start + len(whole), end=one.end + len(whole)) for one in hides]
            whole += self._texts[place]
        span = _span(whole, evidence.quote)
        if span is None:
            return None
        start, end = span
        # what reaches over the edge of the quote is exchanged whole, as it is in the segment
        inside = [one for one in findings if one.start < end and start < one.end]
        start, end = min([start, *(one.start for one in inside)]), max([end, *(one.end for one in inside)])
        return whole[start:end], tuple(replace(one, start=one.start - start, end=one.end - start) for one in inside)


def _span(whole: str, quote: str) -> tuple[int, int] | None:
    """Return where *quote* stands in *whole* when runs of white space count as one blank."""
    wanted = fold(quote)
    folded, places = "", []
    for at, letter in enumerate(whole):
        if letter.isspace() and (not folded or folded[-1] == " "):
            continue
        folded += " " if letter.isspace() else letter
        places.append(at)
    begin = folded.find(wanted)
    return None if begin < 0 else (places[begin], places[begin + len(wanted) - 1] + 1)


def _speakers(transcript: Transcript) -> list[str]:
    return [segment.speaker for segment in transcript.segments if segment.speaker]


def _place(segment: Segment) -> str:
    return f"segment {segment.id}"


def _texts(transcript: Transcript, minutes: Minutes | None) -> Iterator[tuple[str, str]]:
    """Yield every text that is looked at with the name of its place."""
    for segment in transcript.segments:
        yield _place(segment), segment.text
        yield from ((_english(_place(segment), at), passage.text) for at, passage in enumerate(segment.english))
    if transcript.meeting.title:
        yield "title", transcript.meeting.title
    yield from ((f"agenda[{at}]", title) for at, title in enumerate(transcript.meeting.agenda))
    if minutes is None:
        return
    yield from ((f"summary[{at}]", text) for at, text in enumerate(minutes.summary))
    for at, entry in enumerate(minutes.summary_evidence):
        yield f"summary_evidence[{at}].sentence", entry.sentence
        yield from _proof(f"summary_evidence[{at}].quote", entry.evidence)
    for at, topic in enumerate(minutes.topics):
        yield f"topics[{at}].title", topic.title
        yield from _proof(f"topics[{at}].quote", topic.evidence) if topic.evidence else ()
    for name, items in _items(minutes):
        for at, item in enumerate(items):
            yield f"{name}[{at}].text", item.text
            yield from _proof(f"{name}[{at}].quote", item.evidence)
            yield from _beside(item, f"{name}[{at}]")
            if isinstance(item, Risk | Issue) and item.mitigation:
                yield from _proof(f"{name}[{at}].mitigation.quote", item.mitigation)
            if isinstance(item, Action) and item.owner_reason:
                yield f"{name}[{at}].owner_reason", item.owner_reason
            yield from _due_texts(item, f"{name}[{at}]") if isinstance(item, Action) else ()
    yield from _carried_texts(minutes)
    for at, aside in enumerate(minutes.coverage.set_aside):
        yield from _proof(f"set_aside[{at}].quote", aside.evidence)
    yield from ((f"coverage.notes[{at}]", note) for at, note in enumerate(minutes.coverage.notes))


def _beside(item: Item, place: str) -> Iterator[tuple[str, str]]:
    """Yield the further passages of an item: where it was taken up again, and what was decided before."""
    for at, proof in enumerate(item.again):
        yield from _proof(f"{place}.again[{at}].quote", proof)
    for at, one in enumerate(item.before if isinstance(item, Decision) else ()):
        yield from _proof(f"{place}.before[{at}].quote", one.evidence)
        yield f"{place}.before[{at}].meeting", one.meeting


def _due_texts(action: Action, place: str) -> Iterator[tuple[str, str]]:
    if action.due_reason:
        yield f"{place}.due_reason", action.due_reason
    if action.due_source:
        yield f"{place}.due_source.event", action.due_source.event


def _carried_texts(minutes: Minutes) -> Iterator[tuple[str, str]]:
    for at, one in enumerate(minutes.carried):
        yield f"carried[{at}].text", one.text
        yield f"carried[{at}].meeting", one.meeting
        if one.said:
            yield from _proof(f"carried[{at}].quote", one.said)


def _proof(place: str, evidence: Evidence) -> Iterator[tuple[str, str]]:
    yield place, evidence.quote
    if evidence.english:
        yield _english(place), evidence.english


def _english(place: str, at: int | None = None) -> str:
    return f"{place} english" if at is None else f"{place} english[{at}]"


def _items(minutes: Minutes) -> tuple[tuple[str, Sequence[Item]], ...]:
    return (
        ("decisions", minutes.decisions),
        ("actions", minutes.actions),
        ("risks", minutes.risks),
        ("issues", minutes.issues),
    )


def _transcript(transcript: Transcript, work: _Work, redactor: Redactor) -> Transcript:
    if work.audience is Audience.RESTRICTED:
        return transcript
    segments = tuple(_segment(segment, work) for segment in transcript.segments)
    coverage = replace(
        transcript.coverage, suppressed=(), corrections=()
    )  # they hold what was heard, unread by anybody
    return replace(
        transcript,
        meeting=_meeting(transcript.meeting, work),
        segments=segments,
        coverage=coverage,
        models=transcript.models | {"redact": redactor.fingerprint},
    )


def _segment(segment: Segment, work: _Work) -> Segment:
    text = work.said(_place(segment))
    english = tuple(
        replace(passage, text=work.said(_english(_place(segment), at))) for at, passage in enumerate(segment.english)
    )
    if (text, english) == (segment.text, segment.english):
        return segment
    words: tuple[Word, ...] = ()  # times of single words would spell out what was exchanged
    return replace(segment, text=text, words=words, english=english)


def _meeting(meeting: Meeting, work: _Work) -> Meeting:
    agenda = tuple(work.said(f"agenda[{at}]") for at in range(len(meeting.agenda)))
    return replace(meeting, title=work.said("title") if meeting.title else meeting.title, agenda=agenda)


def _minutes(minutes: Minutes, work: _Work, redactor: Redactor, counts: Mapping[str, int]) -> Minutes:
    flags = tuple(flag for place in _flagged(minutes, work) if (flag := Flag(place, HELD_BACK)) not in minutes.flags)
    coverage = replace(minutes.coverage, identifiers=dict(sorted(counts.items())))
    models = minutes.models | {"redact": redactor.fingerprint}
    marked = replace(minutes, flags=minutes.flags + flags, coverage=coverage, models=models)
    if work.audience is Audience.RESTRICTED:
        return marked
    evidence = tuple(
        replace(
            entry,
            sentence=work.said(f"summary_evidence[{at}].sentence"),
            evidence=work.quote(entry.evidence, f"summary_evidence[{at}].quote"),
        )
        for at, entry in enumerate(minutes.summary_evidence)
    )
    aside = tuple(
        replace(entry, evidence=work.quote(entry.evidence, f"set_aside[{at}].quote"))
        for at, entry in enumerate(minutes.coverage.set_aside)
    )
    notes = tuple(work.said(f"coverage.notes[{at}]") for at in range(len(minutes.coverage.notes)))
    return replace(
        marked,
        meeting=_meeting(minutes.meeting, work),
        summary=tuple(work.said(f"summary[{at}]") for at in range(len(minutes.summary))),
        summary_evidence=evidence,
        alerts=(),
        topics=tuple(_topic(topic, at, work) for at, topic in enumerate(minutes.topics)),
        decisions=_put(minutes.decisions, "decisions", work),
        actions=tuple(
            _action(item, f"actions[{at}]", work) for at, item in enumerate(_put(minutes.actions, "actions", work))
        ),
        risks=_put(minutes.risks, "risks", work),
        issues=_put(minutes.issues, "issues", work),
        carried=tuple(_carried(one, f"carried[{at}]", work) for at, one in enumerate(minutes.carried)),
        coverage=replace(coverage, set_aside=aside, notes=notes),
        audience=str(work.audience),
    )


def _topic(topic: Topic, at: int, work: _Work) -> Topic:
    proof = work.quote(topic.evidence, f"topics[{at}].quote") if topic.evidence else None
    return replace(topic, title=work.said(f"topics[{at}].title"), evidence=proof)


def _put(items: tuple[AnyItem, ...], name: str, work: _Work) -> tuple[AnyItem, ...]:
    return tuple(_masked(item, f"{name}[{at}]", work) for at, item in enumerate(items))


def _masked(item: AnyItem, place: str, work: _Work) -> AnyItem:
    again = tuple(work.quote(proof, f"{place}.again[{at}].quote") for at, proof in enumerate(item.again))
    proof = work.quote(item.evidence, f"{place}.quote")
    masked = replace(item, text=work.said(f"{place}.text"), evidence=proof, again=again)
    if isinstance(masked, Decision):
        before = tuple(_before(one, f"{place}.before[{at}]", work) for at, one in enumerate(masked.before))
        return replace(masked, before=before)
    if isinstance(masked, Risk | Issue) and masked.mitigation:
        return replace(masked, mitigation=work.quote(masked.mitigation, f"{place}.mitigation.quote"))
    return masked


def _action(action: Action, place: str, work: _Work) -> Action:
    """Return an action with what was said of its owner and its day masked; no record of the hub is named outside."""
    source = action.due_source
    return replace(
        action,
        owner_reason=work.said(f"{place}.owner_reason") if action.owner_reason else action.owner_reason,
        due_reason=work.said(f"{place}.due_reason") if action.due_reason else action.due_reason,
        due_source=replace(source, record="", event=work.said(f"{place}.due_source.event")) if source else None,
    )


def _before(one: Before, place: str, work: _Work) -> Before:
    quoted = work.quote(one.evidence, f"{place}.quote")
    return replace(one, evidence=quoted, meeting=work.said(f"{place}.meeting"))


def _carried(one: Carried, place: str, work: _Work) -> Carried:
    said = work.quote(one.said, f"{place}.quote") if one.said else None
    return replace(one, text=work.said(f"{place}.text"), meeting=work.said(f"{place}.meeting"), said=said)


def _flagged(minutes: Minutes, work: _Work) -> Iterator[str]:
    """Yield the fields that unblind, by their text or by the passage that proves them."""
    yield from (place for at in range(len(minutes.summary)) if work.unblinds(place := f"summary[{at}]"))
    for name, items in _items(minutes):
        for at in range(len(items)):
            if any(work.unblinds(f"{name}[{at}].{part}") for part in ("text", "quote", _english("quote"))):
                yield f"{name}[{at}].text"
    for at in range(len(minutes.carried)):
        if any(work.unblinds(f"carried[{at}].{part}") for part in ("text", "quote")):
            yield f"carried[{at}].text"


def _counted(found: Mapping[str, tuple[Finding, ...]]) -> dict[str, int]:
    """Count without a transcript: what the minutes themselves hold, each field once."""
    return dict(Counter(str(one.kind) for place, all_of in found.items() if "quote" not in place for one in all_of))
