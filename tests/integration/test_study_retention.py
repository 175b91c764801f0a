"""What is kept by study: the communication log and records of the sync go by two people, the trail stays."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from hub.domain.agreements import Agreement, KindRule, Status
from hub.domain.communications import Asked, Channel, Kind, Said
from hub.domain.errors import MissingError, RefusedError, StandingError, UsageError
from hub.domain.people import Role
from hub.domain.retention import DestructionState, RecordClass, begun_before, ends_at
from hub.domain.sync import Base, Effects, Letter, Record
from hub.ports.browsing import Wanted
from hub.services.review.retained import holds
from hub.services.review.retention import place_hold, release_hold, set_period
from hub.services.review.study_retention import approve, ask, certificate, ended, listed, refuse, tell_ended
from hub.storage.backup.whole import signed_by
from tests.people import Clock, quick_hub
from tests.review_kit import person

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
STUDY = "LH-302"
PARTIES = ("Meridian", "Asterion")
CHANNEL = Channel("conduct", "slack", "C1", STUDY, PARTIES, "plan 3.2", AT)
ADA = person("Ada Byron", Role.ADMINISTRATOR)
BOB = person("Bob Lund", Role.ADMINISTRATOR, organization="Asterion")
ZOE = person("Zoe Quist", Role.ADMINISTRATOR, organization="Other")
ANNA = person("Anna Weber", Role.PROJECT_MANAGER)
LOG, RECORDS = RecordClass.COMMUNICATION, RecordClass.RECORDS


BOTH = pytest.mark.parametrize("here", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def here(request, home):
    """A hub, on SQLite where a test does not say otherwise."""
    del home
    there = getattr(request, "param", "sqlite") == "postgresql"
    hub = quick_hub(clock=Clock(AT), database=request.getfixturevalue("postgres_url") if there else None)
    yield hub
    hub.close()


@pytest.fixture
def said(here):
    """Two messages of June, one of them edited in August; three months is what they are kept for."""
    first, second = (Said(name, name, "Anna Weber", AT, f"words of {name}") for name in ("m1", "m2"))
    edited = replace(second, text="mended", kind=Kind.EDITED, version="2", changed_at=AT + timedelta(days=70))
    here.communications.keep(CHANNEL, [first, second, edited])
    set_period(here.room, ADA, LOG, STUDY, 3, revision=0, reason="as the protocol says")
    here.clock.now = ends_at(AT, 3) + timedelta(days=1)
    return first


def texts(here):
    return sorted(one.said.text for one in here.communications.find(Asked(STUDY), lambda _scope: True))


def destroyed(here, record_class=LOG):
    asked = ask(here.room, here.stacks, ADA, STUDY, record_class, reason="its period is over")
    return approve(here.room, here.stacks, BOB, asked.id, reason="checked against the plan")


@BOTH
def test_what_was_said_is_destroyed_by_two_people_with_a_certificate_and_what_was_changed_later_stays(here, said):
    asked = ask(here.room, here.stacks, ADA, STUDY, LOG, reason="its period is over")
    with pytest.raises(StandingError, match="another person"):
        approve(here.room, here.stacks, ADA, asked.id, reason="yes")
    assert len(texts(here)) == 3
    done = approve(here.room, here.stacks, BOB, asked.id, reason="checked against the plan")
    assert texts(here) == ["mended", "words of m2"]
    told = json.loads(done.certificate)
    assert (told["messages"], told["versions"], told["approved_by"]) == (1, 1, "bob@asterion.test")
    assert "words of" not in done.certificate
    assert signed_by(done.key, done.certificate.encode(), done.signature)
    assert here.audit.verify().whole
    assert here.communications.keep(CHANNEL, [said]) == 0, "what a platform tells again stays away"
    with pytest.raises(StandingError, match="nothing of its communication"):
        ask(here.room, here.stacks, ADA, STUDY, LOG, reason="again")


def test_lines_of_the_trail_stay_whose_they_were(here, said):
    del said

    def lines():
        page, _ = here.trail.page(Wanted(kind="communication"), mine, before=None, limit=50)
        return len(page)

    def mine(scope):
        return "Asterion" in scope.organizations and scope.study == STUDY

    assert lines() == 3
    destroyed(here)
    assert lines() == 3
    page, _ = here.trail.page(Wanted(kind="destruction"), mine, before=None, limit=50)
    assert [json.loads(one.entry.new) for one in page] == ["done", "approved", "asked"]


def test_a_hold_on_the_study_keeps_it_even_after_it_was_asked_for(here, said):
    del said
    asked = ask(here.room, here.stacks, ADA, STUDY, LOG, reason="its period is over")
    held = place_hold(here.room, ADA, study=STUDY, reason="an inspection is announced")
    with pytest.raises(StandingError, match="an inspection is announced"):
        approve(here.room, here.stacks, BOB, asked.id, reason="yes")
    refuse(here.room, here.stacks, BOB, asked.id, reason="it is held")
    assert ended(here.room, here.stacks, ADA) == []
    release_hold(here.room, ADA, held.id, reason="it is over")
    assert [one.record_class for one in ended(here.room, here.stacks, ADA)] == [LOG]
    assert destroyed(here).state is DestructionState.DONE


def test_only_administrators_of_its_parties_may(here, said):
    del said
    with pytest.raises(RefusedError):
        ask(here.room, here.stacks, ANNA, STUDY, LOG, reason="x")
    with pytest.raises(MissingError):
        ask(here.room, here.stacks, ZOE, STUDY, LOG, reason="x")
    asked = ask(here.room, here.stacks, ADA, STUDY, LOG, reason="its period is over")
    with pytest.raises(MissingError):
        approve(here.room, here.stacks, ZOE, asked.id, reason="x")
    assert (listed(here.room, here.stacks, ZOE), len(listed(here.room, here.stacks, BOB))) == ([], 1)
    with pytest.raises(StandingError, match="asked for already"):
        ask(here.room, here.stacks, BOB, STUDY, LOG, reason="x")


def test_a_crash_in_between_is_finished_with_what_was_counted_before(here, said, monkeypatch):
    del said
    asked = ask(here.room, here.stacks, ADA, STUDY, LOG, reason="its period is over")
    stack = here.stacks.classes[LOG]
    whole = type(stack).remove

    def broken(*about: object) -> None:
        whole(*about)
        raise KeyboardInterrupt

    monkeypatch.setattr(type(stack), "remove", broken)
    with pytest.raises(KeyboardInterrupt):
        approve(here.room, here.stacks, BOB, asked.id, reason="yes")
    monkeypatch.undo()
    done = approve(here.room, here.stacks, BOB, asked.id, reason="yes")
    assert json.loads(done.certificate)["messages"] == 1


def test_what_is_left_of_a_crash_stays_while_it_is_held(here, said, monkeypatch):
    del said
    asked = ask(here.room, here.stacks, ADA, STUDY, LOG, reason="its period is over")
    monkeypatch.setattr(type(here.stacks.classes[LOG]), "remove", crashed)
    with pytest.raises(KeyboardInterrupt):
        approve(here.room, here.stacks, BOB, asked.id, reason="yes")
    monkeypatch.undo()
    place_hold(here.room, ADA, study=STUDY, reason="an inspection is announced")
    with pytest.raises(StandingError, match="an inspection is announced"):
        approve(here.room, here.stacks, BOB, asked.id, reason="yes")
    assert len(texts(here)) == 3


def crashed(*_about):
    raise KeyboardInterrupt


def test_another_organization_sees_nothing_of_a_study_without_meetings_and_changes_nothing(here, said):
    del said
    held = place_hold(here.room, BOB, study=STUDY, reason="an inspection is announced")
    assert (holds(here.room, ZOE), holds(here.room, ADA)) == ([], [held])
    for what in (
        lambda: release_hold(here.room, ZOE, held.id, reason="x"),
        lambda: place_hold(here.room, ZOE, study=STUDY, reason="x"),
        lambda: set_period(here.room, ZOE, RECORDS, STUDY, 1, revision=0, reason="x"),
    ):
        with pytest.raises(MissingError):
            what()


def test_that_a_period_has_ended_is_noted_once(here, said):
    del said
    assert [tell_ended(here.room, here.stacks) for _ in range(2)] == [1, 0]
    assert listed(here.room, here.stacks, ADA) == [], "nobody has asked for it yet"
    assert destroyed(here).state is DestructionState.DONE
    states = [json.loads(one.entry.new) for one in here.audit.entries() if one.entry.kind == "destruction"]
    assert states == ["ended", "asked", "approved", "done"]


@BOTH
def test_the_database_keeps_the_log_but_for_what_is_agreed_to_go(here, said):
    del said
    for statement in ("DELETE FROM communication_log", "UPDATE communication_log SET text = 'x'"):
        with pytest.raises(DBAPIError, match="kept as it is"), here.database.begin() as connection:
            connection.execute(text(statement))
    assert len(texts(here)) == 3


def test_the_trail_has_no_period_and_says_why(here):
    with pytest.raises(UsageError, match="one chain of hashes"):
        set_period(here.room, ADA, RecordClass.TRAIL, STUDY, 3, revision=0, reason="x")
    with pytest.raises(UsageError, match="not destroyed study by study"):
        ask(here.room, here.stacks, ADA, STUDY, RecordClass.TRAIL, reason="x")


RULE = Agreement(
    "conduct", 1, Status.ACTIVE, {"Meridian": ("ctms",), "Asterion": ("edc",)}, (KindRule("site", "ctms"),), (STUDY,),
    changed_at=AT,
)  # fmt: skip


@pytest.fixture
def synced(here):
    """A study of two records and another's, under an agreement that stands."""
    ledger = here.sync.ledger
    ledger.agree(RULE, audit=[])
    with ledger.unit() as unit:
        records = (
            Record("s1", "study", {"protocol_number": STUDY}),
            Record("x1", "site", {"study_id": "s1", "number": "101"}),
            Record("s2", "study", {"protocol_number": "LH-999"}),
            Record("x2", "site", {"study_id": "s2", "number": "101"}),
        )
        bases = tuple(Base("ctms", one.id, one.kind, f"e-{one.id}", one.fields) for one in records)
        unit.save(Effects(records=records, bases=bases))
    set_period(here.room, ADA, RECORDS, STUDY, 3, revision=0, reason="as the protocol says")
    return here


