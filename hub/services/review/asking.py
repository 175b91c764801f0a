"""A question to the whole record, answered with passages only; where nothing fits, nothing is found."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from hub.domain.answers import Answer, Passage, Question, State, met, question, weights
from hub.domain.board import UNDER_WAY, BoardAction, ClosingState
from hub.domain.cards import Card, CardQuery
from hub.domain.errors import UsageError
from hub.domain.minutes import Action, Minutes
from hub.domain.people import Principal
from hub.domain.transcript import Transcript
from hub.domain.versions import GROUPS, KeptTranscript, WorkingDraft
from hub.services.review.room import Room, sight

Alike = Callable[[str, Sequence[str]], Sequence[float]]
"""Returns the likeness in sense (0 to 1) of a question to each of some texts."""

_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Asking:
    """How the record is asked."""

    meetings_for_a_word: int = 20  # the newest that hold it
    newest: int = 20  # meetings that are looked at whatever their words are
    enough: float = 0.6  # share of the question's weight that a passage has to hold,
    alike: float = 0.55  # or the likeness in sense of an item or a sentence of the summary
    item: float = 0.1  # what people or the machine made an item of comes before what was only said,
    kind: float = 0.3  # and the kind that was asked for before others
    most: int = 10


def ask(
    room: Room, principal: Principal, text: str, *, alike: Alike | None = None, options: Asking | None = None
) -> tuple[Answer, ...]:
    """Return the passages that answer *text*, the best first; none where nothing in the record fits.

    Only meetings that the principal may see are looked at. *alike* compares by sense as well, where there is a model.
    An action of approved minutes tells what became of it: open, or closed by whom, and by which passage.
    UsageError for a question without a word that could be looked for, unless it asks for what is still open.
    """
    options = options or Asking()
    asked = question(text[:_LONGEST])
    if not asked.stems and not asked.still_open:
        raise UsageError("ask with a word that can be looked for, such as the name of a site or a subject matter")
    passages = [one for card in _candidates(room, principal, text, options) for one in _passages(room, card)]
    return _best(asked, passages, alike, options)


def _candidates(room: Room, principal: Principal, text: str, options: Asking) -> list[Card]:
    """Return the meetings that hold a word of the question, and the newest ones."""
    reach = sight(principal, room.clock())
    queries = [CardQuery(reach, limit=options.newest)]
    queries += [
        CardQuery(reach, text=word, limit=options.meetings_for_a_word) for word in dict.fromkeys(question(text).stems)
    ]
    cards = {card.meeting_id: card for query in queries for card in room.shelf.cards(query).cards}
    return list(cards.values())


def _passages(room: Room, card: Card) -> Iterator[Passage]:
    with room.shelf.reading() as unit:
        draft, kept = unit.get(WorkingDraft, card.meeting_id), unit.get(KeptTranscript, card.meeting_id)
        states = {one.item: _state(one) for one in unit.several(BoardAction, meeting_id=card.meeting_id)}
    transcript = kept.transcript if kept else None
    if draft is not None:
        for one in _written(card, draft.draft.minutes, transcript):
            yield replace(one[1], state=states.get(one[0]))
    if transcript is not None:
        yield from (
            Passage(card.meeting_id, card.title, card.at, "said", one.text, one.text, (one.id,), one.speaker, one.start)
            for one in transcript.segments
        )


def _state(action: BoardAction) -> State:
    if action.under_way:
        return State(str(action.state))
    closing = action.closing if action.closing and action.closing.state is ClosingState.AGREED else None
    said = (closing.evidence.quote, closing.meeting_id, closing.meeting) if closing else ()
    return State(str(action.state), action.changed_by, action.changed_at, *said)


def _written(card: Card, minutes: Minutes, transcript: Transcript | None) -> Iterator[tuple[str, Passage]]:
    """Yield the passages with the ids of their items."""
    said = {one.id: one for one in transcript.segments} if transcript else {}
    kinds = {field: kind for kind, field in GROUPS.items()}
    places = [(kinds[field], item) for field in kinds for item in getattr(minutes, field)]
    for kind, item in places:
        first = said.get(item.evidence.segments[0])
        due = item.due.isoformat() if isinstance(item, Action) and item.due else None
        yield item.id, Passage(
            card.meeting_id, card.title, card.at, kind, item.text, item.evidence.quote, item.evidence.segments,
            first.speaker if first else None, first.start if first else None,
            getattr(item, "owner", None), due, str(card.standing),
        )  # fmt: skip
    for entry in minutes.summary_evidence:
        first = said.get(entry.evidence.segments[0])
        yield "", Passage(
            card.meeting_id, card.title, card.at, "summary", entry.sentence, entry.evidence.quote,
            entry.evidence.segments, first.speaker if first else None, first.start if first else None,
            standing=str(card.standing),
        )  # fmt: skip


def _best(asked: Question, passages: Sequence[Passage], alike: Alike | None, options: Asking) -> tuple[Answer, ...]:
    texts = [_whole(one) for one in passages]
    weighed = weights(asked, texts)
    shares = [met(asked, text, weighed) if asked.stems else 1.0 for text in texts]
    senses = _senses(asked, passages, alike)
    found = []
    for passage, share, sense in zip(passages, shares, senses, strict=True):
        if share < options.enough and sense < options.alike:
            continue
        if asked.still_open and (passage.state is None or passage.state.name not in UNDER_WAY):
            continue
        bonus = (options.item if passage.kind != "said" else 0.0) + (options.kind if passage.kind in asked.kinds else 0)
        found.append((max(share, sense) + bonus, passage))
    found.sort(key=lambda pair: (-pair[0], -pair[1].at.timestamp(), pair[1].start or 0.0))
    return tuple(Answer(one, round(score, 3)) for score, one in _once(found))[: options.most]


def _whole(passage: Passage) -> str:
    parts = (passage.text, passage.quote, passage.title, passage.owner, passage.speaker)
    return " ".join(part for part in parts if part)


def _senses(asked: Question, passages: Sequence[Passage], alike: Alike | None) -> list[float]:
    written = [place for place, one in enumerate(passages) if one.kind != "said"]
    senses = [0.0] * len(passages)
    if alike is not None and written:
        for place, value in zip(written, alike(asked.text, [passages[at].text for at in written]), strict=True):
            senses[place] = value
    return senses


def _once(found: Sequence[tuple[float, Passage]]) -> Iterator[tuple[float, Passage]]:
    """Yield what was said once: an item tells the passage that it rests on."""
    told: set[tuple[str, str]] = set()
    for score, passage in found:
        cited = {(passage.meeting_id, segment) for segment in passage.segments}
        if passage.kind in ("said", "summary") and cited <= told:
            continue
        told |= cited
        yield score, passage
