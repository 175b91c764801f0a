"""A feast is a day where its words say so; one that is over is never next year's."""

from datetime import date

import pytest

from hub.nlp.dates import find_dates, pick_due


@pytest.mark.parametrize(
    ("today", "said", "day"),
    [
        (date(2026, 1, 8), "The freezer failed on New Year's Eve, I'll write the deviation.", date(2025, 12, 31)),
        (date(2026, 4, 4), "We sent it the Thursday before Easter.", date(2026, 4, 2)),
        (date(2026, 4, 7), "the Wednesday before Easter", date(2026, 4, 1)),
        (date(2026, 4, 4), "The site closed on Good Friday.", date(2026, 4, 3)),
        (date(2026, 12, 1), "It arrived the day after Thanksgiving.", date(2026, 11, 27)),
        (date(2026, 4, 21), "They came in the week after Easter on Tuesday.", date(2026, 4, 7)),
    ],
)
def test_a_feast_just_gone_is_past(today, said, day):
    [found] = find_dates(said, meeting_day=today, region="US")
    assert (found.day, found.past) == (day, True)
    assert pick_due([found], said) is None


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("You have it by Christmas Eve.", None),
        ("You have it by Christmas Eve this year.", date(2026, 12, 24)),
        ("You have it by Christmas Eve 2026.", date(2026, 12, 24)),
        ("You have it by next Christmas Eve.", date(2026, 12, 24)),
        ("You have it by Good Friday next year.", date(2027, 3, 26)),
    ],
)
def test_a_feast_far_ahead_is_a_day_where_its_year_is_said(said, day):
    [found] = find_dates(said, meeting_day=date(2026, 3, 11))
    assert (found.day, found.past) == (day, False)
    assert found.reason == (None if day else "it was not said which year is meant")


@pytest.mark.parametrize(
    "said",
    [
        "I'll ask the pharmacist in Corpus Christi for the log.",
        "I'll send the contract to Ascension.",
        "I'll have it countersigned by Ascension.",
        "I'll drop by Corpus Christi.",
        "I'll plan Memorial Day.",
        "I'll print the Memorial Day rota.",
        "I'll file it under the Good Friday deadline.",
    ],
)
def test_a_name_that_is_no_day_is_none(said):
    assert find_dates(said, meeting_day=date(2026, 5, 5), region="US") == []


@pytest.mark.parametrize("said", ["Monday's no good Friday works", "That is good Friday then."])
def test_a_weekday_behind_good_is_a_day_of_its_own_where_it_is_said_of_something(said):
    assert find_dates(said, meeting_day=date(2026, 5, 5))[-1].day == date(2026, 5, 8)
