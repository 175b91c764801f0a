"""Which days ahead of a study the people of a meeting may know."""

import time
from dataclasses import replace
from datetime import date, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from hub.domain.agreements import Agreement, Deletes, KindRule, Policy, Status
from hub.domain.blinding import Blinding, BlindingRule
from hub.domain.cards import Card
from hub.domain.governance import Planned
from hub.domain.known_days import DueSource
from hub.domain.meeting import Meeting
from hub.domain.minutes import Action, Evidence
from hub.domain.places import Placed
from hub.domain.recurring import Every, Recurrence, Series
from hub.domain.sync import Record
from hub.services import study_days
from hub.services.study_days import ForWhom, StudyDays, moved
from tests.fake_shelf import FakeShelf
from tests.review_kit import AT, STUDY

KINDS = ("study", "site", "monitoring_visit", "site_milestone", "meeting")
RULES = tuple(KindRule(kind, "ctms", Policy.OWNER_WINS, Deletes.SOFT, {}) for kind in KINDS)
AGREED = Agreement("a", 1, Status.ACTIVE, {"Asterion": ("edc",), "Meridian": ("ctms",)}, RULES)
HERE = ForWhom(STUDY, date(2026, 6, 1), ZoneInfo("Europe/Vienna"), frozenset({"Asterion", "Meridian"}), series="weekly")
GRAZ = {"number": "014", "name": "Klinikum Graz"}


class Browsed:
    """`Browser` over a few records."""

    def __init__(self) -> None:
        self.all = {}

    def put(self, kind, id, *, protocol=STUDY, version=1, deleted=False, **fields):
        record = Record(id, kind, fields, version, deleted)
        self.all[id] = Placed(record, frozenset({"ctms"}), protocol)

    def records(self, kind, *, after, limit, study=None):
        of = {name: one for name, one in self.all.items() if study in (None, one.protocol)}
        found = sorted(name for name, one in of.items() if one.record.kind == kind and name > after)
        return [self.all[name] for name in found[:limit]]

    def placed(self, ids):
        return {name: self.all[name] for name in ids if name in self.all}


@pytest.fixture
def browsed():
    browsed = Browsed()
    browsed.put("site", "g", **GRAZ)
    return browsed


def studied(browsed, *, rules=(), plans=None, shelf=None):
    return StudyDays(
        browsed, lambda: [AGREED], lambda: Blinding(rules), shelf or FakeShelf(), lambda: dict(plans or {})
    )


def days(browsed, *, whom=HERE, **more):
    return studied(browsed, **more).known(whom)


def visit(browsed, name="v", **fields):
    its = {"site_id": "g", "type": "initiation", "status": "planned", "planned": "2026-06-25"}
    browsed.put("monitoring_visit", name, **{**its, **fields})


def test_a_planned_visit_is_known_by_its_names_its_site_and_its_record(browsed):
    visit(browsed)
    [one] = days(browsed)
    assert (one.day, one.places) == (date(2026, 6, 25), ("14", "graz"))
    assert "siv" in one.names
    assert one.source == DueSource("monitoring_visit", "v", 1, "site initiation visit, site 014 (Klinikum Graz)")


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "done"},
        {"status": "cancelled"},
        {"planned": "2026-05-20"},
        {"planned": None},
        {"type": None},
        {"site_id": None},
        {"site_id": "unknown"},
        {"protocol": "OTHER-1"},
        {"deleted": True},
    ],
    ids=str,
)
def test_what_is_over_or_of_no_known_place_or_of_another_study_is_not_known(browsed, fields):
    visit(browsed, **fields)
    assert days(browsed) == ()


def test_of_visits_of_one_kind_at_a_site_the_next_is_known_and_none_where_one_is_overdue(browsed):
    visit(browsed, "v1", type="routine", planned="2026-09-01")
    visit(browsed, "v2", type="routine", planned="2026-07-01")
    assert [one.source.record for one in days(browsed)] == ["v2"]
    visit(browsed, "v3", type="routine", planned="2026-05-20")
    assert days(browsed) == ()


def test_the_moved_day_of_a_visit_goes_before_the_planned_one(browsed):
    visit(browsed, start="2026-07-02", end="2026-07-03")
    [one] = days(browsed)
    assert (one.day, one.last) == (date(2026, 7, 2), date(2026, 7, 3))


def test_a_milestone_without_a_site_is_one_of_the_study_and_one_that_was_reached_is_none(browsed):
    browsed.put("site_milestone", "m1", milestone="database_lock", planned="2026-11-30")
    browsed.put("site_milestone", "m2", site_id="g", milestone="first_subject_in", planned="2026-07-01")
    browsed.put("site_milestone", "m3", site_id="g", milestone="initiated", planned="2026-06-10", actual="2026-05-30")
    assert [(one.source.record, one.places) for one in days(browsed)] == [("m1", ()), ("m2", ("14", "graz"))]


def test_a_party_that_does_not_have_the_record_keeps_all_from_knowing_it(browsed):
    visit(browsed)
    assert days(browsed, whom=replace(HERE, organizations=frozenset({"Meridian"})))
    assert days(browsed, whom=replace(HERE, organizations=frozenset({"Meridian", "Vendor"}))) == ()


def test_what_would_unblind_is_known_to_an_unblinded_meeting_only(browsed):
    visit(browsed)
    rules = (BlindingRule(STUDY, ("monitoring_visit.planned",)),)
    assert days(browsed, rules=rules) == ()
    assert days(browsed, rules=rules, whom=replace(HERE, unblinded=True))


