"""The demo's two partner systems with the hub between them, through both buses."""

from datetime import date
from pathlib import Path

import pytest

from hub.cli.demo_sync import synced
from hub.connectors.agreement_file import read
from hub.domain.meeting import Meeting
from hub.domain.minutes import Action, Evidence, Minutes


@pytest.mark.parametrize("bus", ["sql", "kafka"])
def test_a_figure_an_action_and_a_conflict_go_where_they_belong(bus, request, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("HUB_BUS", bus)
    if bus == "kafka":
        monkeypatch.setenv("HUB_KAFKA_SERVERS", request.getfixturevalue("kafka_servers"))
        monkeypatch.setenv("HUB_KAFKA_SECURITY", "PLAINTEXT")
        monkeypatch.setenv("HUB_KAFKA_REPLICATION", "1")
    for name in ("HUB_DEMO_SPONSOR_KEY", "HUB_DEMO_CRO_SECRET"):
        monkeypatch.setenv(name, "replaced")
    evidence = Evidence(("s1",), "I will send the form by Thursday.")
    action = Action("a1", "Send the form", 0.9, evidence, owner="David Morgan", due=date(2026, 6, 11))
    with synced(tmp_path / "sync", Minutes(Meeting("m1", title="Weekly call"), actions=(action,))) as settings:
        assert settings.home == tmp_path / "sync"
    told = capsys.readouterr().out
    assert "A CRO figure: 41 enrolled, at the sponsor" in told
    assert "“Send the form” (David Morgan)" in told
    assert "A conflict waits for a person: enrolled is 41 here, 45 there" in told
    assert "The audit trail is whole" in told


def test_the_agreement_of_the_documentation_is_read(tmp_path):
    text = (Path(__file__).parents[2] / "docs" / "sync.md").read_text()
    path = tmp_path / "agreement.yaml"
    path.write_text(text.partition("```yaml\n")[2].partition("```")[0])
    agreement = read(path)
    assert [rule.kind for rule in agreement.kinds] == ["enrolment_count", "action_item"]
    assert agreement.studies == ("LUMEN-3",)
