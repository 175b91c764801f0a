"""Lists cost the same however many meetings there are: read in their order from an index, with few statements."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta, timezone
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, event, text

from hub.domain import wire
from hub.domain.approvals import DEFAULT_ROUTE, Review, ReviewState
from hub.domain.audit import Entry
from hub.domain.board import ActionState, BoardAction, BoardQuery
from hub.domain.cards import Card, CardQuery, Standing
from hub.domain.copies import CertifiedCopy
from hub.domain.distribution import Channel, Dispatch, DispatchState, Recipient
from hub.domain.localized import CopyState, LocalizedCopy
from hub.domain.meeting import Meeting
from hub.domain.minutes import Minutes
from hub.domain.oversight import Incident, IncidentKind, RegisterEntry, Severity
from hub.domain.people import Grant, Role
from hub.domain.personal import PersonalRequest
from hub.domain.retention import Destruction
from hub.domain.waiting import WaitingQuery
from hub.ports.browsing import Wanted
from hub.services.accounts.acting import by_session
from hub.services.accounts.signing_in import Asked, open_session
from hub.services.review.home import home
from hub.storage import engine as engine_module
from hub.storage import shelf_search
from hub.storage.browser import SqlBrowser
from hub.storage.engine import open_engine
from hub.storage.shelf import SqlShelf
from tests.people import MORNING, granted, person, quick_hub

CRO = "Meridian CRO"
MANAGER = (Grant(Role.PROJECT_MANAGER, CRO),)
STUDIES = tuple(Grant(Role.REVIEWER, "Helios", study) for study in ("S1", "S2"))
_ASKED = (("m1", MORNING + timedelta(hours=2)), ("m2", MORNING.astimezone(timezone(timedelta(hours=5)))))
OPEN = (ActionState.OPEN, ActionState.IN_PROGRESS)


def _listed(kind, *, after=None, **where):
    return shelf_search.listed_query(kind, after=after, limit=51, **where)


LISTS = {
    "newest meetings": lambda _: shelf_search.cards_query(CardQuery(MANAGER)),
    "meetings of a study": lambda _: shelf_search.cards_query(CardQuery(MANAGER, study="S1")),
    "meetings of a party": lambda _: shelf_search.cards_query(CardQuery(MANAGER, organization="Helios")),
    "meetings to be looked at at once": lambda _: shelf_search.cards_query(
        CardQuery(MANAGER, standing=Standing.DRAFT, alarming=True)
    ),
    "failed meetings": lambda _: shelf_search.cards_query(CardQuery(MANAGER, standing=Standing.FAILED)),
    "all actions": lambda _: shelf_search.actions_query(BoardQuery(MANAGER)),
    "done actions": lambda _: shelf_search.actions_query(BoardQuery(MANAGER, (ActionState.DONE,))),
    "late actions": lambda _: shelf_search.actions_query(
        BoardQuery(MANAGER, (ActionState.OPEN,), late_on=date(2026, 6, 1))
    ),
    "my actions": lambda _: shelf_search.actions_query(
        BoardQuery(MANAGER, (ActionState.OPEN,), owner_email="anna@meridian.example")
    ),
    "reviews": lambda _: shelf_search.waiting_query(WaitingQuery(Review, ReviewState.OPEN, MANAGER)),
    "copies": lambda _: shelf_search.waiting_query(WaitingQuery(LocalizedCopy, CopyState.DRAFT, MANAGER)),
    "incidents": lambda _: _listed(Incident),
    "incidents after one": lambda _: _listed(Incident, after=("open", MORNING, "i1")),
    "incidents of a study": lambda _: _listed(Incident, study="S1"),
    "open incidents": lambda _: _listed(Incident, state="open"),
    "the register": lambda _: _listed(RegisterEntry, after=(MORNING, "e1")),
    "the register of a study": lambda _: _listed(RegisterEntry, study="S1"),
    "requests of persons": lambda _: _listed(PersonalRequest, after=(MORNING, "w1")),
    "destructions": lambda _: _listed(Destruction, after=(MORNING, "d1")),
    "certified copies": lambda _: _listed(CertifiedCopy, meeting_id="m1", version=1, after=(MORNING, "c1")),
    "failed deliveries": lambda _: shelf_search.waiting_query(WaitingQuery(Dispatch, DispatchState.FAILED, MANAGER)),
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('lists')}/hub.db")
    yield engine
    engine.dispose()


def _plan(engine, query) -> list[str]:
    text = str(query.compile(engine, compile_kwargs={"literal_binds": True}))
    with engine.connect() as connection:
        return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_read_in_its_order_from_an_index(engine, name):
    with engine.connect() as connection:
        plan = _plan(engine, LISTS[name](connection))
    whole = [step for step in plan if step.startswith("SCAN") and "INDEX" not in step]
    page_of_each = {"reviews", "copies", "failed deliveries"}  # chosen by an index, cut, and then put together in order
    pages = [step for step in whole if name in page_of_each and step.startswith("SCAN anon_")]
    assert len([step for step in plan if "TEMP B-TREE" in step]) <= len(pages), plan
    assert whole == pages, plan


def test_meetings_of_several_studies_are_merged_from_a_page_of_each_not_sorted_as_a_whole(engine):
    plan = _plan(engine, shelf_search.cards_query(CardQuery((*MANAGER, *STUDIES))))
    assert sum("cards_study (study=?)" in step for step in plan) == 2, plan
    assert sum("TEMP B-TREE" in step for step in plan) == 1, plan  # of the three pages


def test_actions_of_two_states_are_merged_from_two_pages_not_sorted_as_a_whole(engine):
    plan = _plan(engine, shelf_search.actions_query(BoardQuery(MANAGER, OPEN)))
    assert sum("board_actions_state (state=?)" in step for step in plan) == 2, plan
    assert sum("TEMP B-TREE" in step for step in plan) == 1, plan  # of the two pages


def test_reviews_of_an_earlier_release_are_listed_by_when_they_were_asked_for(tmp_path):
    url = f"sqlite:///{tmp_path}/hub.db"
    config = Config()
    config.set_main_option("script_location", str(Path(engine_module.__file__).parent / "migrations"))
    before = create_engine(url)
    with before.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0041")
        later, sooner = (Review(key, 1, ReviewState.OPEN, DEFAULT_ROUTE, "a@b.test", at) for key, at in _ASKED)
        for one in (later, sooner):
            row = {"meeting_id": one.meeting_id, "version": 1, "state": one.state, "body": wire.dumps(one)}
            connection.execute(text("INSERT INTO reviews VALUES (:meeting_id, :version, :state, :body)"), row)
    before.dispose()
    engine = open_engine(url)
    shelf = SqlShelf(engine)
    with shelf.writing() as unit:
        for one in (later, sooner):
            unit.put(Card(one.meeting_id, Meeting(one.meeting_id, "Weekly", MORNING), (CRO,), "a@b.test", MORNING))
    found = shelf.waiting(WaitingQuery(Review, ReviewState.OPEN, MANAGER))
    engine.dispose()
    assert [review for _, review in found] == [sooner, later]


def test_drafts_of_an_earlier_release_with_something_to_be_looked_at_are_listed(tmp_path):
    url = f"sqlite:///{tmp_path}/hub.db"
    config = Config()
    config.set_main_option("script_location", str(Path(engine_module.__file__).parent / "migrations"))
    before = create_engine(url)
    with before.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0051")
        for key, alerts in (("m1", ("adverse event",)), ("m2", ())):
            card = Card(key, Meeting(key, '"alerts"', MORNING), (CRO,), "a@b.test", MORNING, alerts=alerts)
            row = {"id": key, "at": MORNING.replace(tzinfo=None), "body": wire.dumps(card)}
            said = "INSERT INTO cards (meeting_id, at, unblinding, standing, body) VALUES (:id, :at, 0, 'draft', :body)"
            connection.execute(text(said), row)
    before.dispose()
    engine = open_engine(url)
    found = SqlShelf(engine).cards(CardQuery((Grant(Role.AUDITOR, "*"),), alarming=True)).cards
    engine.dispose()
    assert [one.meeting_id for one in found] == ["m1"]


def test_what_an_earlier_release_kept_of_oversight_and_records_is_in_the_lists(tmp_path):
    url = f"sqlite:///{tmp_path}/hub.db"
    config = Config()
    config.set_main_option("script_location", str(Path(engine_module.__file__).parent / "migrations"))
    before = create_engine(url)
    with before.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0065")
        for number, at in enumerate((MORNING, MORNING + timedelta(hours=1), MORNING - timedelta(hours=1))):
            told = (IncidentKind.QUALITY, Severity.MINOR, "It came late", "x", MORNING, "a@b.test", at)
            one = Incident(f"i{number}", "S1", (CRO,), *told)
            row = {"id": one.id, "body": wire.dumps(one)}
            said = "INSERT INTO incidents (id, study, state, key, body) VALUES (:id, 'S1', 'open', '', :body)"
            connection.execute(text(said), row)
        for one, kind, fields in (
            ("st1", "study", '{"protocol_number": "S1"}'),
            ("a", "site", '{"study_id": "st1"}'),
            ("b", "site", "{}"),
        ):
            said = (
                "INSERT INTO records (id, kind, fields, edited, version, deleted) VALUES (:id, :kind, :f, '{}', 1, 0)"
            )
            connection.execute(text(said), {"id": one, "kind": kind, "f": fields})
    before.dispose()
    engine = open_engine(url)
    with SqlShelf(engine).reading() as unit:
        listed = unit.listed(Incident, after=None, limit=9)
    browser = SqlBrowser(engine)
    found = {kind: browser.records(kind, after="", limit=9, study="S1") for kind in ("study", "site")}
    engine.dispose()
    assert [one.id for one in listed] == ["i1", "i0", "i2"]
    assert {kind: [one.record.id for one in several] for kind, several in found.items()} == {
        "study": ["st1"],
        "site": ["a"],
    }


@contextmanager
def _statements(hub):
    """Gather the statements of the hub's database."""
    said = []

    def note(_connection, _cursor, statement, *_rest):
        said.append(statement)

    event.listen(hub._engine, "before_cursor_execute", note)
    yield said
    event.remove(hub._engine, "before_cursor_execute", note)


