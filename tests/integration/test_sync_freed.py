"""What waits for a person waits no longer than it is of use, and an agreement moves on while a newer one is offered."""

from dataclasses import replace

import pytest

from hub.domain.agreements import Deletes, FieldRule, Policy, Status
from hub.domain.changes import Reject
from hub.domain.errors import RejectedError, UsageError
from hub.services.sync import agreeing
from hub.services.sync.reconcile import reconcile
from hub.services.sync.steps import again, pull, try_again
from hub.services.sync.worker import joined

pytestmark = pytest.mark.parametrize("bench", ["sqlite"], indirect=True)
KIND = "enrolment_count"


def begun(bench, **more):
    """Return the ids of the figure at the CRO and at the sponsor, once all is quiet."""
    bench.seed()
    agreement = bench.agree(**more)
    bench.round()
    [there] = [its for kind, its in bench.sponsor.rows if kind == KIND]
    return agreement, "e1", there


def owned_by_the_sponsor(bench, agreement, field):
    """Offer a version in which the sponsor owns a field of figures, have both accept it and start it."""
    kinds = [replace(one, fields={field: FieldRule("sponsor")}) if one.kind == KIND else one for one in agreement.kinds]
    return bench.agree(kinds=tuple(kinds))


def states(bench):
    found = [one for state in ("open", "superseded") for one in bench.sync.ledger.disputes(state=state)]
    return {(one.system, one.field, one.theirs): one.state for one in found}


def test_an_edit_of_whom_the_field_belongs_to_by_now_takes_the_place_of_the_one_that_waited(bench):
    agreement, _, there = begun(bench)
    bench.sponsor.put(KIND, there, enrolled=8)
    bench.round()
    owned_by_the_sponsor(bench, agreement, "enrolled")
    bench.round()
    assert states(bench) == {("sponsor", "enrolled", 8): "open"}
    bench.sponsor.put(KIND, there, enrolled=9)
    bench.round()
    assert states(bench) == {("sponsor", "enrolled", 8): "superseded"}
    assert bench.cro.get(KIND, "e1")["enrolled"] == 9


def test_a_first_value_that_its_system_held_before_it_owned_the_field_is_taken(bench):
    agreement, _, there = begun(bench)
    bench.sponsor.put(KIND, there, screened=4)
    bench.round()
    assert "screened" not in bench.cro.get(KIND, "e1")
    owned_by_the_sponsor(bench, agreement, "screened")
    bench.round()
    assert bench.cro.get(KIND, "e1")["screened"] == 4


def test_nobody_decides_on_a_value_that_the_owner_tells_by_now(bench):
    _, here, there = begun(bench)
    bench.sponsor.put(KIND, there, enrolled=8)
    bench.round()
    bench.cro.put(KIND, here, enrolled=8)
    bench.round()
    assert states(bench) == {("sponsor", "enrolled", 8): "superseded"}
    bench.cro.put(KIND, here, enrolled=9)
    bench.round()
    assert bench.sponsor.get(KIND, there)["enrolled"] == 9


def test_what_its_owner_restores_is_restored_on_the_other_side_with_all_that_was_edited(bench):
    _, here, there = begun(bench)
    bench.cro.remove(KIND, here)
    bench.round()
    assert bench.sponsor.rows[KIND, there].deleted
    bench.cro.put(KIND, here, enrolled=6)
    bench.round()
    assert not bench.sponsor.rows[KIND, there].deleted
    assert bench.sponsor.get(KIND, there)["enrolled"] == 6
    assert not reconcile(bench.sync).differences


def test_of_two_who_decide_at_once_the_second_is_told(bench, monkeypatch):
    _, _, there = begun(bench)
    bench.sponsor.put(KIND, there, enrolled=8)
    bench.round()
    seen = bench.dispute()
    bench.settle(seen.id, take=True)
    monkeypatch.setattr(bench.sync.ledger, "dispute", lambda _: seen)  # as it was when the second looked
    with pytest.raises(UsageError, match="just now"):
        bench.settle(seen.id, take=False)


