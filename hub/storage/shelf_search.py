"""Lists of meetings and actions with what the asker may see, each read in its order."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    and_,
    exists,
    false,
    literal_column,
    or_,
    select,
    true,
    tuple_,
    union_all,
)

from hub.domain.board import ActionState, BoardQuery
from hub.domain.cards import CardQuery
from hub.domain.listed import LISTED
from hub.domain.people import EVERY, Grant
from hub.domain.waiting import ORDERS, Waiting, WaitingQuery, place
from hub.storage.rows import naive
from hub.storage.shelf_rows import stored
from hub.storage.shelf_tables import TABLES, UNDATED, board_actions, card_parties, cards
from hub.storage.tables import metadata

_UNDER_WAY = (ActionState.OPEN, ActionState.IN_PROGRESS)
_kept = lru_cache(maxsize=256)
"""People ask for the same first pages again: putting a statement together takes longer than asking it."""


@_kept
def cards_query(query: CardQuery) -> Select[Any]:
    """Return the statement for one page of meetings, and one more to see whether there are more."""
    return listed(select(cards.c.body), query, after=query.after, limit=query.limit + 1)


@_kept
def lists_query(queries: tuple[CardQuery, ...]) -> Select[Any]:
    """Return the statement for pages of meetings, each row with the place of its query: the way there is gone once."""
    its = cards.c
    pages = [
        listed(select(its.meeting_id, its.at, its.body), query, after=query.after, limit=query.limit + 1).subquery()
        for query in queries
    ]
    every = union_all(*(select(literal_column(str(place)).label("place"), page) for place, page in enumerate(pages)))
    merged = every.subquery()
    in_order = (merged.c.place, merged.c.at.desc(), merged.c.meeting_id.desc())
    return select(merged.c.place, merged.c.body).order_by(*in_order)


def listed(what: Select[Any], query: CardQuery, *, after: tuple[datetime, str] | None, limit: int) -> Select[Any]:
    """Return *what* of the meetings that are asked for, whatever their text, newest first, those that come *after*.

    An index gives the meetings of one study in their order: those of each grant are read as far as *limit*, and merged.
    """
    if len(query.sight) == 1:
        return among(what, query, after=after).limit(limit)
    its = cards.c
    pages = [
        select(among(select(its.meeting_id), replace(query, sight=(grant,)), after=after).limit(limit).subquery())
        for grant in query.sight
    ]
    these = its.meeting_id.in_(union_all(*pages)) if pages else false()
    return what.where(these).order_by(its.at.desc(), its.meeting_id.desc()).limit(limit)


def among(what: Select[Any], query: CardQuery, *, after: tuple[datetime, str] | None) -> Select[Any]:
    """Return *what* of all meetings that are asked for: sorted as a whole where the asker has several grants."""
    chosen = [seen(query.sight, cards), *_filters(query)]
    if after is not None:
        at, last = naive(after[0]), after[1]
        chosen.append(or_(cards.c.at < at, and_(cards.c.at == at, cards.c.meeting_id < last)))
    return what.where(*chosen).order_by(cards.c.at.desc(), cards.c.meeting_id.desc())


@_kept
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
    if query.owner is not None:
        chosen.append(its.owner == query.owner)
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


def listed_query(kind: type, *, after: tuple[Any, ...] | None, limit: int, **where: Any) -> Select[Any]:
    """Return the statement for a page of things of a kind, from the greatest place to the least."""
    its = TABLES[kind].c
    order = [its[name] for name in LISTED[kind]]
    chosen: list[ColumnElement[bool]] = [its[name] == stored(value) for name, value in where.items()]
    if after is not None:
        chosen.append(tuple_(*order) < tuple_(*(stored(one) for one in after)))
    return select(its.body).where(*chosen).order_by(*(column.desc() for column in order)).limit(limit)


def waiting_query(query: WaitingQuery[Waiting]) -> Select[Any]:
    """Return the statement for things that wait, each with its card.

    Which they are is told by indexes alone: what the asker may not see may be long, and its bodies are not read.
    """
    after = None if query.last is None else tuple(stored(one) for one in place(query.last))
    order = ORDERS[query.kind]
    return _waiting_query(TABLES[query.kind].name, order, str(query.state), query.sight, after, query.limit)


@_kept
def _waiting_query(
    name: str, names: Sequence[str], state: str, sight: tuple[Grant, ...], after: tuple[Any, ...] | None, limit: int
) -> Select[Any]:
    table = metadata.tables[name]
    order = [table.c[one] for one in names]
    keys = list(table.primary_key.columns)
    chosen = [table.c.state == state, seen(sight, cards)]
    if after is not None:
        chosen.append(tuple_(*order) > tuple_(*after))
    joined = table.join(cards, cards.c.meeting_id == table.c.meeting_id)
    these = select(*keys, cards.c.meeting_id.label("card")).select_from(joined).where(*chosen)
    page = these.order_by(*order).limit(limit).subquery()
    its = [column == page.c[column.name] for column in keys]
    whole = page.join(table, and_(*its)).join(cards, cards.c.meeting_id == page.c.card)
    return select(cards.c.body, table.c.body).select_from(whole).order_by(*order)


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


def _filters(query: CardQuery) -> list[ColumnElement[bool]]:
    its = cards.c
    given = {its.study: query.study, its.series: query.series}
    chosen: list[ColumnElement[bool]] = [one == value for one, value in given.items() if value is not None]
    if query.standing is not None:
        chosen.append(its.standing == str(query.standing))
    if query.standings:
        chosen.append(its.standing.in_([str(one) for one in query.standings]))
    if query.alarming:
        chosen.append(its.alarming.is_(True))
    if query.withdrawn:
        chosen.append(its.withdrawn == query.withdrawn)
    if query.organization is not None:
        chosen.append(_takes_part(query.organization, cards))
    if query.since is not None:
        chosen.append(its.at >= naive(query.since))
    if query.until is not None:
        chosen.append(its.at < naive(query.until))
    return chosen
