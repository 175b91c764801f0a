"""Lists of meetings and actions with what the asker may see, and full text: FTS5 on SQLite, tsvector on PostgreSQL."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, column, false, func, or_, select, table, true
from sqlalchemy import text as sql

from hub.domain.board import ActionState, BoardQuery
from hub.domain.cards import CardQuery, Found
from hub.domain.people import EVERY, Grant
from hub.storage.rows import naive
from hub.storage.shelf_tables import board_actions, card_parties, cards, findable

_WORD = re.compile(r"\w+")
_MOST_WORDS = 12
_LEAST_START = 3
"""Letters of a last word that is taken as the beginning of one; a shorter one stands for itself."""
_MOST_PLACES = 20_000
"""So many places that hold the words, the newest first, are looked at: words that stand everywhere find recent ones."""
_AROUND = 14
"""Words of a passage that is shown."""
_fts = table("findable_fts", column("rowid"), column("text"), column("findable_fts"))


def words_of(text: str) -> list[str]:
    """Return the words that are searched for: letters and digits only, so that nothing of a query language is in it."""
    return _WORD.findall(text.casefold())[:_MOST_WORDS]


def cards_query(connection: Connection, query: CardQuery) -> Select[Any]:
    """Return the statement for one page of meetings, and one more to see whether there are more."""
    chosen = [seen(query.sight, cards), *_filters(query)]
    words = words_of(query.text)
    if query.text.strip():
        chosen.append(cards.c.meeting_id.in_(_matching(connection, words)) if words else false())
    if query.after is not None:
        at, last = naive(query.after[0]), query.after[1]
        chosen.append(or_(cards.c.at < at, and_(cards.c.at == at, cards.c.meeting_id < last)))
    newest = (cards.c.at.desc(), cards.c.meeting_id.desc())
    return select(cards.c.body).where(*chosen).order_by(*newest).limit(query.limit + 1)


def actions_query(query: BoardQuery) -> Select[Any]:
    """Return the statement for a page of the board."""
    its = board_actions.c
    chosen = [seen(query.sight, cards)]
    if query.states:
        chosen.append(its.state.in_([str(state) for state in query.states]))
    if query.owner_email is not None:
        chosen.append(its.owner_email == query.owner_email)
    if query.study is not None:
        chosen.append(its.study == query.study)
    if query.late_on is not None:
        under_way = its.state.in_([str(ActionState.OPEN), str(ActionState.IN_PROGRESS)])
        chosen.append(and_(under_way, its.due < query.late_on))
    if query.after is not None:
        day, last = query.after
        undated = its.due.is_(None) if day < date.max else and_(its.due.is_(None), its.id > last)
        chosen.append(or_(its.due > day, and_(its.due == day, its.id > last), undated))
    joined = board_actions.join(cards, its.meeting_id == cards.c.meeting_id)
    in_order = (its.due.is_(None), its.due, its.id)
    return select(its.body).select_from(joined).where(*chosen).order_by(*in_order).limit(query.limit)


def seen(sight: Sequence[Grant], of: Table) -> ColumnElement[bool]:
    """Return the condition that one of the grants reaches a meeting, as `hub.domain.policy` would decide it."""
    return or_(false(), *(_reached(grant, of) for grant in sight))


def _reached(grant: Grant, of: Table) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [true()]
    if grant.organization != EVERY:
        theirs = select(card_parties.c.meeting_id).where(card_parties.c.organization == grant.organization)
        conditions.append(of.c.meeting_id.in_(theirs))
    if grant.study is not None:
        conditions.append(of.c.study == grant.study)
    if not grant.unblinded:
        conditions.append(of.c.unblinding.is_(False))
    return and_(*conditions)


def passages(connection: Connection, text: str, meetings: Sequence[str]) -> dict[str, Found]:
    """Return for each of *meetings* the first passage that holds the words of *text*."""
    words = words_of(text)
    if not words or not meetings:
        return {}
    its, found = findable.c, dict[str, Found]()
    query = select(its.meeting_id, its.part, its.ref, its.text).where(its.meeting_id.in_(list(meetings)))
    for row in connection.execute(query.order_by(its.id)):
        if row.meeting_id not in found and (passage := passage_of(row.text, words)):
            found[row.meeting_id] = Found(row.part, row.ref, passage)
    return found


def passage_of(text: str, words: Sequence[str]) -> str:
    """Return the words around the first of *words* in a text that holds all of them, else an empty one."""
    there = list(_WORD.finditer(text))
    folded = [found[0].casefold() for found in there]
    *whole, last = words
    ends = [place for place, word in enumerate(folded) if word == last or (_begins(words) and word.startswith(last))]
    if not ends or not set(whole) <= set(folded):
        return ""
    place = folded.index(whole[0]) if whole else ends[0]
    first, after = max(place - _AROUND // 2, 0), min(place + _AROUND, len(there) - 1)
    shown = " ".join(text[there[first].start() if first else 0 : there[after].end()].split())
    before, behind = "… " if first else "", " …" if after < len(there) - 1 else text[there[after].end() :].strip()
    return f"{before}{shown}{behind}"


def _filters(query: CardQuery) -> list[ColumnElement[bool]]:
    its = cards.c
    given = {its.study: query.study, its.series: query.series}
    chosen: list[ColumnElement[bool]] = [one == value for one, value in given.items() if value is not None]
    if query.standing is not None:
        chosen.append(its.standing == str(query.standing))
    if query.organization is not None:
        theirs = select(card_parties.c.meeting_id).where(card_parties.c.organization == query.organization)
        chosen.append(its.meeting_id.in_(theirs))
    if query.since is not None:
        chosen.append(its.at >= naive(query.since))
    if query.until is not None:
        chosen.append(its.at < naive(query.until))
    return chosen


def _matching(connection: Connection, words: Sequence[str]) -> Select[Any]:
    if connection.dialect.name == "sqlite":
        rows = select(_fts.c.rowid).where(_fts.c.findable_fts.op("MATCH")(_fts5(words)))
        newest = rows.order_by(_fts.c.rowid.desc()).limit(_MOST_PLACES)
        return select(findable.c.meeting_id).where(findable.c.id.in_(newest))
    holding = select(findable.c.meeting_id).where(_tsvector().op("@@")(_tsquery(words)))
    return holding.order_by(findable.c.id.desc()).limit(_MOST_PLACES)


def _fts5(words: Sequence[str]) -> str:
    """Return all *words* in FTS5's language, the last one as the beginning of a word."""
    return " ".join(f'"{word}"' for word in words) + ("*" if _begins(words) else "")


def _tsquery(words: Sequence[str]) -> Any:
    return func.to_tsquery("simple", " & ".join(words) + (":*" if _begins(words) else ""))


def _begins(words: Sequence[str]) -> bool:
    return len(words[-1]) >= _LEAST_START


def _tsvector() -> Any:
    return func.to_tsvector(sql("'simple'"), findable.c.text)
