"""Days as people of several Englishes say them, one a line of tests/data/spoken/days.txt, and the day that is meant."""

from datetime import date
from pathlib import Path

import pytest

from hub.nlp.dates import find_dates, pick_due

WEDNESDAY = date(2026, 3, 11)
LINES = (Path(__file__).resolve().parents[1] / "data" / "spoken" / "days.txt").read_text(encoding="utf-8").splitlines()
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
