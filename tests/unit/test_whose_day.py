"""Which of the days that are said is the day of the work: what is over, away, conditional or of something else is none."""

from datetime import date

import pytest

pytestmark = pytest.mark.models

DAYS = [
    pytest.param(
        "Helen: The courier came on Monday, so I'll scan the consent forms on Thursday.",
        date(2026, 3, 12),
        id="what is over",
    ),
    pytest.param(
        "Helen: We had the audit on the third. I'll send the answers by the twentieth.",
        date(2026, 3, 20),
        id="an event that is over",
    ),
    pytest.param("Helen: I'm away on Friday, so I'll upload the scans on Monday.", date(2026, 3, 16), id="who is away"),
    pytest.param(
        "Helen: If the Tuesday run is clean, I'll sign the release note on the nineteenth.",
        date(2026, 3, 19),
        id="a condition",
    ),
    pytest.param(
        "Helen: If the run is clean I'll sign the release note on Friday.",
        date(2026, 3, 13),
        id="a condition ends where the promise begins",
    ),
    pytest.param(
        "Helen: The courier is back on Monday, and Wednesday of next week I'll send you the boxes.",
        date(2026, 3, 18),
        id="the day in front of the promise",
    ),
    pytest.param(
        "Helen: I'll send the plan the Monday after the fair, that's the twenty-third.",
        date(2026, 3, 23),
        id="told again by its number",
    ),
    pytest.param(
        "Helen: I'll send the plan at the end of April, let's say the twenty-ninth.",
        date(2026, 4, 29),
        id="a number in the month just named",
    ),
    pytest.param(
        "Helen: I'll send the plan the Tuesday after the fair, that is the seventh.",
        date(2026, 4, 7),
        id="a number that this month has behind it",
    ),
    pytest.param(
        "Helen: I'll phone the lab on Thursday, at the weekend I'm travelling.",
        date(2026, 3, 12),
        id="a weekend is no number",
    ),
    pytest.param(
        "Helen: I'll write the plan on Friday, we have a workshop on Monday.",
        date(2026, 3, 13),
        id="what we have is not handed over",
    ),
    pytest.param(
        "Helen: If the twelfth holds, I'll file the form no later than March nineteenth.",
        date(2026, 3, 19),
        id="no later than",
    ),
    pytest.param(
        "Helen: She's at her desk again on Monday. I'll phone her about the invoice then.",
        date(2026, 3, 16),
        id="then is the day before it",
    ),
    pytest.param(
        "Helen: I'll write the memo on the invoices by Friday.\nTom: I once said so too, and Pancake Day was on Tuesday the tenth.",
        date(2026, 3, 13),
        id="a day of something else said later",
    ),
    pytest.param(
        "Helen: I'll write the memo on the invoices by Friday.\nHelen: Sorry, make it Tuesday.",
        date(2026, 3, 17),
        id="put right",
    ),
    pytest.param(
        "Helen: I'll write the memo on the invoices by Friday.\nTom: And I've no car on Thursday.",
        date(2026, 3, 13),
        id="no car is no correction",
    ),
    pytest.param(
        "Helen: I'll phone the depot on Friday.\nHelen: Actually, I'll phone the depot this afternoon.",
        date(2026, 3, 11),
        id="this afternoon is a day",
    ),
    pytest.param(
        "Helen: I'll send the plan on Monday.\nHelen: First thing in the morning.",
        date(2026, 3, 16),
        id="the hour of the day just named",
    ),
    pytest.param(
        "Helen: I'll redraw the flow chart, you'll see it signed on Monday.",
        date(2026, 3, 16),
        id="what will be had by then",
    ),
    pytest.param(
        "Helen: I'll redraw the flow chart, and I want it finished on Monday, not at the very end.",
        date(2026, 3, 16),
        id="what is wanted by then",
    ),
    pytest.param("Helen: I'll close the old tickets in the help desk.", None, id="to close is no hour of the day"),
]


@pytest.mark.parametrize(("script", "due"), DAYS)
def test_the_day_is_that_of_the_work(actions, script, due):
    (action,) = actions(script)
    assert action.due == due


EVENTS = [
    ("Tom: The lock is on the twenty-sixth.\nHelen: I'll clear the open queries before the lock.", date(2026, 3, 26)),
    (
        "Helen: I'll bring the new figures to the next call.\nTom: Our next call is on the eighteenth.",
        date(2026, 3, 18),
    ),
    (
        "Tom: The DSMB meets on the thirtieth.\nHelen: I'll send the tables two days before the DSMB.",
        date(2026, 3, 28),
    ),
    (
        "Tom: The DSMB meets on the thirtieth.\nHelen: I'll send the tables five working days before the DSMB.",
        date(2026, 3, 23),
    ),
    (
        "Tom: The DSMB meets on the thirtieth.\nHelen: I'll send the tables the day before the DSMB.",
        date(2026, 3, 29),
    ),
    (
        "Tom: The lock was planned for the twentieth. The lock is now on the twenty-seventh.\nHelen: I'll sign the plan by the lock.",
        date(2026, 3, 27),
    ),
]


@pytest.mark.parametrize(("script", "due"), EVENTS)
def test_an_event_has_the_day_that_the_talk_gives_it(actions, script, due):
    found = [action for action in actions(script) if action.owner == "Helen Marsh"]
    assert [action.due for action in found] == [due]


@pytest.mark.parametrize(
    "script",
    [
        "Helen: I'll clear the open queries before the lock.",
        "Tom: The site visit is on the twentieth.\nHelen: I'll send the plan before the training visit.",
        "Tom: The lock is on the twenty-sixth.\nHelen: I'll archive the queries after the lock.",
        "Tom: The lock is on the twenty-sixth.\nHelen: I'll archive the queries a few days before the lock.",
    ],
)
def test_an_event_without_a_day_of_its_own_gives_none(actions, script):
    found = [action for action in actions(script) if action.owner == "Helen Marsh"]
    assert [action.due for action in found] == [None]
