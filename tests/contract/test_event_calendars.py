"""What every `EventCalendar` does: one suite for the fake, a real CalDAV server, and Microsoft Graph."""

import threading
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from email import message_from_bytes

import pytest

from hub.connectors.calendar.caldav import CalDavAccess, CalDavCalendar
from hub.connectors.calendar.graph import GraphCalendar, GraphCalendarAccess
from hub.connectors.calendar.graph_forms import answers_of
from hub.connectors.calendar.ical import answers_in, written
from hub.connectors.rest.client import Limits
from hub.domain.errors import FatalError, RetryableError, StaleError, StandingError
from hub.domain.invited import Answer, Answered
from hub.domain.recurring import Every, Otherwise, Recurrence, Series
from hub.services.publishing import Published, publish, withdraw
from tests.connectors import csdl, faults
from tests.connectors.http_contract import AWAY
from tests.connectors.openapi import vendor
from tests.connectors.peer import Answer as Sent
from tests.connectors.peer import running
from tests.connectors.vendors.graph import TENANT
from tests.connectors.vendors.graph_calendar import BOX, CalendarServer
from tests.fakes import FakeCalendar
from tests.mails import reply
from tests.radicale_server import PASSWORD, USER, radicale

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
WEEKLY = Series(
    "oversight@liaison-hub",
    "Weekly oversight",
    datetime.fromisoformat("2026-03-03T15:00"),
    "Europe/Berlin",
    60,
    Recurrence(Every.WEEK, until=date(2026, 12, 29)),
    (
        Otherwise(date(2026, 3, 17)),
        Otherwise(date(2026, 3, 31), datetime.fromisoformat("2026-04-01T16:30"), 30, "Moved: oversight"),
    ),
    "Teams",
    "Agenda:\nqueries, deviations; risks",
    (("Anna Weber", "anna@meridian.test"), ("Ben Okafor", "ben@asterion.test")),
)
PLAIN = replace(WEEKLY, exceptions=())
SHAPES = {
    "once": replace(PLAIN, recurrence=None),
    "each day, ten times": replace(PLAIN, recurrence=Recurrence(Every.DAY, count=10)),
    "each other week on two days": replace(PLAIN, recurrence=Recurrence(Every.WEEK, 2, (1, 3))),
    "each month on its day": replace(PLAIN, recurrence=Recurrence(Every.MONTH)),
    "the first Tuesday of each quarter": replace(PLAIN, recurrence=Recurrence(Every.MONTH, 3, (1,), nth=1)),
    "the last Tuesday": replace(
        PLAIN,
        begins=datetime.fromisoformat("2026-03-31T09:15"),
        zone="America/Sao_Paulo",
        recurrence=Recurrence(Every.MONTH, weekdays=(1,), nth=-1, until=date(2027, 3, 31)),
    ),
    "by the clock of UTC": replace(WEEKLY, zone="UTC"),
    "on the other side of midnight in UTC": replace(
        WEEKLY, begins=datetime.fromisoformat("2026-03-03T08:00"), zone="Asia/Tokyo"
    ),
    "with exceptions": WEEKLY,
}


class Fake:
    def __init__(self):
        self.calendar = FakeCalendar()

    def edited(self):
        held = self.calendar.held[WEEKLY.uid]
        self.calendar.writes += 1
        series = replace(held.series, title="By hand")
        self.calendar.held[WEEKLY.uid] = replace(held, etag=f"v{self.calendar.writes}", series=series)

    def count(self):
        return len(self.calendar.held)

    def answer(self, address, answer):
        held = self.calendar.held[WEEKLY.uid]
        self.calendar.held[WEEKLY.uid] = replace(held, answers=(*held.answers, Answered(address, answer)))


class CalDav:
    def __init__(self, server):
        self.server = server
        access = CalDavAccess.model_validate({"url": server.url, "user": USER, "password": "env:CALDAV_PASSWORD"})
        self.calendar = CalDavCalendar(access, name="governance", clock=lambda: AT)

    def edited(self):
        self.server.edit("SUMMARY:Weekly oversight", "SUMMARY:By hand")

    def count(self):
        return len(self.server.objects())

    def answer(self, address, answer):
        """Answer as a server does that takes replies in: PARTSTAT in the organizer's object."""
        state = str(answer).upper()
        self.server.edit(f":mailto:{address}", f";PARTSTAT={state}:mailto:{address}")