@BOTH
def test_records_go_once_the_last_agreement_has_ended_and_their_period_is_over(synced, monkeypatch):
    here = synced
    here.clock.now = ends_at(AT, 30)
    with pytest.raises(StandingError, match="in use"):
        ask(here.room, here.stacks, ADA, STUDY, RECORDS, reason="x")
    here.sync.ledger.agree(replace(RULE, version=2, status=Status.ENDED, changed_at=here.clock.now), audit=[])
    here.clock.now = ends_at(here.clock.now, 3)
    assert ended(here.room, here.stacks, ADA) == []
    here.clock.now += timedelta(days=3)
    monkeypatch.setattr("hub.storage.stacked_records._STEP", 1)
    done = destroyed(here, RECORDS)
    assert json.loads(done.certificate)["records"] == {"site": 1, "study": 1}
    assert here.browser.placed(["s1", "x1"]) == {}
    assert set(here.browser.placed(["s2", "x2"])) == {"s2", "x2"}
    with here.database.connect() as connection:
        assert connection.execute(text("SELECT record_id FROM bases ORDER BY 1")).scalars().all() == ["s2", "x2"]
    gone = here.browser.departed(["x1"])["x1"]
    assert (gone.protocol, gone.systems, gone.record.kind) == (STUDY, frozenset({"ctms"}), "site")


