"""Search over all text: words that stand everywhere are met in the newest meetings, rare ones in the index of words.

FTS5 and GIN give places in an order of their own, and the newest of very many would have to be sorted out. So the
newest meetings that the asker may see are read first, in their order; where these fill no page the index is asked.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, column, func, select, table
from sqlalchemy import text as sql

from hub.domain import wire
from hub.domain.cards import Card, CardPage, CardQuery, Found
from hub.storage import bulk, passages
from hub.storage.shelf_search import among, listed
from hub.storage.shelf_tables import cards, findable

_CHUNK = 50
"""Meetings whose texts are read together."""
_FIRST = 100
"""Meetings that are read before the index of words is asked."""
_MOST_PLACES = 5_000
"""Up to so many places the index answers for all meetings at once; words with more are met while reading on."""
_MOST_MEETINGS, _MOST_TEXT = 2_000, 8_000_000
"""Meetings, and characters of their texts, that are read for one page at most."""
_WORKING_MEMORY = sql("SELECT set_config('work_mem', '64MB', true)")
_fts = table("findable_fts", column("rowid"), column("text"), column("findable_fts"))
Place = tuple[datetime, str]


def found(connection: Connection, query: CardQuery) -> CardPage:
    """Return the page of the newest meetings with a place that holds all words; *reached* where it had to stop before.

    What it names was read in the order of the list, without a gap, so a next page goes on where this one ends.
    """
    words = passages.words_of(query.text)
    if not words:
        return CardPage(())
    reading = _Reading(connection, query, words)
    if reading.go_on(_FIRST):
        return reading.page()
    if (holding := _holding(connection, words)) is not None:
        return _all_at_once(connection, query, words, holding) if holding else CardPage(())
    reading.go_on(_MOST_MEETINGS)
    return reading.page()


class _Reading:
    """The meetings of a list in their order, as far as they were read, and those of them that hold the words."""

    def __init__(self, connection: Connection, query: CardQuery, words: Sequence[str]) -> None:
        self._connection = connection
        self._query = query
        self._words = words
        self._hits: dict[str, Found] = {}
        self._last: Place | None = query.after
        self._read = self._text = 0
        self._ended = False

    def go_on(self, most: int) -> bool:
        """Read until the page is full, the list ends (both True), or enough was read."""
        while not self._ended and len(self._hits) <= self._query.limit:
            if self._read >= most or self._text >= _MOST_TEXT:
                return False
            self._chunk()
        return True

    def page(self) -> CardPage:
        """Return what was found until now."""
        ids = list(islice(self._hits, self._query.limit))
        its = cards.c
        rows = self._connection.execute(select(its.meeting_id, its.body).where(its.meeting_id.in_(ids))).all()
        bodies = {row.meeting_id: wire.loads(Card, row.body) for row in rows}
        full = len(self._hits) > self._query.limit
        return CardPage(
            tuple(bodies[one] for one in ids),
            more=full or not self._ended,
            found={one: self._hits[one] for one in ids},
            reached=None if full or self._ended else self._last,
        )

    def _chunk(self) -> None:
        its = cards.c
        rows = self._connection.execute(
            listed(select(its.meeting_id, its.at), self._query, after=self._last, limit=_CHUNK)
        ).all()
        ids = [row.meeting_id for row in rows]
        there: dict[str, Found] = {}
        for spoken in (False, True):  # what was spoken is by far the longest: read where nothing else holds the words
            rest = [one for one in ids if one not in there]
            there |= self._first(_texts(self._connection, rest, spoken=spoken))
        self._hits |= {one: there[one] for one in ids if one in there}
        self._read += len(rows)
        self._last = (rows[-1].at.replace(tzinfo=UTC), rows[-1].meeting_id) if rows else self._last
        self._ended = len(rows) < _CHUNK

    def _first(self, texts: Iterator[Any]) -> dict[str, Found]:
        first: dict[str, Found] = {}
        for row in texts:
            self._text += len(row.text)
            if row.meeting_id not in first and (passage := passages.passage_of(row.text, self._words)):
                first[row.meeting_id] = Found(row.part, row.ref, passage)
        return first


def _texts(connection: Connection, meetings: Sequence[str], *, spoken: bool) -> Iterator[Any]:
    its = findable.c
    parts = its.part.in_(("transcript",) if spoken else ("title", "minutes", "item"))
    query = select(its.meeting_id, its.part, its.ref, its.text).where(its.meeting_id.in_(meetings), parts)
    return iter(connection.execute(query.order_by(its.id))) if meetings else iter(())


def _all_at_once(connection: Connection, query: CardQuery, words: Sequence[str], holding: list[str]) -> CardPage:
    holds = bulk.among(connection, cards.c.meeting_id, holding)
    rows = connection.execute(
        among(select(cards.c.body), query, after=query.after).where(holds).limit(query.limit + 1)
    ).all()
    page = tuple(wire.loads(Card, row.body) for row in rows[: query.limit])
    hits: dict[str, Found] = {}
    for spoken in (False, True):
        for row in _texts(connection, [one.meeting_id for one in page if one.meeting_id not in hits], spoken=spoken):
            if row.meeting_id not in hits and (passage := passages.passage_of(row.text, words)):
                hits[row.meeting_id] = Found(row.part, row.ref, passage)
    return CardPage(page, more=len(rows) > query.limit, found=hits)


def _holding(connection: Connection, words: Sequence[str]) -> list[str] | None:
    """Return all meetings with a place that holds the words, None where the places are too many."""
    if connection.dialect.name == "sqlite":
        places = select(_fts.c.rowid).where(_fts.c.findable_fts.op("MATCH")(_fts5(words)))
        these = findable.c.id.in_(places.limit(_MOST_PLACES + 1))
    else:
        connection.execute(_WORKING_MEMORY)  # else a common word's places are kept by page, and each text parsed anew
        these = _tsvector().op("@@")(_tsquery(words))
    found = connection.execute(select(findable.c.meeting_id).where(these).limit(_MOST_PLACES + 1)).scalars().all()
    return list(dict.fromkeys(found)) if len(found) <= _MOST_PLACES else None


def _fts5(words: Sequence[str]) -> str:
    """Return all *words* in FTS5's language, the last one as the beginning of a word."""
    return " ".join(f'"{word}"' for word in words) + ("*" if passages.begins(words) else "")


def _tsquery(words: Sequence[str]) -> Any:
    return func.to_tsquery("simple", " & ".join(words) + (":*" if passages.begins(words) else ""))


def _tsvector() -> ColumnElement[Any]:
    return func.to_tsvector(sql("'simple'"), findable.c.text)
