"""Meetings that follow one another: what one leaves open stands in the next."""

from collections.abc import Iterable
from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hub.domain.board import BoardAction
from hub.domain.cards import Card
from hub.domain.minutes import Carried


def one_series(card: Card, other: Card) -> bool:
    """Tell whether two meetings are of one series: one name, and the same readers, so that nothing is told further."""
    return card.series is not None and card.series == other.series and card.scope == other.scope


def earlier(card: Card, others: Iterable[Card]) -> dict[str, Card]:
    """Return the meetings of the series of *card* that were before it, by id."""
    return {
        one.meeting_id: one
        for one in others
        if one.meeting_id != card.meeting_id and one.at < card.at and one_series(card, one)
    }


def held_on(card: Card) -> date:
    """Return the day of a meeting, in its own time zone."""
    try:
        return card.at.astimezone(ZoneInfo(card.meeting.timezone or "UTC")).date()
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return card.at.date()


def carried(card: Card, before: dict[str, Card], actions: Iterable[BoardAction]) -> tuple[Carried, ...]:
    """Return what of *actions* the meetings *before* left open for the meeting of *card*: the most pressing first."""
    today = held_on(card)
    left = [one for one in actions if one.under_way and one.meeting_id in before]
    left.sort(key=lambda one: (one.due or date.max, before[one.meeting_id].at, one.id))
    return tuple(_carried(one, before[one.meeting_id], today) for one in left)


def _carried(action: BoardAction, meeting: Card, today: date) -> Carried:
    late = (today - action.due).days if action.due else 0
    return Carried(
        action.id,
        action.text,
        action.meeting_id,
        meeting.title,
        held_on(meeting),
        action.owner,
        action.due,
        max(late, 0),
        of_record=action.of_record,
    )
