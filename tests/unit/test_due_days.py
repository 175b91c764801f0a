"""Due dates and the working days of their owners: flagged with the working day before, moved only where working days were said."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from hub.connectors.calendars import HolidayCalendars
from hub.domain.errors import UsageError
from hub.domain.meeting import Meeting, Participant
from hub.domain.minutes import Action, Evidence, Flag, Minutes
from hub.domain.workdays import Place
from hub.nlp.participants import read_participants
from hub.render.documents import DocumentRenderer
from hub.services.due_days import with_days_off
from hub.translation.wording import wording

CALENDARS = HolidayCalendars()
PROOF = Evidence(("s1",), "quote")
BAVARIA = Place("DE", "BY")


def minutes(*dues, zone="Europe/London"):
    people = (Participant("Anna", country="DE-BY"), Participant("Ravi", country="IN"), Participant("Tom", country="QQ"))
    actions = tuple(Action(f"a{n}", "Do it", 0.9, PROOF, owner=owner, due=day) for n, (owner, day) in enumerate(dues))
    return Minutes(
        Meeting("m", started_at=datetime(2026, 5, 19, tzinfo=UTC), timezone=zone, participants=people), actions=actions
    )


def test_a_holiday_of_the_owners_own_state_is_flagged_and_the_date_stays():
    given = minutes(("Anna", date(2026, 6, 4)), ("Ravi", date(2026, 6, 4)))
    done = with_days_off(given, CALENDARS)
    reason = "Thursday 2026-06-04 is a day off in DE-BY: Corpus Christi; the working day before is Wednesday 2026-06-03"
    assert done.flags == (Flag("actions[0].due", reason),)
    assert done.actions == given.actions
    assert "Corpus Christi" in DocumentRenderer(wording=wording).render(done, locale="en", format="md").decode()


def test_the_week_of_the_country_counts():
    saturday, friday = date(2026, 6, 6), date(2026, 6, 5)
    assert [flag.field for flag in with_days_off(minutes(("Anna", saturday), ("Ravi", saturday)), CALENDARS).flags] == [
        "actions[0].due"
    ]
    assert CALENDARS.of(Place("SA"), [2026]).weekend == {4, 5}
    assert CALENDARS.of(Place("SA"), [2026]).off(friday) == "weekend"
    assert CALENDARS.of(Place("IN"), [2026]).weekend == {6}


def test_without_a_place_of_the_owner_the_meetings_zone_decides_and_without_both_nothing_is_said():
    boxing_day = date(2026, 12, 28)  # in lieu of 26 December, a Saturday
    assert "in GB" in with_days_off(minutes(("Zoe", boxing_day)), CALENDARS).flags[0].reason
    assert with_days_off(minutes(("Zoe", boxing_day), zone="UTC"), CALENDARS).flags == ()
    assert with_days_off(minutes(("Tom", boxing_day)), CALENDARS).flags == ()
    assert with_days_off(minutes(("Anna", None)), CALENDARS).flags == ()


def test_holidays_that_follow_the_moon_say_that_they_may_move():
    egypt = CALENDARS.of(Place("EG"), [2026])
    assert any("may move" in egypt.off(day) for day in egypt.estimated)


def test_working_days_are_counted_over_holidays_and_closings():
    closed = HolidayCalendars({BAVARIA: {date(2026, 6, 5): "site closed"}}).of(BAVARIA, [2026])
    assert closed.later(date(2026, 6, 3), 1) == date(2026, 6, 8)
    assert closed.later(date(2026, 6, 8), -1) == date(2026, 6, 3)
    assert closed.off(date(2026, 6, 5)) == "site closed"
    assert closed.last_before(date(2026, 6, 8)) == date(2026, 6, 3)


def test_a_country_that_nobody_knows_is_refused_by_name():
    with pytest.raises(UsageError, match="QQ"):
        CALENDARS.of(Place("QQ"), [2026])
    with pytest.raises(UsageError, match="DE-XX"):
        CALENDARS.of(Place("DE", "XX"), [2026])


def test_the_roster_says_where_people_work(tmp_path):
    roster = tmp_path / "people.csv"
    roster.write_text("name,country\nAnna Weber,de-by\nRavi Rao,India\n")
    assert [person.country for person in read_participants(roster)] == ["DE-BY", None]


def _said(due, words, owner="Anna"):
    given = minutes((owner, due))
    return replace(given, actions=(replace(given.actions[0], due_as_spoken=words),))


@pytest.mark.parametrize("words", ["in five working days", "within 5 business days", "in the next five working days"])
def test_working_days_skip_the_holidays_of_the_owners_place(words):
    """From Tuesday 19 May: Monday 25 May is Whit Monday in Bavaria, so the fifth working day is the 27th."""
    done = with_days_off(_said(date(2026, 5, 26), words), CALENDARS)
    assert done.actions[0].due == date(2026, 5, 27)
    assert done.flags[0].reason == ("counted in working days of DE-BY; Monday to Friday alone would give 2026-05-26")


@pytest.mark.parametrize("words", ["by Tuesday", "two working days after the visit", "five days"])
def test_other_days_stay_as_they_were_said(words):
    assert with_days_off(_said(date(2026, 5, 26), words), CALENDARS).actions[0].due == date(2026, 5, 26)


def test_working_days_without_a_holiday_between_stay_without_a_word():
    done = with_days_off(_said(date(2026, 5, 22), "in three working days"), CALENDARS)
    assert (done.actions[0].due, done.flags) == (date(2026, 5, 22), ())
