"""Two systems and the hub between them, on the embedded defaults and on PostgreSQL."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hub.bootstrap import build
from hub.domain.agreements import Agreement, Deletes, FieldRule, KindRule, Policy, Status
from hub.domain.changes import Reject
from hub.domain.errors import RejectedError, RetryableError
from hub.ports import System
from hub.services.sync import agreeing
from hub.services.sync.reconcile import reconcile
from hub.services.sync.resolve import resolve
from hub.services.sync.round import run_round
from hub.services.sync.steps import again
from tests.systems import FakeSystem

KINDS = ("study", "site", "enrolment_count", "action_item")
DAY = datetime(2026, 6, 1, 9, tzinfo=UTC)
MATCH = {
    "study": ("protocol_number",),
    "site": ("study_id", "number"),
    "enrolment_count": ("study_id", "site_id", "as_of"),
}


class Bench:
    """A hub with a sponsor's and a CRO's system."""

    def __init__(self, settings) -> None:
        self.now = DAY
        self.sponsor, self.cro = FakeSystem("SP-"), FakeSystem("C")
        systems = {
            name: System(name, KINDS, source=fake, target=fake)
            for name, fake in (("sponsor", self.sponsor), ("cro", self.cro))
        }
        self.hub = build(settings, systems=systems, clock=lambda: self.now)
        self.sync = self.hub.sync

    def agree(self, policy=Policy.REVIEW, deletes=Deletes.SOFT, fields=None, kinds=(), start=True, **more) -> Agreement:
        kinds = kinds or tuple(
            KindRule(kind, "cro", policy, deletes, fields or {}, match=MATCH.get(kind, ())) for kind in KINDS
        )
        offered = Agreement("a", 0, Status.PROPOSED, {"S": ("sponsor",), "C": ("cro",)}, kinds, **more)
        options = {"clock": self.sync.clock, "new_id": self.sync.new_id}
        agreeing.propose(self.sync.ledger, offered, person="Anna", **options)
        for party in ("S", "C"):
            agreed = agreeing.accept(self.sync.ledger, "a", party=party, person="Ben", **options)
        if not start:
            return agreed
        return agreeing.move(self.sync, "a", step="start", person="Ben")

    def round(self, *, full=False):
        self.now += timedelta(minutes=5)
        return run_round(self.sync, full=full, wait_s=0.01)

    def seed(self) -> None:
        self.cro.put("study", "st1", protocol_number="P-1", title="One", status="active")
        self.cro.put("site", "c14", study_id="st1", number="014", name="Graz", country="AT", status="active")
        self.cro.put("enrolment_count", "e1", study_id="st1", site_id="c14", as_of="2026-06-01", enrolled=5)
        self.sponsor.put("study", "S9", protocol_number="P-1", title="One", status="active")

    def dispute(self, state="open"):
        [found] = self.sync.ledger.disputes(state=state)
        return found

    def settle(self, id, *, take):
        return resolve(
            self.sync.ledger,
            id,
            take=take,
            person="Anna",
            reason="checked",
            clock=self.sync.clock,
            new_id=self.sync.new_id,
        )


def test_a_figure_of_the_cro_arrives_at_the_sponsor_under_the_sponsors_own_ids(bench):
    bench.seed()
    bench.agree()
    bench.round()
    count = bench.sponsor.only("enrolment_count")
    assert count["enrolled"] == 5
    assert count["study_id"] == "S9"
    assert bench.sponsor.get("site", count["site_id"])["number"] == "014"
    assert [kind for kind, _, _ in bench.sponsor.log].count("study") == 0, "the study was matched, not made again"


def test_nothing_moves_before_both_have_accepted_and_the_trial_is_over(bench):
    bench.seed()
    options = {"clock": bench.sync.clock, "new_id": bench.sync.new_id}
    rule = KindRule("study", "cro")
    offered = Agreement("a", 0, Status.PROPOSED, {"S": ("sponsor",), "C": ("cro",)}, (rule,))
    agreeing.propose(bench.sync.ledger, offered, person="Anna", **options)
    bench.round()
    agreeing.accept(bench.sync.ledger, "a", party="S", person="Anna", **options)
    bench.round()
    agreeing.accept(bench.sync.ledger, "a", party="C", person="Ben", **options)
    bench.round()
    assert bench.sync.ledger.counts()["records"] == 0
    assert not bench.sponsor.log
    assert not bench.cro.log


def test_it_is_silent_once_all_is_told(bench):
    bench.seed()
    bench.agree()
    bench.round()
    before = len(bench.sponsor.log), len(bench.cro.log)
    audited = bench.hub.audit.verify().entries
    for _ in range(3):
        bench.round(full=True)
    assert (len(bench.sponsor.log), len(bench.cro.log)) == before, "our own writes came back as changes"
    assert bench.hub.audit.verify().entries == audited


def test_an_edit_by_a_side_that_does_not_own_the_field_waits_for_a_person(bench):
    bench.seed()
    bench.agree()
    bench.round()
    bench.sponsor.put("study", "S9", title="Two")
    bench.round()
    assert bench.cro.get("study", "st1")["title"] == "One"
    assert bench.sponsor.get("study", "S9")["title"] == "Two", "nobody is overwritten while it waits"
    bench.settle(bench.dispute().id, take=True)
    bench.round()
    assert bench.cro.get("study", "st1")["title"] == "Two"


def test_an_edit_that_its_own_side_takes_back_waits_for_nobody(bench):
    bench.seed()
    bench.agree()
    bench.round()
    bench.sponsor.put("study", "S9", title="Two")
    bench.round()
    bench.sponsor.put("study", "S9", title="One")
    bench.round()
    assert bench.sync.ledger.disputes() == []
    assert bench.dispute("superseded").theirs == "Two"


def test_an_edit_that_is_not_kept_is_written_back(bench):
    bench.seed()
    bench.agree()
    bench.round()
    bench.sponsor.put("study", "S9", title="Two")
    bench.round()
    bench.settle(bench.dispute().id, take=False)
    bench.round()
    assert bench.sponsor.get("study", "S9")["title"] == "One"
    bench.round(full=True)
    assert not bench.sync.ledger.disputes()


def test_where_the_owner_wins_the_refused_value_can_be_restored_in_one_step(bench):
    bench.seed()
    bench.agree(Policy.OWNER_WINS)
    bench.round()
    bench.sponsor.put("study", "S9", title="Two")
    bench.round()
    assert bench.sponsor.get("study", "S9")["title"] == "One"
    lost = bench.dispute("refused")
    assert (lost.ours, lost.theirs) == ("One", "Two")
    bench.settle(lost.id, take=True)
    bench.round()
    assert bench.sponsor.get("study", "S9")["title"] == "Two"
    assert bench.cro.get("study", "st1")["title"] == "Two"


def test_each_side_edits_its_own_fields_of_one_record_at_once(bench):
    bench.seed()
    bench.agree(fields={"status": FieldRule("sponsor")})
    bench.round()
    bench.cro.put("study", "st1", title="Two")
    bench.sponsor.put("study", "S9", status="on_hold")
    bench.round()
    for system, its in ((bench.cro, "st1"), (bench.sponsor, "S9")):
        assert (system.get("study", its)["title"], system.get("study", its)["status"]) == ("Two", "on_hold")
    assert not bench.sync.ledger.disputes()


def test_newest_wins_only_where_it_was_agreed(bench):
    bench.seed()
    bench.agree(Policy.NEWEST)
    bench.round()
    bench.cro.put("study", "st1", DAY, title="Early")
    bench.sponsor.put("study", "S9", DAY + timedelta(hours=1), title="Late")
    bench.round()
    bench.round()
    assert bench.cro.get("study", "st1")["title"] == "Late"
    assert bench.sponsor.get("study", "S9")["title"] == "Late"


def test_an_outage_sets_nothing_aside_and_loses_nothing(bench):
    bench.seed()
    bench.agree()
    bench.sponsor.faults = [RetryableError("away") for _ in range(4)]
    for _ in range(8):
        bench.round()
    assert bench.sponsor.only("enrolment_count")["enrolled"] == 5
    assert bench.sync.ledger.counts()["dead_letters"] == 0


def test_a_write_whose_answer_was_lost_is_not_made_twice(bench):
    bench.seed()
    bench.agree()
    bench.sponsor.lost_answers = 3
    for _ in range(8):
        bench.round()
    assert [kind for kind, _, _ in bench.sponsor.log].count("enrolment_count") == 1
    assert [kind for kind, _, _ in bench.sponsor.log].count("site") == 1


def test_a_refused_item_goes_to_the_dead_letters_and_the_rest_goes_on(bench):
    bench.seed()
    bench.agree()
    bench.round()
    bench.cro.put("study", "st1", title="Refused")
    bench.cro.put("site", "c14", name="Linz")
    bench.sponsor.faults = [RejectedError("title is too long")]
    bench.round()
    assert bench.sponsor.only("site")["name"] == "Linz" or bench.sponsor.get("study", "S9")["title"] == "Refused"
    [letter] = bench.sync.ledger.letters()
    assert (letter.stage, letter.system, letter.reason) == ("deliver", "sponsor", "title is too long")
    assert again(bench.sync, letter)
    assert not bench.sync.ledger.letters()
    assert bench.sponsor.only("site")["name"] == "Linz"
    assert bench.sponsor.get("study", "S9")["title"] == "Refused"


def test_a_bad_value_is_set_aside_with_its_reason(bench):
    bench.seed()
    bench.cro.put("site", "c15", study_id="st1", number="015", status="half-open")
    bench.agree()
    bench.round()
    [letter] = bench.sync.ledger.letters()
    assert letter.where == "c15"
    assert "'half-open' is none of" in letter.reason
    assert bench.sponsor.only("enrolment_count")["enrolled"] == 5


def test_a_record_that_refers_to_one_not_seen_waits_for_it(bench):
    bench.seed()
    bench.cro.put("enrolment_count", "e2", study_id="st1", site_id="c77", as_of="2026-06-01", enrolled=7)
    bench.agree()
    bench.round()
    assert bench.sync.ledger.counts()["waiting_letters"] == 1
    bench.cro.put("enrolment_count", "e2", enrolled=8)
    bench.cro.put("site", "c77", study_id="st1", number="077", name="Wien", country="AT", status="active")
    bench.round()
    bench.round()
    assert bench.sync.ledger.counts()["waiting_letters"] == 0
    assert sorted(row.fields["enrolled"] for (k, _), row in bench.sponsor.rows.items() if k == "enrolment_count") == [
        5,
        8,
    ]


def test_a_site_read_before_its_study_can_be_told_is_not_passed_over(bench):
    bench.seed()
    study = bench.sponsor.rows.pop(("study", "S9"))
    rules = tuple(KindRule(kind, "sponsor" if kind == "study" else "cro", match=MATCH.get(kind, ())) for kind in KINDS)
    bench.agree(kinds=rules, studies=("P-1",))
    bench.round()
    assert not bench.sponsor.rows
    assert len(bench.sync.ledger.letters(state="waiting")) == 2
    bench.sponsor.rows["study", "S9"] = study
    bench.round()
    assert bench.sponsor.only("enrolment_count")["enrolled"] == 5
    assert not bench.sync.ledger.letters(state="waiting")


def test_a_study_that_comes_under_the_agreement_later_is_read_from_its_beginning(bench):
    bench.seed()
    bench.agree(studies=("P-2",))
    bench.round()
    assert len(bench.sponsor.rows) == 1
    bench.agree(studies=("P-1", "P-2"))
    bench.round()
    assert bench.sponsor.only("enrolment_count")["enrolled"] == 5


@pytest.mark.parametrize("together", [True, False])
def test_a_double_in_one_system_is_set_aside_and_stops_nothing(bench, together):
    bench.seed()
    bench.agree()
    if not together:
        bench.round()
    bench.cro.put("enrolment_count", "e2", study_id="st1", site_id="c14", as_of="2026-06-01", enrolled=6)
    bench.cro.put("enrolment_count", "e3", study_id="st1", site_id="c14", as_of="2026-06-02", enrolled=7)
    bench.round()
    [letter] = bench.sync.ledger.letters()
    assert (letter.where, letter.stage) == ("e2", "check")
    assert "another record with the same" in letter.reason
    figures = [row.fields["enrolled"] for (kind, _), row in bench.sponsor.rows.items() if kind == "enrolment_count"]
    assert sorted(figures) == [5, 7]


def test_a_field_that_a_system_does_not_take_is_left_alone_there(bench):
    able = bench.sponsor.capabilities
    bench.sponsor.capabilities = replace(
        able, takes={"enrolment_count": frozenset({"study_id", "site_id", "enrolled"})}
    )
    bench.seed()
    bench.agree()
    bench.round()
    assert bench.sponsor.only("enrolment_count").keys() == {"study_id", "site_id", "enrolled"}
    writes = len(bench.sponsor.log)
    bench.cro.put("enrolment_count", "e1", screened=9)
    bench.round()
    assert len(bench.sponsor.log) == writes
    assert not bench.sync.ledger.letters()


def test_a_deletion_travels_softly_and_absence_only_from_a_complete_listing(bench):
    bench.seed()
    bench.agree()
    bench.round()
    del bench.cro.rows["enrolment_count", "e1"]
    bench.round()
    assert not any(row.deleted for row in bench.sponsor.rows.values())
    bench.round(full=True)
    assert [row.deleted for (kind, _), row in bench.sponsor.rows.items() if kind == "enrolment_count"] == [True]


def test_what_a_complete_listing_shows_but_cannot_be_taken_is_not_deleted(bench):
    bench.seed()
    bench.agree()
    bench.round()
    bench.cro.put("enrolment_count", "e1", enrolled="many")
    bench.cro.put("site", "c14", study_id="nobody knows it")
    bench.round(full=True)
    assert not any(row.deleted for row in bench.sponsor.rows.values())


def test_an_item_that_does_not_tell_its_record_stops_the_search_for_deletions(bench):
    bench.seed()
    bench.agree()
    bench.round()
    del bench.cro.rows["enrolment_count", "e1"]
    bench.cro.rejects = (Reject("enrolment_count", "item 1", "not readable", b"{"),)
    bench.round(full=True)
    assert not any(row.deleted for row in bench.sponsor.rows.values())
    bench.cro.rejects = ()
    bench.round(full=True)
    assert [row.deleted for (kind, _), row in bench.sponsor.rows.items() if kind == "enrolment_count"] == [True]


def test_a_change_made_there_while_we_write_is_read_before_it_is_overwritten(bench):
    bench.seed()
    bench.agree()
    bench.round()
    bench.cro.put("study", "st1", title="Two")
    sync = bench.sync
    push = bench.sponsor.push

    def raced(change, **more):
        bench.sponsor.push = push
        bench.sponsor.put("study", "S9", indication="asthma")
        return push(change, **more)

    bench.sponsor.push = raced
    bench.round()
    bench.round()
    assert bench.sponsor.get("study", "S9")["title"] == "Two"
    assert {d.field for d in sync.ledger.disputes()} <= {"indication"}


def test_what_is_paused_is_caught_up_with_when_it_goes_on(bench):
    bench.seed()
    bench.agree()
    bench.round()
    agreeing.move(bench.sync, "a", step="pause", person="Anna")
    bench.cro.put("study", "st1", title="Two")
    bench.round()
    assert bench.sponsor.get("study", "S9")["title"] == "One"
    agreeing.move(bench.sync, "a", step="resume", person="Anna")
    bench.round()
    assert bench.sponsor.get("study", "S9")["title"] == "Two"


def test_a_new_version_needs_both_again_and_the_old_one_holds_until_then(bench):
    bench.seed()
    first = bench.agree()
    bench.round()
    options = {"clock": bench.sync.clock, "new_id": bench.sync.new_id}
    kinds = tuple(replace(rule, owner="sponsor") for rule in first.kinds)
    agreeing.propose(bench.sync.ledger, replace(first, kinds=kinds), person="Anna", **options)
    bench.cro.put("study", "st1", title="Two")
    bench.round()
    assert bench.sponsor.get("study", "S9")["title"] == "Two"


def test_a_study_that_was_not_agreed_stays_where_it_is(bench):
    bench.seed()
    bench.cro.put("study", "st2", protocol_number="P-2", title="Other", status="active")
    bench.agree(studies=("P-1",))
    bench.round()
    assert [row.fields["protocol_number"] for (kind, _), row in bench.sponsor.rows.items() if kind == "study"] == [
        "P-1"
    ]


def test_reconciliation_names_each_difference_and_its_cause(bench):
    bench.seed()
    bench.agree()
    bench.round()
    assert not reconcile(bench.sync).differences
    bench.sponsor.put("study", "S9", title="Two")
    [found] = reconcile(bench.sync).differences
    assert (found.system, found.field, found.hub, found.theirs) == ("sponsor", "title", "One", "Two")
    assert found.cause == "edited there since it was last read"
    bench.round()
    [found] = reconcile(bench.sync).differences
    assert found.cause.startswith("waits for review")


def test_every_change_is_in_the_trail_and_the_trail_is_whole(bench):
    bench.seed()
    bench.agree()
    bench.round()
    bench.cro.put("enrolment_count", "e1", enrolled=6)
    bench.round()
    rows = [kept.entry for kept in bench.hub.audit.entries() if kept.entry.field == "enrolled"]
    assert [(row.actor, row.old, row.new) for row in rows][-2:] == [("cro", "5", "6"), ("hub", "5", "6")]
    assert all(row.agreement == "a@1" for row in rows)
    assert bench.hub.audit.verify().whole
