"""Minutes as a document shows them: every word in place, every note numbered; the formats only set it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hub.domain.minutes import Action, Before, Carried, Decision, Issue, Item, Minutes, Risk
from hub.ports import Wording
from hub.render.layout import Layout
from hub.render.marks import Note, Notes, Text, Texts
from hub.render.summary import Section, Sentence, headlines, sections

UNSURE_BELOW = 0.5
_FORMAL = Layout()
SIGNED = ("signed", "approved", "distributed")
_LINES_TO_SIGN_ON = 2


@dataclass(frozen=True, slots=True)
class Row:
    """An item in its table: number, text, the further cells, and its note (a carried action may have none)."""

    number: str
    text: Text
    cells: tuple[Text, ...]
    note: Note | None
    beside: tuple[str, ...] = ()
    """Further passages: what was decided before, and where the matter was taken up again."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the items of a kind, *name*: carried, decisions, actions, risks or issues."""

    name: str
    heading: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class View:
    """The whole document."""

    locale: str
    direction: str
    title: str
    status: str
    signed: bool
    header: tuple[tuple[str, str], ...]
    people_columns: tuple[str, ...]
    people: tuple[tuple[str, ...], ...]
    headline: tuple[Sentence, ...]
    summary: tuple[Section, ...]
    tables: tuple[Table, ...]
    notes: tuple[Note, ...]
    about: tuple[Text, ...]
    models: tuple[str, ...]
    aside: tuple[tuple[str, str, str], ...]
    silent: bool
    alerts: tuple[tuple[str, str, str], ...] = ()
    """Kind, quote and place of what a person has to look at at once; none in what is signed."""
    signature_columns: tuple[str, ...] = ()
    signatures: tuple[tuple[str, ...], ...] = ()
    """Name, meaning, time in UTC, and what was signed; empty lines to sign on where nobody has."""
    layout: Layout = _FORMAL
    """In which order the parts follow; `tables` holds them by name."""


_COLUMNS = {
    "decisions": ("Decisions", "Decision"),
    "actions": ("Action items", "Action", "Owner", "Due"),
    "risks": ("Risks", "Risk", "Category", "Severity", "Likelihood", "Owner"),
    "issues": ("Issues", "Issue", "Category", "Severity", "Owner"),
}
"""The heading of each table and its columns."""


def view(minutes: Minutes, words: Wording, layout: Layout = _FORMAL) -> View:
    """Return *minutes* as a document in the locale of *words*; notes are numbered in the order of the *layout*."""
    notes, texts = Notes(minutes, words), Texts(minutes)
    headline: tuple[Sentence, ...] = ()
    summary: tuple[Section, ...] = ()
    tables = []
    for part in layout.order:
        if part == "summary":
            headline, summary = headlines(minutes, notes, texts), sections(minutes, notes, texts, words)
        elif part == "carried" and minutes.carried:
            tables.append(_carried(minutes.carried, notes, texts, words))
        elif part in _COLUMNS:
            tables.append(_table(part, getattr(minutes, part), notes, texts, words))
    signed = minutes.status in SIGNED
    return View(
        locale=words.locale,
        direction=words.direction,
        title=minutes.meeting.title or words.text("Meeting"),
        status=_status(minutes, words),
        signed=signed,
        header=_header(minutes, words),
        people_columns=tuple(map(words.text, ("Name", "Role", "Organization", "Spoke"))),
        people=_people(minutes, words),
        headline=headline,
        summary=summary,
        tables=tuple(tables),
        notes=tuple(notes.all),
        about=_about(minutes, words),
        models=tuple(f"{stage}: {name}" for stage, name in sorted(minutes.models.items())),
        aside=tuple((words.text(a.kind), a.evidence.quote, a.reason) for a in minutes.coverage.set_aside),
        silent=minutes.coverage.segments == 0,
        alerts=() if signed else _alerts(minutes, notes, words),
        signature_columns=tuple(map(words.text, ("Name", "Meaning", "Date", "Signature"))),
        signatures=_signatures(minutes, words),
        layout=layout,
    )


