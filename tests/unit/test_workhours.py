"""Working hours of a place: days and hours counted past nights, weekends, holidays and the change of the clocks."""

from datetime import UTC, datetime, time

import pytest

from hub.connectors.calendars import HolidayCalendars
from hub.domain.workdays import Place
from hub.domain.workhours import WorkHours

BERLIN = WorkHours(Place("DE"), "Europe/Berlin")
RIYADH = WorkHours(Place("SA"), "Asia/Riyadh", time(8), time(16))


def calendar(hours):
    return HolidayCalendars().of(hours.place, (2025, 2026, 2027))


def at(text):
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("hours", "begin", "count", "end"),
    [
        (BERLIN, "2026-06-02T10:00+02:00", 3, "2026-06-02T13:00+02:00"),
        (BERLIN, "2026-06-02T10:00+02:00", 7, "2026-06-02T17:00+02:00"),
        (BERLIN, "2026-06-02T10:00+02:00", 8, "2026-06-03T10:00+02:00"),
        (BERLIN, "2026-06-02T03:00+02:00", 1, "2026-06-02T10:00+02:00"),
        (BERLIN, "2026-06-05T16:00+02:00", 2, "2026-06-08T10:00+02:00"),  # over a weekend
        (BERLIN, "2026-12-24T16:00+01:00", 2, "2026-12-28T10:00+01:00"),  # over Christmas
        (BERLIN, "2026-03-27T16:00+01:00", 2, "2026-03-30T10:00+02:00"),  # summer time has begun
        (BERLIN, "2026-06-02T20:00+00:00", 1, "2026-06-03T10:00+02:00"),
        (RIYADH, "2026-06-04T15:00+03:00", 2, "2026-06-07T09:00+03:00"),  # Friday and Saturday are off
    ],
)
def test_hours_go_by_only_while_people_work(hours, begin, count, end):
    assert hours.after_hours(at(begin), count, calendar(hours)) == at(end)


@pytest.mark.parametrize(
    ("begin", "days", "end"),
    [
        ("2026-06-05T09:00+02:00", 0, "2026-06-05T09:00+02:00"),
        ("2026-06-05T09:00+02:00", 1, "2026-06-08T09:00+02:00"),
        ("2026-06-08T09:00+02:00", -2, "2026-06-04T09:00+02:00"),
        ("2026-06-05T23:30+00:00", 1, "2026-06-08T09:00+02:00"),  # it is Saturday in Berlin
        ("2026-12-24T12:00+01:00", 1, "2026-12-28T09:00+01:00"),
    ],
)
def test_days_are_working_days_and_begin_with_their_morning(begin, days, end):
    assert BERLIN.after_days(at(begin), days, calendar(BERLIN)) == at(end)


def test_more_hours_are_never_earlier():
    ends = [BERLIN.after_hours(datetime(2026, 5, 13, 7, tzinfo=UTC), count, calendar(BERLIN)) for count in range(1, 60)]
    assert ends == sorted(set(ends))
