"""The life of minutes in a dict."""

import copy
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from hub.domain.audit import Entry
from hub.domain.board import ActionState, BoardAction, BoardQuery
from hub.domain.cards import Card, CardPage, CardQuery, Found
from hub.domain.errors import RetryableError
from hub.domain.listed import place_of
from hub.domain.people import EVERY, Grant
from hub.domain.shelf import key_of
from hub.domain.waiting import WaitingQuery, place
from hub.storage.passages import passage_of, words_of


class FakeShelf:
    """`Shelf`; what a failed transaction did is undone."""

    def __init__(self) -> None:
        self.things: dict[tuple[Any, ...], Any] = {}
        self.texts: dict[tuple[str, str], list[tuple[str, str]]] = {}
        self.trail: list[Entry] = []
        self._one = threading.RLock()

    @contextmanager
    def writing(self) -> Iterator["FakeShelf"]:
        with self._one, self.reading():
            yield self

    @contextmanager
    def reading(self) -> Iterator["FakeShelf"]:
        before = copy.copy(self.things), copy.copy(self.texts), list(self.trail)
        try:
            yield self
        except BaseException:
            self.things, self.texts, self.trail = before
            raise

    def hold(self, meeting_id: str) -> None:
        pass

    def get(self, kind: type, *key: str | int, hold: bool = False) -> Any:
        del hold
        return self.things.get((kind, *key))

    def several(self, kind: type, **where: Any) -> list[Any]:
        fits = [
            (key[1:], thing)
            for key, thing in self.things.items()
            if key[0] is kind and all(_is(getattr(thing, name), value) for name, value in where.items())
        ]
        return [thing for _, thing in sorted(fits, key=lambda pair: pair[0])]

    def listed(self, kind: type, *, after: tuple[Any, ...] | None, limit: int, **where: Any) -> list[Any]:
        fits = sorted(self.several(kind, **where), key=place_of, reverse=True)
        return [one for one in fits if after is None or place_of(one) < after][:limit]

    def put(self, thing: Any) -> None:
        self.things[type(thing), *key_of(thing)] = thing

    def add(self, thing: Any) -> None:
        if (type(thing), *key_of(thing)) in self.things:
            raise RetryableError(f"{key_of(thing)}: is there")
        self.put(thing)

    def remove(self, thing: Any) -> None:
        self.things.pop((type(thing), *key_of(thing)), None)

    def findable(self, meeting_id: str, part: str, texts: Sequence[tuple[str, str]]) -> None:
        self.texts[meeting_id, part] = [(ref, text) for ref, text in texts if text]

    def audit(self, entries: Sequence[Entry]) -> None:
        self.trail += entries

    def cards(self, query: CardQuery) -> CardPage:
        fits = [card for card in self.several(Card) if _seen(query.sight, card) and _chosen(query, card)]
        found = {card.meeting_id: hit for card in fits if (hit := self._found(card.meeting_id, query.text))}
        if query.text.strip():
            fits = [card for card in fits if card.meeting_id in found]
        fits.sort(key=lambda card: (card.at, card.meeting_id), reverse=True)
        fits = [card for card in fits if query.after is None or (card.at, card.meeting_id) < query.after]
        page = tuple(fits[: query.limit])
        ids = {card.meeting_id for card in page}
        hits = {meeting: hit for meeting, hit in found.items() if meeting in ids}
        return CardPage(page, more=len(fits) > query.limit, found=hits)

    def lists(self, queries: Sequence[CardQuery]) -> list[CardPage]:
        return [self.cards(query) for query in queries]

    def parties(self, study: str) -> frozenset[str]:
        return frozenset(one for card in self.several(Card) if card.study == study for one in card.organizations)

    def actions(self, query: BoardQuery) -> list[BoardAction]:
        fits = [
            action
            for action in self.several(BoardAction)
            if (card := self.get(Card, action.meeting_id)) and _seen(query.sight, card) and _asked(query, action)
        ]
        fits.sort(key=lambda action: (action.due is None, str(action.due), action.id))
        if query.after is not None:
            fits = [one for one in fits if (one.due or date.max, one.id) > query.after]
        return fits[: query.limit]

    def waiting(self, query: WaitingQuery[Any]) -> list[tuple[Card, Any]]:
        pairs = [(self.get(Card, one.meeting_id), one) for one in self.several(query.kind, state=query.state)]
        pairs = [pair for pair in pairs if pair[0] and _seen(query.sight, pair[0])]
        pairs.sort(key=lambda pair: place(pair[1]))
        pairs = [pair for pair in pairs if query.last is None or place(pair[1]) > place(query.last)]
        return pairs[: query.limit]

    def _found(self, meeting_id: str, text: str) -> Found | None:
        words = words_of(text)
        for (meeting, part), texts in self.texts.items():
            for ref, held in texts if meeting == meeting_id and words else ():
                if passage := passage_of(held, words):
                    return Found(part, ref, passage)
        return None


def _is(held: Any, value: Any) -> bool:
    return held in value if isinstance(value, tuple) else held == value


def _seen(sight: Sequence[Grant], card: Card) -> bool:
    return any(
        grant.organization in (EVERY, *card.organizations)
        and grant.study in (None, card.study)
        and card.study not in grant.barred
        and (grant.unblinded or not card.unblinding)
        for grant in sight
    )


def _chosen(query: CardQuery, card: Card) -> bool:
    return (
        query.study in (None, card.study)
        and query.series in (None, card.series)
        and query.standing in (None, card.standing)
        and (not query.standings or card.standing in query.standings)
        and (card.alarming or not query.alarming)
        and query.withdrawn in ("", card.withdrawn)
        and (query.organization is None or query.organization in card.organizations)
        and (query.since is None or card.at >= query.since)
        and (query.until is None or card.at < query.until)
    )


def _asked(query: BoardQuery, action: BoardAction) -> bool:
    late = query.late_on is None or (
        action.due is not None
        and action.due < query.late_on
        and action.state in (ActionState.OPEN, ActionState.IN_PROGRESS)
    )
    return (
        late
        and (not query.states or action.state in query.states)
        and query.owner_email in (None, action.owner_email)
        and query.owner in (None, action.owner)
        and query.study in (None, action.study)
    )