def _filled(hub, count: int) -> None:
    with hub.room.shelf.writing() as unit:
        for number in range(count):
            at, key = MORNING + timedelta(minutes=number), f"m{number}"
            meeting = Meeting(key, "Weekly call", at)
            unit.put(Card(key, meeting, (CRO,), "anna@meridian.example", at, standing=Standing.IN_REVIEW, version=1))
            unit.put(Review(key, 1, ReviewState.OPEN, DEFAULT_ROUTE, "anna@meridian.example", at))
            unit.put(LocalizedCopy(key, 1, "de", Minutes(meeting), at))
            to = Recipient("lead@helios.example", Channel.MAIL)
            unit.put(Dispatch(f"x{number}", key, 1, to, "anna@meridian.example", at, DispatchState.FAILED))
            unit.put(BoardAction(f"{key}/a1", key, "a1", "Send it", "send it", at, owner_email="anna@meridian.example"))
        unit.audit([Entry(MORNING, "hub", "meeting", f"m{n}", "opened", None, "{}", "", "", "") for n in range(count)])


@pytest.fixture
def hub(tmp_path):
    hub = quick_hub(home=tmp_path, clock=lambda: MORNING)
    yield hub
    hub.close()


def _principal(hub, *roles: Role):
    user = person(hub, "anna@meridian.example", *(granted(role) for role in roles))
    signed = open_session(hub.desk, hub.desk.accounts.account(user.id), method="test", asked=Asked(user.email, ""))
    return by_session(hub.desk, signed.secret)[0]