class Graph:
    def __init__(self, server):
        self.server = server
        self.calendar = self.made()

    def made(self, **more):
        told = {"tenant": TENANT, "client_id": "app", "client_secret": "env:GRAPH_SECRET", "mailbox": BOX}
        told |= {"login_url": self.server.address, "base_url": self.server.base} | more
        access = GraphCalendarAccess.model_validate(told)
        return GraphCalendar(access, name="governance", clock=lambda: AT, limits=Limits(5.0, 1 << 20))

    def edited(self):
        [event] = self.server.events.values()
        event["subject"] = "By hand"
        self.server._touched(event)

    def answer(self, address, answer):
        [event] = self.server.events.values()
        said = {"accepted": "accepted", "declined": "declined", "tentative": "tentativelyAccepted"}[answer]
        for one in event["attendees"]:
            if one["emailAddress"]["address"] == address:
                one["status"] = {"response": said, "time": "2026-03-01T09:30:00Z"}

    def count(self):
        return len(self.server.events)


@pytest.fixture
def caldav(tmp_path, monkeypatch):
    monkeypatch.setenv("CALDAV_PASSWORD", PASSWORD)
    monkeypatch.setenv("OTHER_SECRET", "wrong-5d1c")
    with radicale(tmp_path) as server:
        made = CalDav(server)
        yield made
        made.calendar.close()


@pytest.fixture
def graph(monkeypatch):
    with running(CalendarServer()) as server:
        monkeypatch.setenv("GRAPH_SECRET", server.secret)
        made = Graph(server)
        yield made
        made.calendar.close()


@pytest.fixture(params=["fake", "caldav", "graph"])
def harness(request):
    return Fake() if request.param == "fake" else request.getfixturevalue(request.param)


@pytest.mark.parametrize("series", SHAPES.values(), ids=SHAPES.keys())
def test_what_is_published_stands_there_as_it_was_meant(harness, series):
    assert harness.calendar.find(series.uid) is None
    assert publish(harness.calendar, series) is Published.MADE
    held = harness.calendar.find(series.uid)
    assert (held.series, held.written, held.altered) == (series, series.fingerprint, False)


def test_answers_of_attendees_are_read_back_and_are_no_change_of_the_series(harness):
    publish(harness.calendar, PLAIN)
    harness.answer("anna@meridian.test", Answer.ACCEPTED)
    harness.answer("ben@asterion.test", Answer.DECLINED)
    held = harness.calendar.find(PLAIN.uid)
    told = {one.address: one.answer for one in held.answers if one.answer is not Answer.OPEN}
    assert told == {"anna@meridian.test": Answer.ACCEPTED, "ben@asterion.test": Answer.DECLINED}
    assert {one.day for one in held.answers} == {None}
    assert (held.altered, publish(harness.calendar, PLAIN)) == (False, Published.STANDS)


def test_nothing_is_written_where_it_stands_already(harness):
    publish(harness.calendar, WEEKLY)
    before = harness.calendar.find(WEEKLY.uid).etag
    assert publish(harness.calendar, WEEKLY) is Published.STANDS
    assert (harness.calendar.find(WEEKLY.uid).etag, harness.count()) == (before, 1)


def test_a_change_of_the_plan_takes_the_place_of_what_was(harness):
    publish(harness.calendar, WEEKLY)
    later = Otherwise(date(2026, 5, 5), datetime.fromisoformat("2026-05-06T10:00"))
    for changed in (replace(WEEKLY, exceptions=(later,)), replace(PLAIN, minutes=90, title="Oversight"), PLAIN):
        assert publish(harness.calendar, changed) is Published.CHANGED
        assert harness.calendar.find(WEEKLY.uid).series == changed
    assert harness.count() == 1


def test_what_a_person_changed_there_is_not_written_over(harness):
    publish(harness.calendar, PLAIN)
    harness.edited()
    for series in (PLAIN, replace(PLAIN, minutes=30)):
        with pytest.raises(StandingError, match="somebody has changed it"):
            publish(harness.calendar, series)
    with pytest.raises(StandingError):
        withdraw(harness.calendar, PLAIN.uid)
    assert harness.calendar.find(PLAIN.uid).series.title == "By hand"
    assert publish(harness.calendar, PLAIN, anyway=True) is Published.CHANGED
    assert harness.calendar.find(PLAIN.uid).series == PLAIN


def test_a_change_between_the_look_and_the_write_is_seen(harness):
    publish(harness.calendar, PLAIN)
    held = harness.calendar.find(PLAIN.uid)
    harness.edited()
    with pytest.raises(StaleError):
        harness.calendar.put(replace(PLAIN, minutes=30), held)
    with pytest.raises(StaleError):
        harness.calendar.remove(held)
    assert harness.calendar.find(PLAIN.uid).series.title == "By hand"


