"""One suite for the shelf: the fake, SQLite and PostgreSQL pass the same."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from types import SimpleNamespace

import pytest
from sqlalchemy.exc import DBAPIError

from hub.domain.approvals import DEFAULT_ROUTE, Review, ReviewState, Route
from hub.domain.audit import Entry
from hub.domain.board import ActionState, BoardAction, BoardQuery
from hub.domain.cards import Card, CardQuery, Standing
from hub.domain.errors import HubError
from hub.domain.listed import place_of
from hub.domain.meeting import Meeting
from hub.domain.minutes import Action, Evidence, Minutes
from hub.domain.oversight import Incident, IncidentKind, Severity
from hub.domain.people import EVERY, Grant, Role
from hub.domain.reminders import Reminder, ReminderKind
from hub.domain.versions import Version, kept, proposed
from hub.domain.waiting import WaitingQuery
from hub.services import outbox
from hub.storage import shelf_finding
from hub.storage.audit_tables import audit
from hub.storage.engine import open_engine, transaction
from hub.storage.shelf import SqlShelf
from tests.fake_shelf import FakeShelf

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
ALL = (Grant(Role.AUDITOR, EVERY, unblinded=True),)


@pytest.fixture(params=["fake", "sqlite", "postgresql"])
def shelf(request, tmp_path):
    if request.param == "fake":
        yield FakeShelf()
        return
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else f"sqlite:///{tmp_path}/hub.db"
    engine = open_engine(url)
    yield SqlShelf(engine)
    engine.dispose()


def card(number: int, **more) -> Card:
    meeting = Meeting(f"m{number}", f"Weekly {number}", AT + timedelta(days=number))
    known = {"organizations": ("Asterion",), "opened_by": "anna@asterion.test", "opened_at": AT}
    return Card(meeting.id, meeting, **(known | more))


def keep(shelf, *things) -> None:
    with shelf.writing() as unit:
        for thing in things:
            unit.put(thing)


def ids(shelf, **asked) -> list[str]:
    return [one.meeting_id for one in shelf.cards(CardQuery(**({"sight": ALL} | asked))).cards]


def test_a_thing_is_found_by_its_key_and_replaced_by_the_next(shelf):
    keep(shelf, card(1), Route("LH-302", DEFAULT_ROUTE.steps))
    keep(shelf, card(1, standing=Standing.DRAFT))
    with shelf.reading() as unit:
        assert unit.get(Card, "m1").standing is Standing.DRAFT
        assert unit.get(Route, "LH-302") == Route("LH-302", DEFAULT_ROUTE.steps)
        assert unit.get(Card, "m2") is None
        assert unit.several(Card) == [card(1, standing=Standing.DRAFT)]


def test_a_version_comes_back_as_it_was_kept(shelf):
    action = Action("a1", "Send the form", 0.9, Evidence(("s1",), "send it"), owner="Anna", due=date(2026, 6, 5))
    first = kept("m1", 1, proposed(Minutes(Meeting("m1"), actions=(action,))), author="hub", at=AT, reason="drafted")
    with shelf.writing() as unit:
        unit.add(first)
    with shelf.reading() as unit:
        assert unit.get(Version, "m1", 1) == first
    with pytest.raises(HubError), shelf.writing() as unit:
        unit.add(first)


def test_who_holds_a_thing_sees_what_the_one_before_made_of_it(shelf):
    keep(shelf, card(1))

    def count_on():
        for _ in range(10):
            with shelf.writing() as unit:
                before = unit.get(Card, "m1", hold=True)
                unit.put(replace(before, revision=before.revision + 1))

    with ThreadPoolExecutor(2) as two:
        for one in [two.submit(count_on) for _ in range(2)]:
            one.result()
    with shelf.reading() as unit:
        assert unit.get(Card, "m1").revision == card(1).revision + 20


def test_of_two_who_set_a_thing_for_the_first_time_the_second_sees_what_the_first_made(shelf):
    together = Barrier(2)

    def set_first():
        for number in range(10):
            together.wait(60)
            with shelf.writing() as unit:
                before = unit.get(Route, f"S{number}", hold=True)
                revision = before.revision if before else 0
                unit.put(replace(DEFAULT_ROUTE, study=f"S{number}", revision=revision + 1))

    with ThreadPoolExecutor(2) as two:
        for one in [two.submit(set_first) for _ in range(2)]:
            one.result()
    with shelf.reading() as unit:
        assert {unit.get(Route, f"S{number}").revision for number in range(10)} == {2}


def test_of_two_processes_that_look_at_once_one_sends_each(shelf):
    waiting = [Reminder(f"r{n}", ReminderKind.INCIDENT, "a@asterion.test", "u1", "en", AT, "/") for n in range(30)]
    keep(shelf, *waiting)
    here, together = SimpleNamespace(shelf=shelf, clock=lambda: AT), Barrier(2)

    def look():
        for one in waiting:
            together.wait(60)
            yield outbox.claimed(here, one)

    with ThreadPoolExecutor(2) as two:
        looks = [two.submit(list, look()) for _ in range(2)]
        taken = [[one for one in pair if one] for pair in zip(*(one.result() for one in looks), strict=True)]
    assert [len(pair) for pair in taken] == [1] * len(waiting)


def test_a_transaction_that_fails_leaves_nothing(shelf):
    def broken():
        with shelf.writing() as unit:
            unit.put(card(1))
            raise ValueError("on the way")

    with pytest.raises(ValueError, match="on the way"):
        broken()
    assert ids(shelf) == []


def test_meetings_are_listed_newest_first_page_by_page(shelf):
    keep(shelf, *(card(number) for number in (1, 2, 3)))
    first = shelf.cards(CardQuery(ALL, limit=2))
    assert ([one.meeting_id for one in first.cards], first.more) == (["m3", "m2"], True)
    last = first.cards[-1]
    rest = shelf.cards(CardQuery(ALL, limit=2, after=(last.at, last.meeting_id)))
    assert ([one.meeting_id for one in rest.cards], rest.more) == (["m1"], False)


def test_filters_limit_the_list(shelf):
    keep(shelf, card(1, study="A"), card(2, study="B", series="weekly"), card(3, standing=Standing.APPROVED))
    assert ids(shelf, study="A") == ["m1"]
    assert ids(shelf, series="weekly") == ["m2"]
    assert ids(shelf, standing=Standing.APPROVED) == ["m3"]
    assert (shelf.parties("A"), shelf.parties("none")) == ({"Asterion"}, frozenset())
    assert ids(shelf, since=AT + timedelta(days=2), until=AT + timedelta(days=3)) == ["m2"]


@pytest.mark.parametrize(
    ("grant", "expected"),
    [
        (Grant(Role.REVIEWER, "Asterion"), ["m3", "m1"]),
        (Grant(Role.REVIEWER, "Asterion", study="A"), ["m1"]),
        (Grant(Role.REVIEWER, "Asterion", unblinded=True), ["m4", "m3", "m1"]),
        (Grant(Role.REVIEWER, "Meridian"), ["m2", "m1"]),
        (Grant(Role.REVIEWER, "Other"), []),
    ],
)
def test_only_what_a_grant_reaches_is_listed(shelf, grant, expected):
    both = ("Asterion", "Meridian")
    keep(shelf, card(1, study="A", organizations=both), card(2, organizations=("Meridian",)), card(3, study="B"))
    keep(shelf, card(4, study="B", unblinding=True))
    assert ids(shelf, sight=(grant,)) == expected
    assert ids(shelf, sight=()) == []


def test_several_lists_come_at_once_each_as_it_comes_alone(shelf):
    drafts = [card(number, standing=Standing.DRAFT) for number in (1, 3, 5)]
    keep(shelf, *drafts, card(2, standing=Standing.FAILED), card(4, standing=Standing.FAILED, study="A"))
    one, none = Grant(Role.REVIEWER, "Asterion", study="A"), ()
    queries = [
        CardQuery(ALL, standing=Standing.DRAFT, limit=2),
        CardQuery(none, standing=Standing.DRAFT),
        CardQuery(ALL, standing=Standing.FAILED),
        CardQuery((one, Grant(Role.REVIEWER, "Asterion", study="B")), standing=Standing.FAILED),
    ]
    pages = shelf.lists(queries)
    assert pages == [shelf.cards(query) for query in queries]
    assert [[card.meeting_id for card in page.cards] for page in pages] == [["m5", "m3"], [], ["m4", "m2"], ["m4"]]
    assert [page.more for page in pages] == [True, False, False, False]
    assert shelf.lists([]) == []


def test_a_meeting_that_leaves_an_organization_is_not_listed_there_any_more(shelf):
    keep(shelf, card(1, organizations=("Asterion", "Meridian")))
    keep(shelf, card(1, organizations=("Meridian",)))
    assert ids(shelf, sight=(Grant(Role.REVIEWER, "Asterion"),)) == []
    assert ids(shelf, organization="Meridian") == ["m1"]


def test_words_are_found_in_transcript_and_items_with_their_passage(shelf):
    keep(shelf, card(1), card(2))
    with shelf.writing() as unit:
        unit.findable("m1", "transcript", [("", "The comparator arrives at Zürich on Tuesday, says the depot.")])
        unit.findable("m2", "item", [("a1", "Order the comparator"), ("a2", "Call the site")])
    assert ids(shelf, text="comparator") == ["m2", "m1"]
    assert ids(shelf, text="ZÜRICH compar") == ["m1"]
    assert ids(shelf, text="zürich site") == []
    assert ids(shelf, text='"); DROP -- *') == []
    assert ids(shelf, text="comparator", sight=(Grant(Role.REVIEWER, "Other"),)) == []
    hit = shelf.cards(CardQuery(ALL, text="order")).found["m2"]
    assert (hit.part, hit.ref, hit.passage) == ("item", "a1", "Order the comparator")


def test_what_is_to_be_looked_at_at_once_is_found_however_many_others_are_newer(shelf):
    keep(shelf, card(1, alerts=("adverse event",), standing=Standing.DRAFT), *(card(n) for n in range(2, 9)))
    assert ids(shelf, alarming=True, standing=Standing.DRAFT, limit=2) == ["m1"]
    assert ids(shelf, alarming=True, standing=Standing.IN_REVIEW) == []
    keep(shelf, card(1, standing=Standing.DRAFT))
    assert ids(shelf, alarming=True) == []


def test_meetings_whose_recording_was_withdrawn_are_found_by_where_that_stands(shelf):
    keep(shelf, card(1, withdrawn="told"), card(2, withdrawn="kept"), *(card(n) for n in range(3, 9)))
    assert ids(shelf, withdrawn="told", limit=2) == ["m1"]
    keep(shelf, card(1, withdrawn="destroyed"))
    assert ids(shelf, withdrawn="told") == []


def test_text_that_was_replaced_is_not_found_any_more(shelf):
    keep(shelf, card(1))
    for text in ("an old word", "a new word"):
        with shelf.writing() as unit:
            unit.findable("m1", "minutes", [("", text)])
    assert (ids(shelf, text="old"), ids(shelf, text="new")) == ([], ["m1"])


@pytest.mark.parametrize("word", ["weekly", "call", "rarely", "on"])
def test_a_search_gives_each_reader_all_meetings_newest_first_however_often_a_word_stands(shelf, monkeypatch, word):
    for name, most in {"_CHUNK": 3, "_FIRST": 4, "_MOST_PLACES": 6, "_MOST_MEETINGS": 5}.items():
        monkeypatch.setattr(shelf_finding, name, most)
    keep(shelf, *(card(n, study=f"S{n % 3}", organizations=("Meridian", f"Sponsor {n % 2}")) for n in range(24)))
    with shelf.writing() as unit:
        for n in (*range(0, 24, 2), *range(1, 24, 2)):  # the order of writing is not the one of the days
            held = ["weekly", "call"][: 1 + (n % 4 == 0)] + (["rarely"] if n in (3, 16) else [])
            unit.findable(f"m{n}", "title", [("", " ".join(held))])
            unit.findable(f"m{n}", "transcript", [("", "and so on")])
    wanted = {"weekly": range(24), "call": range(0, 24, 4), "rarely": (3, 16), "on": range(24)}[word]
    manager, studies = Grant(Role.PROJECT_MANAGER, "Meridian"), [Grant(Role.REVIEWER, EVERY, f"S{n}") for n in (0, 2)]
    sponsor = Grant(Role.REVIEWER, "Sponsor 1", "S1")
    readers = {
        (manager,): wanted,
        tuple(studies): [n for n in wanted if n % 3 != 1],
        (sponsor, manager): wanted,
        (sponsor,): [n for n in wanted if n % 3 == 1 and n % 2],
        (): [],
    }
    for sight, seen in readers.items():
        assert _turned(shelf, sight, word) == [f"m{n}" for n in sorted(seen, reverse=True)]


def _turned(shelf, sight, word: str) -> list[str]:
    """Return the ids on all pages of a search."""
    found, after = [], None
    while True:
        page = shelf.cards(CardQuery(sight, text=word, after=after, limit=4))
        assert len(page.cards) <= 4
        assert set(page.found) == {one.meeting_id for one in page.cards}
        found += [one.meeting_id for one in page.cards]
        if (after := page.last) is None:
            return found


def test_actions_are_listed_by_their_day(shelf):
    keep(shelf, card(1), card(2, study="B"))
    known = {"text": "t", "quote": "q", "entered_at": AT}
    late = BoardAction(
        "m1/a1", "m1", "a1", due=date(2026, 6, 3), owner="Anna Weber", owner_email="anna@asterion.test", **known
    )
    done = replace(late, id="m1/a2", due=date(2026, 6, 2), state=ActionState.DONE)
    undated = BoardAction("m2/a1", "m2", "a1", study="B", **known)
    keep(shelf, late, done, undated)

    def told(**asked):
        return [one.id for one in shelf.actions(BoardQuery(**({"sight": ALL} | asked)))]

    assert told() == ["m1/a2", "m1/a1", "m2/a1"]
    assert told(late_on=date(2026, 6, 10)) == ["m1/a1"]
    assert told(states=(ActionState.OPEN,), study="B") == ["m2/a1"]
    assert told(owner_email="anna@asterion.test", after=(date(2026, 6, 2), "m1/a2")) == ["m1/a1"]
    assert (told(owner="Anna Weber"), told(owner="Nobody")) == (["m1/a2", "m1/a1"], [])
    assert told(sight=(Grant(Role.REVIEWER, "Asterion", study="B"),)) == ["m2/a1"]
    assert told(after=(date(2026, 6, 3), "m1/a1")) == ["m2/a1"]
    assert told(after=(date.max, "m2/a1")) == []


def test_reviews_are_found_by_state(shelf):
    open_one = Review("m1", 1, ReviewState.OPEN, DEFAULT_ROUTE, "anna@asterion.test", AT)
    keep(shelf, open_one, replace(open_one, version=2, state=ReviewState.APPROVED))
    with shelf.reading() as unit:
        assert unit.several(Review, state=ReviewState.OPEN) == [open_one]
        assert len(unit.several(Review, meeting_id="m1")) == 2


def test_meetings_of_a_series_without_a_study_are_found_by_that(shelf):
    keep(shelf, card(1, study=None, series="weekly"), card(2, study="S1", series="weekly"))
    with shelf.reading() as unit:
        assert [one.meeting_id for one in unit.several(Card, study=None, series="weekly")] == ["m1"]
        assert [one.meeting_id for one in unit.several(Card, study="S1", series="weekly")] == ["m2"]


def test_several_values_of_a_field_are_asked_for_at_once(shelf):
    keep(shelf, card(1), card(2), card(3))
    with shelf.reading() as unit:
        assert [one.meeting_id for one in unit.several(Card, meeting_id=("m1", "m3"))] == ["m1", "m3"]
        assert unit.several(Card, meeting_id=()) == []


def test_what_waits_is_listed_in_order_with_its_meeting_where_that_is_seen(shelf):
    others = card(4, organizations=("Boreas",))
    keep(shelf, card(1), card(2), card(3), others)
    for number, minutes in ((1, 30), (2, 10), (3, 20), (4, 0)):
        asked = AT + timedelta(minutes=minutes)
        keep(shelf, Review(f"m{number}", 1, ReviewState.OPEN, DEFAULT_ROUTE, "anna@asterion.test", asked))
    keep(shelf, Review("m1", 2, ReviewState.APPROVED, DEFAULT_ROUTE, "anna@asterion.test", AT))
    sight = (Grant(Role.REVIEWER, "Asterion"),)
    first = shelf.waiting(WaitingQuery(Review, ReviewState.OPEN, sight, limit=2))
    assert [(known.meeting_id, review.meeting_id) for known, review in first] == [("m2", "m2"), ("m3", "m3")]
    rest = shelf.waiting(WaitingQuery(Review, ReviewState.OPEN, sight, last=first[-1][1]))
    assert [review.meeting_id for _, review in rest] == ["m1"]


def test_late_actions_of_two_states_are_merged_by_their_day(shelf):
    keep(shelf, card(1))
    days = ((1, ActionState.OPEN), (2, ActionState.IN_PROGRESS), (3, ActionState.OPEN), (4, ActionState.DONE))
    for day, state in days:
        known = BoardAction(f"m1/a{day}", "m1", f"a{day}", "Send it", "send it", AT, state, due=date(2026, 6, day))
        keep(shelf, known)
    keep(shelf, BoardAction("m1/a9", "m1", "a9", "Send it", "send it", AT))
    under_way = (ActionState.OPEN, ActionState.IN_PROGRESS)
    late = shelf.actions(BoardQuery(ALL, under_way, late_on=date(2026, 6, 4)))
    assert [one.item for one in late] == ["a1", "a2", "a3"]
    assert [one.item for one in shelf.actions(BoardQuery(ALL, under_way))] == ["a1", "a2", "a3", "a9"]
    assert shelf.actions(BoardQuery(ALL, (ActionState.DONE,), late_on=date(2026, 6, 9))) == []
    rest = shelf.actions(BoardQuery(ALL, under_way, after=(date(2026, 6, 2), "m1/a2")))
    assert [one.item for one in rest] == ["a3", "a9"]


def test_what_is_written_to_the_trail_stands_with_the_rest(engine):
    entry = Entry(AT, "anna", "meeting", "m1", "standing", None, '"draft"', "", "", "")
    with SqlShelf(engine).writing() as unit:
        unit.put(card(1))
        unit.audit([entry])
    with transaction(engine) as connection:
        assert connection.execute(audit.select()).one().record_id == "m1"


def test_the_database_refuses_to_change_a_version(engine):
    with SqlShelf(engine).writing() as unit:
        unit.add(kept("m1", 1, proposed(Minutes(Meeting("m1"))), author="hub", at=AT, reason=""))
    for statement in ("UPDATE versions SET body = '{}'", "DELETE FROM versions"):
        with pytest.raises(DBAPIError, match="never changed"), engine.begin() as connection:
            connection.exec_driver_sql(statement)


def incident(number: int, **more) -> Incident:
    known = {"study": "S1", "state": "open"} | more
    at = AT + timedelta(minutes=number // 2)  # two at a time
    what = ("It came late", "x", AT, "a@b.test", at)
    parties = ("Asterion",)
    return Incident(f"i{number}", known["study"], parties, IncidentKind.QUALITY, Severity.MINOR, *what, known["state"])


def test_a_list_of_oversight_comes_page_by_page_open_ones_first_the_newest_of_each_first(shelf):
    closed = [incident(number, state="closed") for number in range(3, 6)]
    keep(shelf, *closed, *(incident(number) for number in range(3)), incident(7, study="S2"))
    read, after = [], None
    while True:
        with shelf.reading() as unit:
            come = unit.listed(Incident, after=after, limit=2, study="S1")
        read += [one.id for one in come]
        if not come:
            break
        after = place_of(come[-1])
    assert read == ["i2", "i1", "i0", "i5", "i4", "i3"]
    with shelf.reading() as unit:
        assert [one.id for one in unit.listed(Incident, after=None, limit=1)] == ["i7"]
        assert [one.id for one in unit.listed(Incident, after=None, limit=9, state="closed")] == ["i5", "i4", "i3"]
