"""The days ahead that the record of a meeting's study holds, as far as the people of that meeting may know them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hub.domain.agreements import Agreement
from hub.domain.blinding import Blinding
from hub.domain.cards import Card
from hub.domain.governance import Plan
from hub.domain.known_days import DueSource, KnownDay
from hub.domain.meeting import Meeting
from hub.domain.minutes import Action
from hub.domain.places import Placed, scope_of_record
from hub.ports.browsing import Browser
from hub.ports.review import Shelf
from hub.services.study_events import MILESTONES, VISITS, label, names_of_meeting, names_of_next, places_of
from hub.services.working_days import began

MOST = 20_000
"""Records of one kind, of all studies, that are looked at; where there are more, no day is known."""
_PAGE = 500
_AHEAD = timedelta(days=400)
_OVERDUE = timedelta(days=60)
"""A planned day that has passed so lately without being reached: the plan is not up to date, and nothing is known."""
_TO_COME = frozenset({"planned", "confirmed", None})
Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ForWhom:
    """Whose meeting it is: of all *organizations* each has to have a record; *unblinded* may know what would unblind.

    *study* is a protocol number; *series* the meeting's own. Without organizations every record of the study is known.
    """

    study: str
    day: date
    zone: ZoneInfo
    organizations: frozenset[str] = frozenset()
    unblinded: bool = False
    meeting_id: str = ""
    series: str | None = None

    @classmethod
    def of(cls, card: Card, meeting: Meeting | None = None) -> "ForWhom | None":
        """Return it for a meeting of the pages, None without a study or a day. *meeting* knows the day better."""
        found = cls.alone(card.study, meeting or card.meeting)
        parties = frozenset(card.organizations)
        return found and replace(
            found, organizations=parties, unblinded=card.unblinding, meeting_id=card.meeting_id, series=card.series
        )

    @classmethod
    def alone(cls, study: str | None, meeting: Meeting) -> "ForWhom | None":
        """Return it for a meeting of the command line, whose user has all that the hub holds but for the blind."""
        day = began(meeting)
        return None if study is None or day is None else cls(study, day, _zone(meeting.timezone))


@dataclass(frozen=True, slots=True)
class StudyDays:
    """Where days of a study stand: records, meetings of the hub, communication plans."""

    browser: Browser
    agreements: Callable[[], Sequence[Agreement]]
    blinding: Callable[[], Blinding]
    shelf: Shelf
    plans: Callable[[], Mapping[str, Plan]]

    def known(self, whom: ForWhom | None) -> tuple[KnownDay, ...]:
        """Return the days ahead, in order; of events that are called the same at the same place the next one only."""
        held = self._held(whom) if whom else None
        return tuple(_beside_named(list(_next_ones(held, whom.day)))) if whom and held else ()

    def moved(self, actions: Iterable[Action], whom: ForWhom | None) -> dict[str, date | None]:
        """Return by id the actions whose event has another day now, as `moved` says; none where that cannot be told."""
        held = self._held(whom) if whom else None
        return {} if held is None else moved(actions, held)

    def _held(self, whom: ForWhom) -> list[KnownDay] | None:
        """Return all that the record holds, past and ahead; None where it is too much to look at."""
        reader = _Reader(self, whom, self.agreements(), self.blinding())
        try:
            return [*reader.visits(), *reader.milestones(), *reader.meetings()]
        except _TooMuchError:
            return None


class _TooMuchError(Exception):
    """There are more records than are looked at: an event that was not seen might be the one that is meant."""


_UNNAMED = "?"
"""Begins what stands for the words of a site that has none: nobody can say it."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where something is: the site as far as it may be known, and the *words* for it; none for the whole study."""

    site: Fields = field(default_factory=dict)
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads for one meeting, by the agreements and rules as they are now."""

    of: StudyDays
    whom: ForWhom
    agreements: Sequence[Agreement]
    blinding: Blinding

    def visits(self) -> Iterator[KnownDay]:
        for one, fields, place in self._with_sites("monitoring_visit"):
            names = VISITS.get(str(fields.get("type")))
            begins = _day(fields.get("start")) or _day(fields.get("planned"))
            if names and begins and place.words and fields.get("status") in _TO_COME:
                yield _known(one, names, begins, place, last=_day(fields.get("end")))

    def milestones(self) -> Iterator[KnownDay]:
        for one, fields, place in self._with_sites("site_milestone"):
            names, planned = MILESTONES.get(str(fields.get("milestone"))), _day(fields.get("planned"))
            if names and planned and not fields.get("actual"):
                yield _known(one, names, planned, place)

    def meetings(self) -> Iterator[KnownDay]:
        for one, fields in self._records("meeting"):
            begins = _moment(fields.get("started"))
            if begins and fields.get("status") in _TO_COME and (names := names_of_meeting(str(fields.get("title")))):
                yield _known(one, names, _day_of(begins, self.whom.zone), _Place())
        yield from self._cards()
        yield from self._planned()

    def _cards(self) -> Iterator[KnownDay]:
        """Yield the meetings that the hub itself knows of, of which all of this one's parties know."""
        with self.of.shelf.reading() as unit:
            cards = unit.several(Card, study=self.whom.study)
        for card in cards:
            begins = card.meeting.started_at
            seen = self.whom.organizations <= frozenset(card.organizations) and (
                self.whom.unblinded or not card.unblinding
            )
            if begins is None or not seen or card.meeting_id == self.whom.meeting_id:
                continue
            source = DueSource("card", card.meeting_id, card.revision, card.title)
            day = _day_of(begins, self.whom.zone)
            yield from _called(names_of_meeting(card.title), day, source, own=_same(card.series, self.whom.series))

    def _planned(self) -> Iterator[KnownDay]:
        plan = self.of.plans().get(self.whom.study)
        for planned in plan.meetings if plan else ():
            held = planned.series.occurrences(until=self.whom.day + _AHEAD)
            day = next((day for at, _ in held if (day := at.astimezone(self.whom.zone).date()) > self.whom.day), None)
            if day is not None:
                source = DueSource("plan", planned.name, 0, planned.series.title)
                names = names_of_meeting(planned.series.title) or names_of_meeting(planned.name)
                yield from _called(names, day, source, own=_same(planned.name, self.whom.series))

    def _with_sites(self, kind: str) -> Iterator[tuple[Placed, Fields, _Place]]:
        """Yield records of *kind* with their place."""
        placed = list(self._records(kind))
        wanted = sorted({str(fields["site_id"]) for _, fields in placed if fields.get("site_id")})
        found = self.of.browser.placed(wanted)
        sites = {name: self._shown(one) for name, one in found.items()}
        for one, fields in placed:
            name = str(fields.get("site_id") or "")
            site = sites.get(name) or {}
            yield one, fields, _Place(site, places_of(site) or (_UNNAMED + name,)) if name else _Place()

    def _records(self, kind: str) -> Iterator[tuple[Placed, Fields]]:
        """Yield the records of the study that every party of the meeting has, without what would unblind them."""
        after, read = "", 0
        while come := self.of.browser.records(kind, after=after, limit=_PAGE, study=self.whom.study):
            for one in come:
                if not one.record.deleted and (fields := self._shown(one)):
                    yield one, fields
            after, read = come[-1].record.id, read + len(come)
            if read > MOST:
                raise _TooMuchError

    def _shown(self, placed: Placed) -> Fields:
        """Return what of a record all of the meeting's people may know, empty where it is nothing."""
        if not self.whom.organizations <= scope_of_record(placed, self.agreements).organizations:
            return {}
        record = placed.record
        return self.blinding.shown(
            record.fields, kind=record.kind, study=self.whom.study, unblinded=self.whom.unblinded
        )