def test_a_new_one_that_is_there_already_is_not_made_twice(harness):
    harness.calendar.put(PLAIN, None)
    with suppress(StaleError):
        harness.calendar.put(PLAIN, None)
    assert harness.count() == 1


def test_a_series_is_taken_away_once(harness):
    publish(harness.calendar, WEEKLY)
    assert withdraw(harness.calendar, WEEKLY.uid) is Published.REMOVED
    assert withdraw(harness.calendar, WEEKLY.uid) is Published.ABSENT
    assert (harness.calendar.find(WEEKLY.uid), harness.count()) == (None, 0)


def test_two_series_do_not_touch_each_other(harness):
    other = replace(PLAIN, uid="steering'; committee@liaison-hub", title="Steering committee")
    publish(harness.calendar, WEEKLY)
    publish(harness.calendar, other)
    withdraw(harness.calendar, WEEKLY.uid)
    assert harness.calendar.find(other.uid).series == other


def test_caldav_says_in_words_what_is_wrong(caldav):
    caldav.calendar.check()
    known = {"url": caldav.server.url, "user": USER, "password": "env:OTHER_SECRET"}
    wrong = CalDavCalendar(CalDavAccess.model_validate(known), name="governance", clock=lambda: AT)
    with pytest.raises(FatalError, match="sign-in") as refused:
        wrong.check()
    assert "5d1c" not in str(refused.value)
    wrong.close()
    known |= {"url": f"{caldav.server.url}-other", "password": "env:CALDAV_PASSWORD"}
    other = CalDavCalendar(CalDavAccess.model_validate(known), name="governance", clock=lambda: AT)
    with pytest.raises(FatalError, match="no calendar"):
        other.check()
    other.close()


class Away:
    """A CalDAV server that answers as it is told to."""

    def __init__(self):
        self.address, self.now, self.closing, self.fault = "", AT, threading.Event(), None

    def answer(self, asked):
        return self.fault(self, asked, lambda: Sent(200, written(PLAIN, at=AT), {"ETag": '"1"'}))


@pytest.mark.parametrize("name", AWAY)
def test_an_outage_of_a_caldav_server_is_an_outage(name, monkeypatch):
    monkeypatch.setenv("CALDAV_PASSWORD", PASSWORD)
    with running(Away()) as server:
        access = {"url": f"{server.address}/governance", "user": USER, "password": "env:CALDAV_PASSWORD"}
        calendar = CalDavCalendar(CalDavAccess.model_validate(access), name="governance", clock=lambda: AT)
        server.fault, wait_s = AWAY[name]
        with pytest.raises(RetryableError) as caught:
            publish(calendar, PLAIN)
        assert (caught.value.retry_after_s is None) == (wait_s is None)
        calendar.close()


def test_a_real_server_expands_a_series_as_the_hub_does(caldav):
    """Radicale looks for occurrences in a span by the object's own VTIMEZONE, rule and exceptions."""
    publish(caldav.calendar, WEEKLY)
    expected = [at.astimezone(UTC) for at, _ in WEEKLY.occurrences(until=date(2026, 4, 14))]
    assert caldav.server.occurrences(AT, datetime(2026, 4, 15, tzinfo=UTC)) == expected


def test_graph_goes_on_where_a_write_was_broken_off(graph):
    graph.server.fail("write", faults.status(503), after=2)
    with pytest.raises(RetryableError):
        publish(graph.calendar, WEEKLY)
    held = graph.calendar.find(WEEKLY.uid)
    assert (held.written, held.altered) == ("", False)
    assert publish(graph.calendar, WEEKLY) is Published.CHANGED
    assert graph.calendar.find(WEEKLY.uid).series == WEEKLY
    assert graph.count() == 1


def test_graph_makes_nothing_twice_where_its_answer_was_lost(graph):
    graph.server.fail("write", faults.applied_then(503))
    with pytest.raises(RetryableError):
        publish(graph.calendar, PLAIN)
    assert publish(graph.calendar, PLAIN) is Published.STANDS
    assert graph.count() == 1


