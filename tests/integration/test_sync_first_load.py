"""Two systems that hold the same records, and differ, meet for the first time."""

import pytest

from hub.domain.agreements import Policy
from hub.domain.changes import Reject
from hub.services.sync import agreeing
from hub.services.sync.letters import discard
from hub.services.sync.steps import deliver_some, pull, relay_once
from hub.services.sync.worker import joined
from tests.integration.test_sync_flow import KINDS


@pytest.mark.parametrize("first", ["sponsor", "cro"])
@pytest.mark.parametrize(
    ("policy", "state", "there"), [(Policy.REVIEW, "open", "Eins"), (Policy.OWNER_WINS, "refused", "One")]
)
def test_who_is_read_first_does_not_say_whose_value_stands(bench, first, policy, state, there):
    bench.cro.put("study", "st1", protocol_number="P-1", title="One", status="active")
    bench.sponsor.put("study", "S9", protocol_number="P-1", title="Eins", status="active")
    bench.agree(policy=policy)
    for name in sorted(bench.sync.systems, key=lambda name: name != first):
        pull(bench.sync, bench.sync.systems[name], "study")
    bench.round()
    lost = bench.dispute(state)
    assert (lost.system, lost.field, lost.ours, lost.theirs) == ("sponsor", "title", "One", "Eins")
    assert (bench.sponsor.only("study")["title"], bench.cro.only("study")["title"]) == (there, "One")
    bench.settle(lost.id, take=True)
    bench.round()
    assert (bench.sponsor.only("study")["title"], bench.cro.only("study")["title"]) == ("Eins", "Eins")
    assert bench.hub.audit.verify().whole


def test_nothing_is_made_in_a_system_that_has_not_been_read_to_its_end(bench):
    bench.cro.put("study", "st1", protocol_number="P-1", title="One", status="active")
    bench.sponsor.put("study", "S9", protocol_number="P-1", title="One", status="active")
    bench.agree()
    sponsor, cro = bench.sync.systems["sponsor"], bench.sync.systems["cro"]
    consumer = joined(bench.sync, "deliver.sponsor")

    def delivered() -> int:
        relay_once(bench.sync)
        return deliver_some(bench.sync, sponsor, consumer, wait_s=0.05)

    pull(bench.sync, cro, "study")
    assert delivered() == 0, "as a worker may that is quicker with one system than with the other"
    for kind in KINDS:
        pull(bench.sync, sponsor, kind)
    assert delivered()
    assert bench.sponsor.log == []
    bench.round()
    assert bench.sponsor.only("study")["title"] == "One"
    agreeing.move(bench.sync, "a", step="pause", person="Ben")
    agreeing.move(bench.sync, "a", step="resume", person="Ben")
    assert bench.sync.unread("sponsor") == set(KINDS)
    bench.round()
    assert bench.sync.unread("sponsor") == set()
    agreeing.backfill(bench.sync, "a", since=None, person="Anna")
    assert bench.sync.unread("sponsor") == set(), "what has been read once is known"
    consumer.close()


@pytest.mark.parametrize("how", ["corrected", "discarded"])
def test_what_was_set_aside_at_the_other_side_is_not_made_there_again(bench, how):
    bench.cro.put("study", "st1", protocol_number="P-1", title="One", status="active")
    bench.cro.put("site", "c14", study_id="st1", number="014", name="Graz", country="AT", status="active")
    bench.sponsor.put("study", "S9", protocol_number="P-1", title="One", status="active")
    bench.sponsor.put("site", "S14", study_id="S9", number="014", name="Graz", country="AT", status="open?")
    bench.agree()
    bench.round()
    assert bench.sponsor.log == []
    [letter] = bench.sync.ledger.letters()
    [waits] = bench.sync.ledger.letters(state="waiting")
    assert (letter.where, waits.stage) == ("S14", "deliver")
    assert f"S14 with the same study_id, number, which was set aside ({letter.id})" in waits.reason
    if how == "corrected":
        bench.sponsor.put("site", "S14", status="active")
    else:
        ledger, options = bench.sync.ledger, {"clock": bench.sync.clock, "new_id": bench.sync.new_id}
        discard(ledger, [letter], person="Anna", why="another hospital", **options)
    bench.round()
    bench.round()
    made = [external for kind, external, _ in bench.sponsor.log if kind == "site"]
    assert len(made) == (how == "discarded")
    assert bench.sync.ledger.letters(state="waiting") == []


@pytest.mark.parametrize("key", [{"study_id": "S9", "number": "014"}, {"number": "014"}], ids=["whole", "in part"])
def test_an_item_that_could_not_be_read_is_not_made_there_again_once_its_key_was(bench, key):
    bench.cro.put("study", "st1", protocol_number="P-1")
    bench.cro.put("site", "c14", study_id="st1", number="014", name="Graz")
    bench.cro.put("site", "c15", study_id="st1", number="015", name="Linz")
    bench.sponsor.put("study", "S9", protocol_number="P-1")
    bench.sponsor.rejects = (Reject("site", "item 1", "state: code '?' is not in the list", b"{}", "S14", key),)
    bench.agree()
    bench.round()
    assert [row.fields["number"] for (kind, _), row in bench.sponsor.rows.items() if kind == "site"] == ["015"]
    [waits] = bench.sync.ledger.letters(state="waiting")
    assert "has item 1 with the same" in waits.reason
    bench.sponsor.rejects = ()
    bench.sponsor.put("site", "S14", study_id="S9", number="014", name="Graz")
    bench.round()
    bench.round()
    assert bench.sync.ledger.letters(state="waiting") == []
    assert len(bench.sponsor.log) == 1, "only the other one was made"


def test_an_edit_that_cannot_be_read_of_a_known_record_holds_up_no_other(bench):
    bench.cro.put("study", "st1", protocol_number="P-1")
    bench.cro.put("site", "c14", study_id="st1", number="014")
    bench.agree()
    bench.round()
    [known] = [its for kind, its in bench.sponsor.rows if kind == "site"]
    bench.sponsor.rejects = (Reject("site", "item 1", "state: code", b"{}", known, {"study_id": "SP-1"}),)
    bench.cro.put("site", "c15", study_id="st1", number="015")
    bench.round()
    assert len([its for kind, its in bench.sponsor.rows if kind == "site"]) == 2