def past(here):
    """Have the agreement ended, and its period over."""
    here.sync.ledger.agree(replace(RULE, version=2, status=Status.ENDED), audit=[])
    here.clock.now = ends_at(AT, 30)


def test_the_certificate_stays_with_the_parties_when_all_of_it_has_gone(synced, monkeypatch):
    here = synced
    past(here)
    asked = ask(here.room, here.stacks, ADA, STUDY, RECORDS, reason="its period is over")
    monkeypatch.setattr("hub.services.review.study_retention._certified", crashed)
    with pytest.raises(KeyboardInterrupt):
        approve(here.room, here.stacks, BOB, asked.id, reason="yes")
    monkeypatch.undo()
    assert here.browser.placed(["s1", "x1"]) == {}
    with pytest.raises(MissingError, match="no such destruction"):
        approve(here.room, here.stacks, ZOE, asked.id, reason="x")
    done = approve(here.room, here.stacks, BOB, asked.id, reason="yes")
    assert certificate(here.room, here.stacks, ADA, asked.id) == done
    assert listed(here.room, here.stacks, ZOE) == []


def test_records_that_are_in_use_again_are_not_finished_with(synced, monkeypatch):
    here = synced
    past(here)
    asked = ask(here.room, here.stacks, ADA, STUDY, RECORDS, reason="its period is over")
    monkeypatch.setattr(type(here.stacks.classes[RECORDS]), "remove", crashed)
    with pytest.raises(KeyboardInterrupt):
        approve(here.room, here.stacks, BOB, asked.id, reason="yes")
    monkeypatch.undo()
    here.sync.ledger.agree(replace(RULE, id="again"), audit=[])
    with pytest.raises(StandingError, match="covers its records again"):
        approve(here.room, here.stacks, BOB, asked.id, reason="yes")
    assert set(here.browser.placed(["s1", "x1"])) == {"s1", "x1"}


def test_letters_go_of_systems_that_serve_nothing_else(synced):
    here = synced
    made = [Letter(f"l-{one}", "check", one, "site", "bad", b"{}", {}, 1, AT, "e1") for one in ("ctms", "edc", "x")]
    with here.sync.ledger.unit() as unit:
        unit.save(Effects(letters=tuple(made)))
    past(here)
    destroyed(here, RECORDS)
    assert {one.system for one in here.sync.ledger.letters()} == {"ctms", "x"}, "ctms holds another study too"


def test_parties_of_another_agreement_over_all_studies_have_no_say(synced):
    here = synced
    other = {"Other": ("theirs",), "Fourth": ("fourth",)}
    every = replace(RULE, id="other", parties=other, kinds=(KindRule("site", "theirs"),), studies=())
    here.sync.ledger.agree(every, audit=[])
    here.sync.ledger.agree(replace(RULE, version=2, status=Status.ENDED), audit=[])
    here.clock.now = ends_at(AT, 30)
    with pytest.raises(MissingError):
        ask(here.room, here.stacks, ZOE, STUDY, RECORDS, reason="x")
    assert destroyed(here, RECORDS).state is DestructionState.DONE, "nor does theirs keep it in use"


def test_the_day_before_which_something_is_past_its_period_is_never_too_late():
    for day in range(800):
        now = AT + timedelta(days=day)
        for months in (1, 3, 300):
            assert ends_at(begun_before(now, months) - timedelta(seconds=1), months) <= now
