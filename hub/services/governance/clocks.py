"""Which clocks of a plan run: actions not done, minutes not approved, meetings of which nothing came."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from hub.domain.board import UNDER_WAY, BoardAction
from hub.domain.cards import Card, Standing
from hub.domain.governance import About, Contact, Plan, Planned, Running
from hub.domain.series import held_on
from hub.ports.review import ShelfUnit

_BACK = timedelta(days=60)
"""A meeting of longer ago is no news any more; its clock has long gone through its steps."""
_UNSIGNED = tuple(one for one in Standing if one not in (Standing.APPROVED, Standing.DISTRIBUTED))
_ABOUT_A_DAY = timedelta(days=1)


def running(unit: ShelfUnit, plan: Plan, now: datetime) -> list[Running]:
    """Return the clocks of *plan* that run at *now* and began after its day, also those whose first step is to come."""
    found = [*_actions(unit, plan), *_minutes(unit, plan, now), *_meetings(unit, plan, now)]
    return [one for one in found if one.day >= plan.since]


def _actions(unit: ShelfUnit, plan: Plan) -> Iterator[Running]:
    if not plan.steps.get(About.ACTION):
        return
    titles: dict[str, Card | None] = {}
    for action in unit.several(BoardAction, study=plan.study, state=UNDER_WAY):
        if action.due is None:
            continue
        if action.meeting_id not in titles:
            titles[action.meeting_id] = unit.get(Card, action.meeting_id)
        card = titles[action.meeting_id]
        title = _title(card) if card else action.meeting_id
        began, owner = plan.hours.opening(action.due), _owner(plan, action, card)
        yield Running(About.ACTION, action.id, title, began, action.due, action.meeting_id, owner)


def _title(card: Card) -> str:
    """Return what a meeting is called where anybody may read it: its id where its words would unblind."""
    return card.meeting_id if card.unblinding else card.title


def _owner(plan: Plan, action: BoardAction, card: Card | None) -> Contact | None:
    """Return who owns an action, with an address: the board's, the plan's or the meeting's; None where none has one."""
    wanted = (action.owner or "").casefold()
    people = list(plan.people.values())
    if action.owner_email:
        known = next((one for one in people if one.address.casefold() == action.owner_email.casefold()), None)
        return known or Contact(action.owner or "", action.owner_email)
    attended = card.meeting.participants if card else ()
    people += [Contact(one.name, one.email) for one in attended if one.email]
    return next((one for one in people if wanted and one.name.casefold() == wanted), None)


def _minutes(unit: ShelfUnit, plan: Plan, now: datetime) -> Iterator[Running]:
    if not plan.steps.get(About.MINUTES):
        return
    lasts = {one.name: timedelta(minutes=one.series.minutes) for one in plan.meetings}
    for card in unit.several(Card, study=plan.study, standing=_UNSIGNED):
        ended = card.at + lasts.get(card.series or "", timedelta())
        if now - _BACK <= ended <= now:
            yield Running(About.MINUTES, card.meeting_id, _title(card), ended, held_on(card), card.meeting_id)


def _meetings(unit: ShelfUnit, plan: Plan, now: datetime) -> Iterator[Running]:
    if not plan.steps.get(About.MEETING):
        return
    for planned in plan.meetings:
        cards = unit.several(Card, study=plan.study, series=planned.name)
        yield from missed(planned, cards, now)


def missed(planned: Planned, cards: Sequence[Card], now: datetime) -> Iterator[Running]:
    """Yield the occurrences of a planned meeting that are over, and of which none of *cards* is.

    A meeting is the nearest occurrence, where it was held up to a day beside it.
    """
    occurrences = planned.series.occurrences(until=(now + _ABOUT_A_DAY).date())
    nearest = [min((at for at, _ in occurrences), key=lambda at: abs(at - card.at), default=card.at) for card in cards]
    held = {at for at, card in zip(nearest, cards, strict=True) if abs(at - card.at) <= _ABOUT_A_DAY}
    for at, minutes in occurrences:
        ended = at + timedelta(minutes=minutes)
        if not now - _BACK <= ended <= now or at in held:
            continue
        ref = f"{planned.series.uid.partition('@')[0].rpartition('/')[2]}/{at.date()}"
        yield Running(About.MEETING, ref, planned.series.title, ended, at.date())
