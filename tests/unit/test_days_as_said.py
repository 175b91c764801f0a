"""Days as people of several Englishes say them, one a line of tests/data/spoken/days*.txt, and the day that is meant."""

from datetime import date
from pathlib import Path

import pytest

from hub.nlp.dates import find_dates, pick_due

WEDNESDAY = date(2026, 3, 11)
SPOKEN = Path(__file__).resolve().parents[1] / "data" / "spoken"
LINES = [line for path in sorted(SPOKEN.glob("days*.txt")) for line in path.read_text(encoding="utf-8").splitlines()]
SAID = [tuple(line.rsplit(" | ", 1)) for line in LINES if line and not line.startswith("#")]


@pytest.mark.parametrize(("said", "meant"), SAID)
def test_a_day_is_the_one_that_is_meant(said, meant):
    due = pick_due(find_dates(said, meeting_day=WEDNESDAY), said)
    assert (due.day.isoformat() if due and due.day else "-") == meant


def test_there_are_enough_of_them():
    assert len(SAID) >= 150


def test_a_weekday_that_is_not_that_of_its_number_says_which_it_is():
    [found] = find_dates("By Friday the 12th I send it.", meeting_day=WEDNESDAY)
    assert (found.day, found.reason) == (None, "2026-03-12 is a Thursday, and Friday was said")


@pytest.mark.parametrize(
    ("today", "said", "meant"),
    [
        (date(2026, 4, 7), "the week after Easter on Friday", date(2026, 4, 10)),
        (date(2026, 4, 9), "the week after Easter, on Thursday", date(2026, 4, 9)),
        (date(2026, 4, 9), "the week after Easter on Tuesday", None),
        (date(2026, 4, 14), "the week after Easter on Friday", None),
        (date(2027, 1, 14), "the week after Easter on Friday", date(2027, 4, 2)),
    ],
)
def test_in_the_week_after_easter_it_is_still_this_years(today, said, meant):
    due = pick_due(find_dates(said, meeting_day=today), said)
    assert (due.day if due else None) == meant