def _known(placed: Placed, names: tuple[str, ...], day: date, place: _Place, *, last: date | None = None) -> KnownDay:
    record = placed.record
    source = DueSource(record.kind, record.id, record.version, label(names, place.site))
    return KnownDay(names, day, source, place.words, last)


def _called(names: tuple[str, ...], day: date, source: DueSource, *, own: bool) -> Iterator[KnownDay]:
    """Yield a meeting by its names, and where it is of one's *own* series by those behind "next"."""
    if names:
        yield KnownDay(names, day, source)
    if own:
        yield KnownDay(names_of_next(), day, source, only_next=True)


def _next_ones(found: Iterable[KnownDay], today: date) -> Iterator[KnownDay]:
    """Yield what lies ahead, of each kind of event at a place the next one; none where one of them is overdue."""
    by: dict[tuple[Any, ...], list[KnownDay]] = {}
    for one in found:
        by.setdefault((one.source.kind, one.names, one.places, one.only_next), []).append(one)
    for group in by.values():
        ahead = [one for one in group if one.day > today]
        overdue = any(today - _OVERDUE <= one.day < today for one in group) and group[0].source.kind not in _HELD
        if ahead and not overdue:
            yield min(ahead, key=lambda one: one.day)


def _beside_named(found: Sequence[KnownDay]) -> Iterator[KnownDay]:
    """Yield *found* without the events at sites that nobody can name, but for those another may be mistaken for."""
    nameless = {one.source.record for one in found if any(word.startswith(_UNNAMED) for word in one.places)}
    told = {name for one in found if one.source.record not in nameless for name in one.names}
    yield from (one for one in found if one.source.record not in nameless or not told.isdisjoint(one.names))


_HELD = frozenset({"meeting", "card", "plan"})
"""Kinds whose days pass without anybody saying that they were held."""


def _same(one: str | None, other: str | None) -> bool:
    return bool(one) and bool(other) and str(one).casefold() == str(other).casefold()


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10]) if value else None
    except ValueError:
        return None


def _moment(value: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(value)) if value else None
    except ValueError:
        return None


def _zone(name: str | None) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def _day_of(at: datetime, zone: ZoneInfo) -> date:
    """Return the day of a moment in *zone*; one without a zone has its own day."""
    return (at.astimezone(zone) if at.tzinfo else at).date()


def moved(actions: Iterable[Action], held: Sequence[KnownDay]) -> dict[str, date | None]:
    """Return by id the actions whose event has another day now than their own was taken from: the day it has now.

    *held* is all that the record holds, not the next events only. None where it holds no such day any more. What only
    changed in other fields is left out.
    """
    now = {(one.source.kind, one.source.record): one for one in held}
    found: dict[str, date | None] = {}
    for action in actions:
        taken = action.due_source
        if taken is None or taken.version == 0:
            continue
        one = now.get((taken.kind, taken.record))
        if one is None:
            found[action.id] = None
        elif one.source.version != taken.version:
            was, day = (taken.last, one.last or one.day) if taken.last else (taken.day or action.due, one.day)
            found |= {action.id: day} if day != was else {}
    return found
