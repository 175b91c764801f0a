"""Lists of meetings and actions with what the asker may see, and full text: FTS5 on SQLite, tsvector on PostgreSQL."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    column,
    exists,
    false,
    func,
    or_,
    select,
    table,
    true,
    tuple_,
    union_all,
)
from sqlalchemy import text as sql

from hub.domain.board import ActionState, BoardQuery
from hub.domain.cards import CardQuery, Found
from hub.domain.people import EVERY, Grant
from hub.domain.waiting import ORDERS, Waiting, WaitingQuery, place
from hub.storage.rows import naive
from hub.storage.shelf_rows import stored
from hub.storage.shelf_tables import TABLES, UNDATED, board_actions, card_parties, cards, findable

_WORD = re.compile(r"\w+")
_MOST_WORDS = 12
_LEAST_START = 3
"""Letters of a last word that is taken as the beginning of one; a shorter one stands for itself."""
_MOST_PLACES = 20_000
"""So many places that hold the words, the newest first, are looked at: words that stand everywhere find recent ones."""
_UNDER_WAY = (ActionState.OPEN, ActionState.IN_PROGRESS)
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
    """Return the statement for a page of the board.

    An index gives actions of one state in their order: each state is read as far as a page, and the pages are merged.
    """
    its = board_actions.c
    states: Sequence[ActionState | None] = query.states or (None,)
    if query.late_on is not None:
        states = [one for one in query.states or _UNDER_WAY if one in _UNDER_WAY]
    pages = [select(_in_state(query, state).subquery()) for state in states]
    if len(pages) == 1:
        return _in_state(query, states[0])
    merged = union_all(*pages).subquery() if pages else select(its.body, its.due, its.id).where(false()).subquery()
    in_order = (merged.c.due.is_(None), merged.c.due, merged.c.id)
    return select(merged.c.body).order_by(*in_order).limit(query.limit)


def _in_state(query: BoardQuery, state: ActionState | None) -> Select[Any]:
    its = board_actions.c
    chosen = [_may_be_seen(query.sight, board_actions)]
    if state is not None:
        chosen.append(its.state == str(state))
    if query.owner_email is not None:
        chosen.append(its.owner_email == query.owner_email)
    if query.study is not None:
        chosen.append(its.study == query.study)
    if query.late_on is not None:
        # told apart so that the index gives them in order: an order that names UNDATED would be sorted
        chosen += [UNDATED.is_(False), its.due < query.late_on]
    if query.after is not None:
        day, last = query.after
        undated = UNDATED if day < date.max else and_(UNDATED, its.id > last)
        chosen.append(or_(its.due > day, and_(its.due == day, its.id > last), undated))
    in_order = (its.due, its.id) if query.late_on is not None else (UNDATED, its.due, its.id)
    return select(its.body, its.due, its.id).where(*chosen).order_by(*in_order).limit(query.limit)


def waiting_query(query: WaitingQuery[Waiting]) -> Select[Any]:
    """Return the statement for things that wait, each with its card."""
    table = TABLES[query.kind]
    order = [table.c[name] for name in ORDERS[query.kind]]
    chosen = [table.c.state == str(query.state), seen(query.sight, cards)]
    if query.last is not None:
        chosen.append(tuple_(*order) > tuple_(*(stored(one) for one in place(query.last))))
    joined = table.join(cards, cards.c.meeting_id == table.c.meeting_id)
    return select(cards.c.body, table.c.body).select_from(joined).where(*chosen).order_by(*order).limit(query.limit)


def seen(sight: Sequence[Grant], of: Table) -> ColumnElement[bool]:
    """Return the condition that one of the grants reaches a meeting, as `hub.domain.policy` would decide it."""
    return or_(false(), *(_reached(grant, of) for grant in sight))


def _may_be_seen(sight: Sequence[Grant], of: Table) -> ColumnElement[bool]:
    """Return the condition that the meeting of a row is seen."""
    return exists().where(cards.c.meeting_id == of.c.meeting_id, seen(sight, cards))


def _reached(grant: Grant, of: Table) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [true()]
    if grant.organization != EVERY:
        conditions.append(_takes_part(grant.organization, of))
    if grant.study is not None:
        conditions.append(of.c.study == grant.study)
    if grant.barred:
        conditions.append(or_(of.c.study.is_(None), of.c.study.not_in(sorted(grant.barred))))
    if not grant.unblinded:
        conditions.append(of.c.unblinding.is_(False))
    return and_(*conditions)


def _takes_part(organization: str, of: Table) -> ColumnElement[bool]:
    """Return the condition that an organization takes part: asked row by row, since a large party is in nearly all."""
    its = card_parties.c
    return exists().where(its.organization == organization, its.meeting_id == of.c.meeting_id)


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
        chosen.append(_takes_part(query.organization, cards))
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
