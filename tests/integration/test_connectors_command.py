"""`hub connectors` against a vault: what is wrong in words, what there is, ten records, its audit trail."""

import json
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.bootstrap import build
from hub.cli.connections import run_connections
from hub.services.sync.worker import tasks
from hub.settings import load_settings
from tests.connectors.peer import running
from tests.connectors.test_veeva_contract import YAML
from tests.connectors.vendors.veeva import second
from tests.connectors.vendors.veeva_documents import DocumentVault

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def vault(home, monkeypatch):
    with running(DocumentVault()) as served:
        (home / "systems").mkdir(parents=True)
        text = YAML.replace("ADDRESS", served.address).replace("0.4", "20").replace("page_size: 3", "page_size: 50")
        (home / "systems" / "vault.yaml").write_text(text)
        monkeypatch.setenv("VAULT_PASSWORD", served.password)
        yield served


def test_a_vault_is_looked_at_without_writing(vault, hub):
    vault.others["study__v"] = [{"id": "V1", "name__v": "HX-204"}]
    for number in range(12):
        vault.enter(f"do {number}")
    checked = hub("connectors", "check", "vault")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "vault: sign-in: vault 1776 as hub@sponsor.example" in checked.stdout
    found = json.loads(hub("connectors", "discover", "vault").stdout)
    assert found["studies"] == ["HX-204"]
    assert found["capabilities"]["writable"] == ["action_item"]
    shown = json.loads(hub("connectors", "sample", "vault", "action_item").stdout)
    assert [one["fields"]["title"] for one in shown["records"]] == [f"do {number}" for number in range(10)]
    assert vault.taken == []


def test_the_benchmark_reads_all_that_it_serves():
    command = [sys.executable, ROOT / "bench" / "connectors.py", "--objects", "2500", "--only", "veeva"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert "| veeva | 2,500 |" in done.stdout


def test_the_connectors_that_there_are_are_listed(hub):
    listed = {one["name"]: one for one in json.loads(hub("connectors", "list", "--available", "--json").stdout)}
    assert {"veeva", "ems", "sharepoint", "rest", "files"} <= set(listed)
    assert "veeva: Veeva Vault" in hub("connectors", "list", "--available").stdout


def test_a_wrong_password_and_a_missing_field_are_told(vault, hub):
    wrong = hub("connectors", "check", "vault", VAULT_PASSWORD="hunter2")  # noqa: S106  # a wrong one
    assert wrong.returncode == 1
    assert "user name or password is wrong" in wrong.stdout
    assert "hunter2" not in wrong.stdout + wrong.stderr
    vault.fields.pop("name__v")
    told = hub("connectors", "check")
    assert told.returncode == 1
    assert "action_item__c has no field name__v, which title is read from" in told.stdout


def test_a_file_that_is_wrong_is_told_and_the_other_systems_go_on(vault, hub, home, capsys):
    vault.enter("do it")
    folder = home / "systems"
    (folder / "another.yaml").write_text((folder / "vault.yaml").read_text())
    (folder / "ctms.yaml").write_text("connector: siebel\nname: ctms\nstudies: [unclosed\n")
    (folder / "odd.yaml").write_text("connector: teletype\nname: odd\n")
    told = hub("connectors", "check")
    assert told.returncode == 1
    assert "ctms.yaml: not readable as YAML" in told.stdout
    assert "odd.yaml: connector: 'teletype' is none of files" in told.stdout
    assert "vault.yaml: another file connects vault already" in told.stdout
    assert "vault: sign-in: vault 1776" in told.stdout
    assert "vault: action_item (action_item__c): is read" in told.stdout
    alone = hub("connectors", "check", "ctms")
    assert (alone.returncode, "ctms.yaml: not readable as YAML" in alone.stderr) == (2, True)
    assert "not readable: ctms.yaml, odd.yaml" in hub("connectors", "sample", "nobody", "site").stderr
    status = hub("sync", "status")
    assert (status.returncode, "system vault: breaker closed" in status.stdout) == (0, True)
    assert "system of odd.yaml: not connected" in status.stdout
    with closing(build(load_settings(home=home))) as whole:
        assert {"pull.vault", "deliver.vault"} <= {task.name for task in tasks(whole.sync)}
        assert sorted(whole.unconnected) == ["ctms.yaml", "odd.yaml", "vault.yaml"]
        found = {one.name: one.good for one in run_connections(whole)}
    assert (found["System of odd.yaml"], found["System vault, sign-in"]) == (False, True)
    assert "system_not_connected" in capsys.readouterr().out


def test_the_vaults_audit_trail_is_printed(vault, hub):
    at = datetime.now(UTC) - timedelta(days=2)
    vault.trail = [{"id": "7", "timestamp": second(at), "user_name": "a@b.example", "action": "Edit"}]
    told = hub("connectors", "trail", "vault", "--since", (at - timedelta(days=1)).date().isoformat())
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)["user_name"] == "a@b.example"
    assert hub("connectors", "trail", "vault", "--since", "last year").returncode == 2
    assert hub("connectors", "trail", "vault", "--since", "2026-01-01", "--kind", "castle").returncode == 2