def test_a_deletion_by_the_owner_that_was_ignored_counts_once_deletions_do(bench):
    _, here, there = begun(bench, deletes=Deletes.IGNORE)
    bench.cro.remove(KIND, here)
    bench.round()
    assert not bench.sponsor.rows[KIND, there].deleted
    bench.agree(deletes=Deletes.SOFT)
    bench.round()
    assert bench.cro.rows[KIND, here].deleted, "nobody asked that it be restored"
    assert bench.sponsor.rows[KIND, there].deleted
    assert not reconcile(bench.sync).differences


@pytest.mark.parametrize(("side", "deletes"), [("sponsor", Deletes.SOFT), ("cro", Deletes.REVIEW)])
def test_a_deletion_that_was_ignored_waits_for_a_person_where_such_do(bench, side, deletes):
    _, here, there = begun(bench, deletes=Deletes.IGNORE)
    system, its = getattr(bench, side), {"cro": here, "sponsor": there}[side]
    system.remove(KIND, its)
    bench.round()
    bench.agree(deletes=deletes)
    bench.round()
    assert system.rows[KIND, its].deleted
    assert states(bench) == {(side, "deleted", True): "open"}
    bench.settle(bench.dispute().id, take=False)
    bench.round()
    assert not system.rows[KIND, its].deleted


@pytest.mark.parametrize("take", [True, False])
def test_a_deletion_by_another_waits_and_is_done_or_undone_as_a_person_says(bench, take):
    _, here, there = begun(bench)
    bench.sponsor.remove(KIND, there)
    bench.round()
    assert not bench.cro.rows[KIND, here].deleted
    bench.settle(bench.dispute().id, take=take)
    bench.round()
    assert bench.cro.rows[KIND, here].deleted is take
    assert bench.sponsor.rows[KIND, there].deleted is take


def test_a_deletion_that_waits_is_no_matter_once_it_is_taken_back_or_the_owner_deletes_too(bench):
    _, here, there = begun(bench)
    bench.sponsor.remove(KIND, there)
    bench.round()
    bench.sponsor.put(KIND, there)
    bench.round()
    assert not bench.sync.ledger.disputes()
    bench.sponsor.remove(KIND, there)
    bench.round()
    bench.cro.remove(KIND, here)
    bench.round()
    assert not bench.sync.ledger.disputes()
    assert bench.sponsor.rows[KIND, there].deleted


def test_where_deletions_are_reviewed_one_that_is_taken_is_done_everywhere(bench):
    _, here, there = begun(bench, deletes=Deletes.REVIEW)
    bench.cro.remove(KIND, here)
    bench.round()
    assert not bench.sponsor.rows[KIND, there].deleted
    bench.settle(bench.dispute().id, take=True)
    bench.round()
    assert bench.sponsor.rows[KIND, there].deleted


def test_what_is_in_force_is_paused_resumed_and_compared_while_a_newer_version_is_offered(bench):
    agreement, here, there = begun(bench)
    options = {"clock": bench.sync.clock, "new_id": bench.sync.new_id}
    agreeing.propose(bench.sync.ledger, agreement, person="Anna", **options)
    bench.sponsor.put(KIND, there, withdrawn=1)
    assert [one.field for one in reconcile(bench.sync).differences] == ["withdrawn"]
    assert agreeing.move(bench.sync, "a", step="pause", person="Ben").version == agreement.version
    bench.cro.put(KIND, here, enrolled=6)
    bench.round()
    assert bench.sponsor.get(KIND, there)["enrolled"] == 5
    agreeing.move(bench.sync, "a", step="resume", person="Ben")
    bench.round()
    assert bench.sponsor.get(KIND, there)["enrolled"] == 6
    assert agreeing.backfill(bench.sync, "a", since=None, person="Ben")
    [newest] = bench.sync.ledger.agreements()
    assert newest.status is Status.PROPOSED