def test_the_home_page_asks_as_much_of_a_large_store_as_of_a_small_one(hub):
    principal, spent = _principal(hub, Role.PROJECT_MANAGER, Role.LIAISON), []
    for count in (55, 300):
        _filled(hub, count)
        with _statements(hub) as said:
            found = home(hub.room, principal)
        spent.append(len(said))
        sizes = [len(part) for part in (found.to_sign, found.actions, found.copies, found.failed)]
        assert sizes == [21, 21, 21, 21]
        assert [one.card.meeting_id for one in found.to_sign][:2] == ["m0", "m1"]
    assert spent[0] == spent[1]


def test_the_home_page_asks_for_its_lists_of_meetings_at_once(hub):
    principal = _principal(hub, Role.PROJECT_MANAGER)
    _filled(hub, 30)
    with _statements(hub) as said:
        home(hub.room, principal)
    assert sum("cards.standing" in one for one in said) == 1, said


def test_a_home_page_asks_nothing_of_lists_that_the_reader_may_see_nothing_of(hub):
    principal = _principal(hub, Role.ADMINISTRATOR)
    with _statements(hub) as said:
        home(hub.room, principal)
    assert said == []


def test_lists_asked_for_at_once_are_each_read_from_an_index(engine):
    drafts, failed = (CardQuery(MANAGER, standing=one) for one in (Standing.DRAFT, Standing.FAILED))
    plan = _plan(engine, shelf_search.lists_query((drafts, failed)))
    assert sum("cards_standing (standing=?)" in step for step in plan) == 2, plan
    assert sum("TEMP B-TREE" in step for step in plan) == 1, plan  # of the two pages


def test_reviews_that_wait_for_others_do_not_hide_one_that_waits_for_me(hub):
    principal = _principal(hub, Role.PROJECT_MANAGER)
    _filled(hub, 120)
    for_others = replace(DEFAULT_ROUTE, steps=(replace(DEFAULT_ROUTE.steps[0], people=("bo@meridian.example",)),))
    with hub.room.shelf.writing() as unit:
        for number in range(119):
            unit.put(Review(f"m{number}", 1, ReviewState.OPEN, for_others, "anna@meridian.example", MORNING))
    assert [one.card.meeting_id for one in home(hub.room, principal).to_sign] == ["m119"]


def test_a_page_of_the_trail_asks_for_all_its_meetings_at_once(hub):
    _principal(hub, Role.AUDITOR)
    _filled(hub, 60)
    with _statements(hub) as said:
        lines, following = hub.trail.page(Wanted(), lambda _scope: True, before=None, limit=50)
    assert len(lines) == 50
    assert following is not None
    assert len(said) <= 10, said
