"""What goes out is claimed by one, tried again at growing distances, and given up in the end."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.domain.errors import RejectedError, RetryableError, StaleError
from hub.domain.reminders import Reminder, ReminderKind
from hub.services import outbox
from tests.review_kit import AT, room

ONE = Reminder("r1", ReminderKind.INCIDENT, "anna@meridian.test", "u1", "en", AT, "/oversight/incidents/i1")


def raising(error):
    def send():
        raise error

    return send


@pytest.fixture
def here():
    made = room()
    with made.shelf.writing() as unit:
        unit.add(ONE)
    return made


def test_of_two_who_look_at_the_same_time_one_has_it(here):
    mine = outbox.claimed(here, ONE)
    assert (mine.state, mine.attempts) == ("sending", 1)
    assert outbox.claimed(here, ONE) is None


def test_what_was_lost_under_way_is_found_again_and_what_its_first_sender_says_late_counts_for_nothing(here):
    first = outbox.claimed(here, ONE)
    assert outbox.rested(here, Reminder, state="sending") == []
    here.clock.now += outbox.CLAIMED_FOR
    [lost] = outbox.rested(here, Reminder, state="sending")
    second = outbox.claimed(here, lost)
    outbox.ended(here, replace(first, state="failed"))
    outbox.ended(here, replace(second, state="sent"))
    with here.shelf.reading() as unit:
        assert unit.get(Reminder, "r1").state == "sent"


def test_an_outage_is_waited_for_longer_each_time_and_given_up_in_the_end(here):
    away = raising(RetryableError("away"))
    waits = [outbox.tried(away, attempts=number, clock=here.clock).next_at - AT for number in range(1, 7)]
    assert waits == [timedelta(seconds=wait) for wait in outbox.WAITS_S]
    last = outbox.tried(away, attempts=7, clock=here.clock)
    assert (last.said, last.sent, last.next_at) == ("given up: away", False, None)


def test_a_refusal_is_not_tried_again_and_a_change_meanwhile_is_no_answer(here):
    refused = outbox.tried(raising(RejectedError("550 unknown")), attempts=1, clock=here.clock)
    assert (refused.said, refused.sent, refused.next_at) == ("550 unknown", False, None)
    assert outbox.tried(lambda: "250 taken", attempts=1, clock=here.clock).sent
    with pytest.raises(StaleError):
        outbox.tried(raising(StaleError("changed")), attempts=1, clock=here.clock)