def test_what_a_letter_says_of_fields_that_were_written_since_is_no_edit(bench):
    _, here, there = begun(bench, fields={"withdrawn": FieldRule("sponsor")})
    bench.sponsor.versioned, bench.sponsor.reread = False, bench.sponsor.read_anew
    bench.sponsor.put(KIND, there, withdrawn=1)
    bench.sponsor.garbled = {(KIND, there)}
    bench.round()
    bench.cro.put(KIND, here, enrolled=6)
    bench.round()
    letter, _ = bench.sync.ledger.letters()
    assert (letter.stage, bench.sponsor.get(KIND, there)["enrolled"]) == ("read", 6)
    bench.sponsor.garbled = set()
    with pytest.raises(UsageError, match="is read anew"):
        again(bench.sync, letter)
    bench.round()
    assert (bench.sync.ledger.disputes(), bench.sync.ledger.letters()) == ([], [])
    assert bench.cro.get(KIND, here)["withdrawn"] == 1


def test_a_write_to_what_cannot_be_read_there_waits_and_holds_up_nothing_else(bench):
    _, here, there = begun(bench, fields={"withdrawn": FieldRule("sponsor")})
    bench.sponsor.put(KIND, there, withdrawn=1)
    bench.sponsor.garbled = {(KIND, there)}
    bench.cro.put(KIND, here, enrolled=6)
    bench.round()
    [letter] = bench.sync.ledger.letters(state="waiting")
    assert (letter.stage, letter.system) == ("deliver", "sponsor")
    assert "was set aside" in letter.reason
    consumer = joined(bench.sync, "deliver.sponsor")
    assert sum(consumer.lag().values()) == 0
    consumer.close()
    bench.sponsor.garbled = set()
    bench.round(full=True)
    bench.round()
    assert bench.sponsor.get(KIND, there)["enrolled"] == 6
    assert bench.cro.get(KIND, here)["withdrawn"] == 1
    assert bench.sync.ledger.counts()["waiting_letters"] == 0


def test_what_waits_in_vain_keeps_nothing_else_from_being_tried(bench):
    begun(bench)
    for number in range(5):
        bench.cro.put(KIND, f"v{number}", study_id="st1", site_id="nobody", as_of=f"2026-07-0{number + 1}")
    bench.round()
    bench.cro.put(KIND, "w", study_id="st1", site_id="c15", as_of="2026-08-01", enrolled=1)
    bench.round()
    bench.cro.put("site", "c15", study_id="st1", number="015", name="Linz", country="AT", status="active")
    pull(bench.sync, bench.sync.systems["cro"], "site")
    assert try_again(bench.sync, page=2, still=lambda: False) == 0
    assert try_again(bench.sync, page=2) == 1
    assert len(bench.sync.ledger.letters(state="waiting")) == 5


def test_a_letter_of_which_only_the_id_could_be_read_is_superseded_too(bench):
    _, here, _ = begun(bench)
    bench.cro.rejects = (Reject(KIND, "line 7", "no JSON", b"{", here),)
    bench.round()
    assert len(bench.sync.ledger.letters()) == 1
    bench.cro.rejects = ()
    bench.cro.put(KIND, here, enrolled=7)
    bench.round()
    assert bench.sync.ledger.letters() == []


def test_a_write_that_was_refused_is_sent_as_the_record_is_when_it_is_replayed(bench):
    _, here, there = begun(bench, policy=Policy.OWNER_WINS)
    bench.sponsor.faults = [RejectedError("no")]
    bench.cro.put(KIND, here, enrolled=6)
    bench.round()
    bench.cro.remove(KIND, here)
    bench.round()
    [letter] = bench.sync.ledger.letters()
    assert again(bench.sync, letter)
    assert bench.sponsor.rows[KIND, there].deleted
    assert bench.sync.ledger.letters() == []
