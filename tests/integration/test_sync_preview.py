"""What an agreement would do, told before anything is written, and what then happens as told."""

import pytest

from hub.domain.agreements import FieldRule, Policy
from hub.domain.errors import RetryableError
from hub.services.sync import agreeing
from hub.services.sync.preview import preview
from hub.settings import load_settings
from tests.integration.test_sync_flow import Bench


@pytest.fixture
def bench(home):
    made = Bench(load_settings(home=home))
    made.seed()
    made.cro.put("study", "st2", protocol_number="P-2", title="Two", status="active")
    made.sponsor.put("study", "S8", protocol_number="P-2", title="Second", status="completed", sponsor="Halden")
    yield made
    made.hub.close()


def looked(bench, **told):
    """Propose and accept an agreement without starting it, and return what it would do."""
    agreement = bench.agree(start=False, **told)
    with bench.hub.trial() as trial:
        return preview(trial, agreement, gates=bench.sync.gates, patience_s=0.5)


def test_each_difference_is_named_with_what_would_become_of_it(bench):
    report = looked(bench, fields={"status": FieldRule("sponsor", Policy.OWNER_WINS)})
    told = {(one.system, one.record_id, one.field): (one.hub, one.theirs, one.cause) for one in report.differences}
    assert told == {
        ("sponsor", "cro st2, sponsor S8", "title"): ("Two", "Second", "would wait for review: cro owns it"),
        ("cro", "cro st2, sponsor S8", "status"): ("completed", "active", "would be overwritten: sponsor owns it"),
        ("sponsor", "cro st2, sponsor S8", "sponsor"): (None, "Halden", "would stay: cro owns it and tells no value"),
        ("cro", "cro c14", "status"): (None, "active", "would stay: sponsor owns it and tells no value"),
        ("sponsor", "cro c14", ""): ("held", None, "would be created in sponsor"),
        ("sponsor", "cro e1", ""): ("held", None, "would be created in sponsor"),
    }
    assert report.unread == ()
    assert report.agreements == ("a@1",)


def test_nothing_is_written_and_the_hub_holds_nothing_of_it(bench):
    before = bench.hub.audit.verify().entries
    looked(bench)
    assert (bench.sponsor.log, bench.cro.log) == ([], [])
    assert bench.sync.ledger.counts()["records"] == 0
    assert bench.sync.ledger.cursor("cro", "site") is None
    assert bench.hub.audit.verify().entries == before + 3, "proposed and accepted twice"


def test_what_was_told_is_what_happens(bench):
    fields = {"status": FieldRule("sponsor", Policy.OWNER_WINS)}
    told = looked(bench, fields=fields)
    agreeing.move(bench.sync, "a", step="start", person="Ben")
    bench.round()
    created = [one for one in told.differences if one.cause.startswith("would be created")]
    assert len([1 for _, external, _ in bench.sponsor.log if external not in ("S8", "S9")]) == len(created)
    assert bench.cro.rows["study", "st2"].fields["status"] == "completed"
    assert bench.sponsor.rows["study", "S8"].fields["title"] == "Second"
    assert [dispute.field for dispute in bench.sync.ledger.disputes(state="open")] == ["title"]


def test_a_system_that_is_away_and_what_cannot_be_read_are_named(bench):
    ask = bench.cro.pull

    def away(kind, cursor):
        if kind == "study":
            return ask(kind, cursor)
        raise RetryableError("cro does not answer")

    bench.cro.pull = away
    report = looked(bench)
    assert [line for line in report.unread if "does not answer" in line]


def test_what_would_be_set_aside_is_named(bench):
    bench.cro.put("site", "c15", study_id="st1", number="015", name="Linz", country="AT", status="open?")
    report = looked(bench)
    [line] = [line for line in report.unread if "c15" in line]
    assert "would be set aside: status" in line