def _table(field: str, items: Iterable[Item], notes: Notes, texts: Texts, words: Wording) -> Table:
    heading, *columns = map(words.text, _COLUMNS[field])
    items = tuple(items)
    met = any(getattr(item, "mitigation", None) for item in items)
    columns += [words.text("Mitigation")] if met else []
    rows = tuple(
        Row(
            number=words.number(place + 1),
            text=texts.at(f"{field}[{place}].text", item.text, unsure=item.confidence < UNSURE_BELOW),
            cells=(*_cells(item, f"{field}[{place}]", texts, words), *(_mitigation(item, notes) if met else ())),
            note=notes.add(item.evidence),
            beside=_beside(item, words),
        )
        for place, item in enumerate(items)
    )
    return Table(field, heading, (words.text("No."), *columns), rows)


def _alerts(minutes: Minutes, notes: Notes, words: Wording) -> tuple[tuple[str, str, str], ...]:
    return tuple((words.text(one.kind), one.evidence.quote, notes.where(one.evidence)) for one in minutes.alerts)


def _mitigation(item: Item, notes: Notes) -> tuple[Text, ...]:
    """Return the cell with the passage that says what to do against a risk or an issue; a dash where none does."""
    proof = item.mitigation if isinstance(item, Risk | Issue) else None
    return (Text(f"“{proof.quote}” ({notes.where(proof)})" if proof else "–"),)


def _beside(item: Item, words: Wording) -> tuple[str, ...]:
    before = [_before(one, words) for one in (item.before if isinstance(item, Decision) else ())]
    return (*before, *(words.text("Taken up again: “{quote}”", quote=proof.quote) for proof in item.again))


def _before(one: Before, words: Wording) -> str:
    if not one.meeting_id:
        return words.text("Decided earlier in this meeting: “{quote}”", quote=one.evidence.quote)
    day = words.date(one.held_on, style="short") if one.held_on else ""
    said = "Decided before ({meeting}, {date}): “{quote}”"
    return words.text(said, meeting=_apart(one.meeting, words), date=_apart(day, words), quote=one.evidence.quote)


def _apart(text: str, words: Wording) -> str:
    """Keep a text that may run the other way from turning what stands beside it (U+2068 to U+2069, UAX 9)."""
    return f"\u2068{text}\u2069" if words.direction == "rtl" else text


_CARRIED = ("Open actions from earlier meetings", "Action", "Meeting", "Owner", "Due", "State")
_STATES = {"open": "open", "said_done": "said to be done", "done": "done"}


def _carried(items: Iterable[Carried], notes: Notes, texts: Texts, words: Wording) -> Table:
    heading, *columns = map(words.text, _CARRIED)
    rows = tuple(
        Row(
            number=words.number(place + 1),
            text=texts.at(f"carried[{place}].text", item.text),
            cells=(
                Text(f"{_apart(item.meeting, words)}, {_apart(words.date(item.held_on, style='short'), words)}"),
                Text(item.owner or words.text("No owner")),
                Text(_late(item, words)),
                Text(words.text(_STATES.get(item.state, item.state))),
            ),
            note=notes.add(item.said) if item.said else None,
        )
        for place, item in enumerate(items)
    )
    return Table("carried", heading, (words.text("No."), *columns), rows)


def _late(item: Carried, words: Wording) -> str:
    day = words.date(item.due, style="short") if item.due else words.text("No date")
    late = words.plural("{count} day late", "{count} days late", item.late_days) if item.late_days else ""
    return f"{day} ({late})" if late else day


def _cells(item: Item, field: str, texts: Texts, words: Wording) -> tuple[Text, ...]:
    if isinstance(item, Action):
        return (_owner(item, field, texts, words), _due(item, texts.check(f"{field}.due"), words))
    if isinstance(item, Risk | Issue):
        weights = [item.category, item.severity, *([item.likelihood] if isinstance(item, Risk) else [])]
        said = [Text(words.text(weight) if weight else "–") for weight in weights]
        return (*said, Text(item.owner or "–"))
    return ()


def _owner(item: Action, field: str, texts: Texts, words: Wording) -> Text:
    if item.owner:
        return Text(item.owner)
    why = texts.at(f"{field}.owner_reason", item.owner_reason or words.text("not known"))
    return Text(f"{words.text('No owner')}: {why.text}", why.foreign, why.check)


