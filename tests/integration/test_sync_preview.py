"""What an agreement would do, told before anything is written, and what then happens as told."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from hub.connectors.agreement_file import read
from hub.domain.agreements import FieldRule, Policy
from hub.domain.errors import RetryableError
from hub.services.sync import agreeing
from hub.services.sync.preview import preview
from hub.settings import load_settings
from hub.web.partners.serving import FOLDER, partners
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


def test_the_commands_say_what_would_happen_and_what_is_still_to_be_read(tmp_path, home, monkeypatch):
    with partners(tmp_path, clock=lambda: datetime.now(UTC)) as both:
        systems = home / "systems"
        systems.mkdir(parents=True)
        for partner, name in zip(both, ("HUB_DEMO_SPONSOR_KEY", "HUB_DEMO_CRO_SECRET"), strict=True):
            monkeypatch.setenv(name, partner.secret)
            (systems / f"{partner.profile.prefix}.yaml").write_text(partner.yaml)
        sponsor, cro = both
        sponsor.enter("studies", protocolId="LUMEN-3", studyTitle="Lumen", trialPhase="PHASE3", state="ONGOING")
        study = cro.enter("protocols", protocol_no="LUMEN-3", short_title="Lumen three", phase="3", stat="A")
        cro.enter("centres", protocol=study, centre_no="001", centre_name="one", ctry="DE", stat="A")

        def hub(*words: str) -> subprocess.CompletedProcess[str]:
            command = [sys.executable, "-m", "hub.cli", "sync", *words]
            env = {**os.environ, "HUB_HOME": str(home)}
            return subprocess.run(command, env=env, capture_output=True, text=True, check=False)

        agreement = read(FOLDER / "agreement.yaml")
        assert hub("agreements", "propose", str(FOLDER / "agreement.yaml"), "--by", "Anna").returncode == 0
        for party in agreement.parties:
            assert hub("agreements", "accept", agreement.id, "--party", party, "--by", "Ben").returncode == 0
        seen = hub("preview", agreement.id)
        assert seen.returncode == 3, seen.stderr
        assert "would be created in sponsor-ctms" in seen.stdout
        assert "Lumen three" in seen.stdout
        page = tmp_path / "preview.html"
        assert hub("preview", agreement.id, "--format", "html", "--out", str(page)).returncode == 3
        assert "would be created in sponsor-ctms" in page.read_text()
        assert hub("preview", "nobody").returncode == 2
        assert hub("agreements", "move", agreement.id, "start", "--by", "Ben").returncode == 0
        assert "is written to once it has been read for" in hub("status").stdout
        assert hub("run").returncode == 0
        assert "is written to once" not in hub("status").stdout
        assert json.loads(hub("status", "--json").stdout)["unread"] == {}