def test_the_next_meeting_of_the_plan_is_known_and_that_of_ones_own_series_as_the_next_call(browsed):
    ten, two = (datetime.fromisoformat(one) for one in ("2026-01-06T10:00", "2026-06-18T14:00"))
    weekly = Series("u", "Weekly call", ten, "Europe/Vienna", 60, Recurrence(Every.WEEK))
    board = Series("b", "Steering committee", two, "Europe/Vienna", 60)
    plan = SimpleNamespace(meetings=(Planned(weekly, "weekly"), Planned(board, "steering")))
    found = {one.names: (one.day, one.only_next) for one in days(browsed, plans={STUDY: plan})}
    assert found.pop(next(names for names in found if "steerco" in names)) == (date(2026, 6, 18), False)
    assert list(found.values()) == [(date(2026, 6, 2), True)]


def test_a_meeting_of_the_hub_is_known_where_all_parties_and_the_blind_allow(browsed):
    def card(name, organizations=("Asterion", "Meridian"), day=11, **more):
        held = Meeting(name, "DSMB open session", datetime(2026, 6, day, 9, tzinfo=AT.tzinfo))
        return Card(name, held, organizations, "u", AT, STUDY, **more)

    shelf = FakeShelf()
    with shelf.writing() as unit:
        for one in (card("open"), card("unblinded", day=12, unblinding=True), card("own", ("Asterion",), day=10)):
            unit.put(one)
    assert [one.source.record for one in days(browsed, shelf=shelf)] == ["open"]


def test_a_meeting_without_a_study_or_a_day_knows_nothing():
    card = Card("m", Meeting("m", "Call"), ("Meridian",), "u", AT, STUDY)
    assert ForWhom.of(card) is None
    assert ForWhom.of(card, replace(card.meeting, started_at=AT)).day == date(2026, 6, 1)
    assert ForWhom.of(replace(card, study=None), replace(card.meeting, started_at=AT)) is None


def test_a_day_that_the_record_moved_is_told_and_a_change_of_other_fields_is_not(browsed):
    visit(browsed, version=4, planned="2026-07-02")
    known = days(browsed)
    source = DueSource("monitoring_visit", "v", 3, "visit")
    proof = Evidence(("s1",), "before the SIV")
    action = Action("a1", "Send it", 0.9, proof, due=date(2026, 6, 25), due_source=source)
    assert moved([action], known) == {"a1": date(2026, 7, 2)}
    assert moved([replace(action, due_source=replace(source, version=4))], known) == {}
    assert moved([action], ()) == {"a1": None}
    assert moved([replace(action, due_source=None)], known) == {}


def counted(browsed, due, **taken):
    """Return what is told of an action due on *due* by a visit of version 3."""
    source = DueSource("monitoring_visit", "v", 3, "visit", **taken)
    action = Action("a1", "Send it", 0.9, Evidence(("s1",), "before the SIV"), due=due, due_source=source)
    return studied(browsed).moved([action], HERE)


def test_a_day_counted_from_a_visit_has_moved_where_the_visit_has(browsed):
    taken = {"day": date(2026, 6, 25)}
    visit(browsed, version=4)
    assert counted(browsed, date(2026, 6, 23), **taken) == {}
    visit(browsed, version=4, planned="2026-06-23")
    assert counted(browsed, date(2026, 6, 23), **taken) == {"a1": date(2026, 6, 23)}


def test_a_day_counted_from_the_last_day_of_a_visit_has_moved_where_that_has(browsed):
    taken = {"day": date(2026, 6, 25), "last": date(2026, 6, 26)}
    visit(browsed, version=4, end="2026-06-26")
    assert counted(browsed, date(2026, 7, 1), **taken) == {}
    visit(browsed, version=4, end="2026-06-29")
    assert counted(browsed, date(2026, 7, 1), **taken) == {"a1": date(2026, 6, 29)}


def test_an_earlier_visit_that_comes_up_moves_no_day_of_another(browsed):
    visit(browsed, version=3)
    visit(browsed, "earlier", planned="2026-06-10")
    assert counted(browsed, date(2026, 6, 25), day=date(2026, 6, 25)) == {}


@pytest.mark.parametrize(
    ("at", "zone", "day"),
    [
        ("2026-06-01T23:30", "Asia/Tokyo", 1),
        ("2026-06-01T23:30+00:00", "Asia/Tokyo", 2),
        ("2026-06-01T23:30+00:00", "Nowhere/At all", 1),
        ("2026-06-01T23:30", None, 1),
    ],
)
def test_a_meeting_of_the_command_line_has_its_own_day_whatever_its_zone(monkeypatch, at, zone, day):
    monkeypatch.setenv("TZ", "Pacific/Pago_Pago")
    time.tzset()
    try:
        whom = ForWhom.alone(STUDY, Meeting("m", started_at=datetime.fromisoformat(at), timezone=zone))
    finally:
        monkeypatch.undo()
        time.tzset()
    assert whom.day == date(2026, 6, day)


def test_more_records_than_are_looked_at_give_no_day_and_no_warning_and_those_of_other_studies_do_not_count(
    browsed, monkeypatch
):
    visit(browsed)
    visit(browsed, "w", protocol="OTHER-1")
    monkeypatch.setattr(study_days, "MOST", 0)
    assert days(browsed) == ()
    assert counted(browsed, date(2026, 6, 23), day=date(2026, 6, 30)) == {}
    monkeypatch.setattr(study_days, "MOST", 1)
    assert len(days(browsed)) == 1


def test_a_visit_at_a_site_that_cannot_be_named_counts_beside_others_and_not_alone(browsed):
    browsed.put("site", "n")
    visit(browsed, "v2", site_id="n", planned="2026-06-11")
    visit(browsed, "v3", site_id="unknown", planned="2026-06-12")
    assert days(browsed) == ()
    visit(browsed)
    found = {one.source.record: one.places for one in days(browsed)}
    assert found == {"v": ("14", "graz"), "v2": ("?n",), "v3": ("?unknown",)}