def test_graph_says_in_words_what_is_wrong(graph):
    graph.calendar.check()
    graph.server.denied.add(f"/users/{BOX}/events")
    with pytest.raises(FatalError, match="it is not allowed"):
        graph.calendar.check()
    other = graph.made(mailbox="other@meridian.test")
    with pytest.raises(FatalError, match="no mailbox of this tenant"):
        other.check()
    other.close()
    graph.server.denied.clear()
    for fault, _ in AWAY.values():
        graph.server.fail("list", fault)
        with pytest.raises(RetryableError):
            graph.calendar.find(WEEKLY.uid)


def test_what_graph_is_asked_is_in_its_contract(graph):
    contract = vendor("microsoft-graph/graph-v1.subset.openapi.json", "/v1.0")
    publish(graph.calendar, WEEKLY)
    made = [one for one in graph.server.asked if one.path == f"/v1.0/users/{BOX}/events"]
    assert len(made) == 2
    assert [line for one in made for line in contract.problems(one)] == []


def test_what_graph_is_asked_for_a_series_its_exceptions_and_its_end_is_in_its_metadata(graph):
    publish(graph.calendar, WEEKLY)
    publish(graph.calendar, replace(WEEKLY, title="Another title"))
    for series in SHAPES.values():
        publish(graph.calendar, series)
    withdraw(graph.calendar, WEEKLY.uid)
    graph.calendar.check()
    asked = [one for one in graph.server.asked if one.path.startswith("/v1.0/")]
    assert {(one.method, "instances" in one.path) for one in asked} >= {
        ("POST", False),
        ("PATCH", False),
        ("DELETE", False),
        ("GET", True),
    }
    assert [line for one in asked for line in csdl.graph().problems(one)] == []


def test_an_answer_to_one_occurrence_names_its_day_and_odd_ones_are_left_out():
    parts = list(message_from_bytes(reply(WEEKLY.uid, answer="DECLINED", of="20260616")).walk())
    body = parts[-1].get_payload(decode=True)
    at = datetime(2026, 6, 1, 8, tzinfo=UTC)
    assert answers_in(body) == (Answered("eva@asterion.test", Answer.DECLINED, date(2026, 6, 16), at),)
    assert answers_in(body.replace(b"DECLINED", b"PERHAPS")) == answers_in(b"<html>") == ()
    moved = {"attendees": [{"emailAddress": {"address": "Eva@asterion.test"}, "status": {"response": "declined"}}]}
    status = {"response": "declined", "time": "2026-06-01T08:00:00Z"}
    whole = {"originalStartTimeZone": "Europe/Berlin", "attendees": [{"emailAddress": None}, 7]}
    assert answers_of(whole, [moved | {"originalStart": "2026-06-16T13:00:00Z"}]) == ()
    moved["attendees"][0]["status"] = status
    [one] = answers_of(whole, [moved | {"originalStart": "2026-06-16T13:00:00Z"}])
    assert one == answers_in(body)[0]


def test_days_and_times_follow_the_rule_the_zone_and_the_exceptions():
    held = WEEKLY.occurrences(until=date(2026, 4, 7))
    assert [at.isoformat() for at, _ in held] == [
        "2026-03-03T15:00:00+01:00",
        "2026-03-10T15:00:00+01:00",
        "2026-03-24T15:00:00+01:00",
        "2026-04-01T16:30:00+02:00",
        "2026-04-07T15:00:00+02:00",
    ]
    assert [minutes for _, minutes in held] == [60, 60, 60, 30, 60]
    quarterly = SHAPES["the first Tuesday of each quarter"]
    assert list(quarterly.days(until=date(2026, 12, 31))) == [
        date(2026, 3, 3),
        date(2026, 6, 2),
        date(2026, 9, 1),
        date(2026, 12, 1),
    ]
    short = replace(PLAIN, begins=datetime.fromisoformat("2026-01-31T09:00"), recurrence=Recurrence(Every.MONTH))
    assert list(short.days(until=date(2026, 4, 30))) == [date(2026, 1, 31), date(2026, 3, 31)]
    assert len(list(SHAPES["each day, ten times"].days(until=date(2027, 1, 1)))) == 10


@pytest.mark.parametrize(
    ("series", "why"),
    [
        (replace(PLAIN, zone="Europe/Atlantis"), "IANA"),
        (replace(PLAIN, recurrence=Recurrence(Every.WEEK, weekdays=(4,))), "none of its own days"),
        (replace(PLAIN, exceptions=(Otherwise(date(2026, 3, 4)),)), "none of its days"),
    ],
)
def test_a_series_that_cannot_be_is_refused_before_anything_is_asked(series, why):
    calendar = FakeCalendar()
    with pytest.raises(Exception, match=why):
        publish(calendar, series)
    assert calendar.held == {}
