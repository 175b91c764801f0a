"""The figures of a study, counted anew from records and minutes each time they are looked at."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from hub.domain.agreements import Agreement
from hub.domain.approvals import Review, ReviewState
from hub.domain.blinding import Blinding
from hub.domain.board import ActionState, BoardAction
from hub.domain.cards import Card, Standing
from hub.domain.figures import Figures, Share
from hub.domain.places import scope_of_record
from hub.domain.policy import Scope
from hub.ports.browsing import Browser
from hub.services.review.room import Room

IN_TIME = timedelta(hours=48)
MOST = 20_000
"""Records of one kind, of all studies; where there are more, figures are counted to there, and it is said."""
_PAGE = 500
_ENROLLED = frozenset({"enrolled", "randomized", "on_treatment", "follow_up", "completed"})
_OVER = (Standing.APPROVED, Standing.DISTRIBUTED)
Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Looking:
    """Whose eyes the figures are for: *meetings* and *records* tell which scopes are seen."""

    meetings: Callable[[Scope], bool]
    records: Callable[[Scope], bool]
    zone: ZoneInfo


class Records:
    """The records of one study, read page by page, without what would unblind who asks."""

    def __init__(
        self, browser: Browser, study: str, agreements: Sequence[Agreement], blinding: Blinding, looking: Looking
    ) -> None:
        self._browser, self._study, self._agreements = browser, study, agreements
        self._blinding, self._looking = blinding, looking
        self.whole = True

    def of(self, kind: str) -> Iterator[Fields]:
        """Yield the fields of each record of *kind* that is there and seen, none of a kind that would unblind."""
        after, read = "", 0
        while come := self._browser.records(kind, after=after, limit=_PAGE, study=self._study):
            if read >= MOST:
                self.whole = False
                return
            for one in come:
                scope = scope_of_record(one, self._agreements)
                if not one.record.deleted and self._looking.records(scope):
                    unblinded = self._looking.records(Scope(scope.organizations, scope.study, unblinding=True))
                    fields = one.record.fields
                    if shown := self._blinding.shown(fields, kind=kind, study=one.protocol, unblinded=unblinded):
                        yield shown
            after, read = come[-1].record.id, read + len(come)


def figures_of(room: Room, records: Records, study: str, looking: Looking) -> Figures:
    """Return the figures of *study*."""
    planned = max((one.get("planned_enrolment") or 0 for one in records.of("study")), default=0) or None
    known = list(records.of("site"))
    sites = sum(one.get("planned_sites") or 0 for one in records.of("country")) or len(known)
    deviations = list(records.of("deviation"))
    open_ones = [one for one in deviations if one.get("status") != "closed"]
    grave = [one for one in open_ones if one.get("severity") in ("major", "critical")]
    states, times = _queries(records)
    cards, approved, actions = _of_meetings(room, study, looking)
    now = room.clock()
    today = now.astimezone(looking.zone).date()
    wanted = [one for one in actions if one.state is not ActionState.CANCELLED]
    return Figures(
        enrolled=Share(_enrolled(records), planned),
        sites_active=Share(sum(one.get("status") == "active" for one in known), sites or None),
        queries_open=states["open"] + states["answered"],
        queries_closed=states["closed"],
        query_time=_half(times),
        queries_in_time=Share(sum(time <= IN_TIME for time in times), len(times) or None),
        deviations_open=Share(len(open_ones), len(deviations) or None),
        deviations_grave=len(grave),
        approval_time=_half(approved),
        minutes_open=sum(one.standing not in _OVER and one.at < now for one in cards),
        actions_done=Share(sum(one.state is ActionState.DONE for one in wanted), len(wanted) or None),
        actions_late=sum(one.late(today) for one in wanted),
        whole=records.whole,
    )


def _enrolled(records: Records) -> int:
    """Return how many subjects are in: by the newest count of each site, else by where each subject stands."""
    newest: dict[str, Fields] = {}
    for one in records.of("enrolment_count"):
        site = str(one.get("site_id"))
        if one.get("enrolled") is not None and (one.get("as_of") or "") >= (newest.get(site, {}).get("as_of") or ""):
            newest[site] = one
    if newest:
        return sum(one["enrolled"] for one in newest.values())
    return sum(one.get("status") in _ENROLLED for one in records.of("subject_status"))


def _queries(records: Records) -> tuple[Counter[str], list[timedelta]]:
    states: Counter[str] = Counter()
    times: list[timedelta] = []
    for one in records.of("query"):
        states[str(one.get("status"))] += 1
        if one.get("status") == "closed" and one.get("opened") and one.get("closed"):
            times.append(datetime.fromisoformat(one["closed"]) - datetime.fromisoformat(one["opened"]))
    return states, times


def _of_meetings(room: Room, study: str, looking: Looking) -> tuple[list[Card], list[timedelta], list[BoardAction]]:
    """Return the meetings of a study that are seen, how long approvals took, and the actions."""
    with room.shelf.reading() as unit:
        cards = {one.meeting_id: one for one in unit.several(Card, study=study) if looking.meetings(one.scope)}
        reviews = unit.several(Review, meeting_id=tuple(cards), state=ReviewState.APPROVED)
        actions = [one for one in unit.several(BoardAction, study=study) if one.meeting_id in cards]
    first: dict[str, datetime] = {}
    for one in reviews:
        if one.ended_at is not None:
            first[one.meeting_id] = min(one.ended_at, first.get(one.meeting_id, one.ended_at))
    return list(cards.values()), [at - cards[known].at for known, at in first.items()], actions


def _half(times: Sequence[timedelta]) -> timedelta | None:
    """Return the time within which half of them lie."""
    return timedelta(seconds=median(one.total_seconds() for one in times)) if times else None