def _due(item: Action, check: str | None, words: Wording) -> Text:
    told = [words.text("as said: “{words}”", words=item.due_as_spoken)] if item.due_as_spoken else []
    told += [words.text("from the study's record")] if item.due_source else []
    said = "; ".join(told)
    day = words.date(item.due) if item.due else words.text("No date")
    return Text(f"{day} ({said})" if said else day, check=check)


def _header(minutes: Minutes, words: Wording) -> tuple[tuple[str, str], ...]:
    meeting, rows = minutes.meeting, []
    if meeting.started_at is not None:
        local = _local(meeting.started_at, meeting.timezone)
        rows = [(words.text("Date"), words.date(local.date()))]
        if local.time() != time():  # midnight sharp is what a day without an hour becomes
            rows.append((words.text("Time"), words.time(local)))
    else:
        rows = [(words.text("Date"), words.text("not known"))]
    if minutes.coverage.duration_s:
        rows.append((words.text("Duration"), words.timecode(minutes.coverage.duration_s)))
    return (*rows, (words.text("Meeting ID"), meeting.id))


def _local(moment: datetime, zone: str | None) -> datetime:
    if moment.tzinfo is None or not zone:
        return moment
    try:
        return moment.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return moment


def _people(minutes: Minutes, words: Wording) -> tuple[tuple[str, ...], ...]:
    spoke = set(minutes.speakers)
    rows = [
        (p.name, p.role or "–", p.organization or "–", words.text("Yes") if p.name in spoke else "–")
        for p in minutes.meeting.participants
    ]
    known = {person.name for person in minutes.meeting.participants}
    others = [name for name in minutes.speakers if name not in known]
    return (
        *rows,
        *(
            (name, words.text("Unnamed voice") if name.startswith("Speaker ") else "–", "–", words.text("Yes"))
            for name in others
        ),
    )


def _status(minutes: Minutes, words: Wording) -> str:
    if minutes.status in SIGNED:
        return words.text("Signed")
    return words.text("In review") if minutes.status == "in_review" else words.text("Draft – not signed")


def _signatures(minutes: Minutes, words: Wording) -> tuple[tuple[str, ...], ...]:
    rows = tuple(
        (
            f"{one.name} ({one.organization})" if one.organization else one.name,
            words.text(one.meaning),
            f"{words.date(one.at.astimezone(UTC).date())} {words.time(one.at.astimezone(UTC))}",
            words.text("Version {number}", number=words.number(one.version)) + f", SHA-256 {one.sha256}",
        )
        for one in minutes.signatures
    )
    return rows or (("", "", "", ""),) * _LINES_TO_SIGN_ON


def _about(minutes: Minutes, words: Wording) -> tuple[Text, ...]:
    coverage = minutes.coverage
    lines = [words.text("Made by machine; a named person corrects and signs.")]
    if coverage.duration_s and coverage.segments:
        whole, speech = words.timecode(coverage.duration_s), words.timecode(coverage.speech_s)
        lines.append(
            words.text(
                "The recording is {duration} long; somebody speaks for {speech} of it.", duration=whole, speech=speech
            )
        )
    if coverage.speech_s and coverage.segments:
        share = words.percent(min(1.0, coverage.cited_s / coverage.speech_s))
        lines.append(words.text("The summary and the items rest on {share} of the speaking time.", share=share))
    if coverage.suppressed:
        one, many = "{count} passage was heard but not believed.", "{count} passages were heard but not believed."
        lines.append(words.plural(one, many, coverage.suppressed))
    if minutes.untranslated:
        one, many = "{count} passage is still in English.", "{count} passages are still in English."
        lines.append(words.plural(one, many, len(minutes.untranslated)))
    if minutes.audience != "restricted":
        lines.append(words.text("Identifiers of subjects are replaced by placeholders in this copy."))
    lines.append(words.text("Quotes are verbatim and stay in the language that was spoken."))
    lines.append(words.text("Times in this document count from the start of the recording."))
    foreign = words.locale != "en"
    return (*(Text(line) for line in lines), *(Text(note, foreign) for note in coverage.notes))
