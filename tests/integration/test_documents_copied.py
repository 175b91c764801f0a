"""Approved documents of a vault are filed in a library by `hub connectors copy`: once, with their hash, in the trail."""

import re
from datetime import UTC, datetime

import pytest

from hub.bootstrap import build
from hub.cli.copying import copies
from hub.connectors.copies import load_copies
from hub.domain.jobs import Job
from hub.services.upkeep import COPY as COPY_JOB
from hub.settings import load_settings
from tests.connectors.filing_contract import paper
from tests.connectors.peer import running
from tests.connectors.test_sharepoint import YAML as SHAREPOINT
from tests.connectors.test_veeva_contract import YAML as VEEVA
from tests.connectors.test_veeva_documents import FILING
from tests.connectors.vendors.graph_drives import DriveServer
from tests.connectors.vendors.veeva_documents import DocumentVault


@pytest.fixture
def both(home, monkeypatch):
    with running(DocumentVault()) as vault, running(DriveServer()) as drive:
        vault.now = datetime.now(UTC).replace(microsecond=0)  # what it deleted is told for thirty days
        (home / "systems").mkdir(parents=True)
        told = VEEVA.replace("ADDRESS", vault.address).replace("0.4", "20") + FILING
        (home / "systems" / "vault.yaml").write_text(told)
        (home / "systems" / "portal.yaml").write_text(SHAREPOINT.replace("ADDRESS", drive.address))
        monkeypatch.setenv("VAULT_PASSWORD", vault.password)
        monkeypatch.setenv("GRAPH_SECRET", drive.secret)
        yield vault, drive


def put(vault, content, *, approved):
    """A document of the vault, as its users make it."""
    known = vault._made({"name__v": f"Plan {len(vault.documents)}.pdf"}, content)
    if approved:
        vault.documents[known][-1] |= {
            "major_version_number__v": 1,
            "minor_version_number__v": 0,
            "status__v": "Approved",
        }
    return known


def test_what_is_approved_is_copied_once_and_what_is_held_is_tried_again(both, hub):
    vault, drive = both
    plan, _draft = put(vault, b"plan", approved=True), put(vault, b"draft", approved=False)
    first = hub("connectors", "copy", "vault", "portal")
    assert first.stdout == "1 filed, 0 there already, 0 refused\n", first.stderr
    assert drive.kept(f"vault-{plan}") == [b"plan"]
    [item] = drive.items.values()
    item.held_by = "anna"
    vault._add(plan, vault._plain(vault.documents[plan][-1]), b"plan two", (2, 0))
    held = hub("connectors", "copy", "vault", "portal")
    assert (held.returncode, held.stdout) == (3, "0 filed, 0 there already, 1 refused\n"), held.stderr
    assert "is checked out" in held.stderr
    item.held_by = ""
    assert hub("connectors", "copy", "vault", "portal").stdout.startswith("1 filed")
    assert drive.kept(f"vault-{plan}") == [b"plan", b"plan two"]
    trail = hub("audit", "export").stdout
    assert len(re.findall(f"copied from vault: {plan} version", trail)) == 2
    assert paper(b"plan two").sha256 in trail
    wrong = hub("connectors", "copy", "vault", "nowhere")
    assert (wrong.returncode, "keeps documents" in wrong.stderr) == (2, True)


COPY = "name: vault-to-portal\nsource: vault\ntarget: portal\nevery_s: 60\n"


def test_a_worker_and_a_job_copy_what_a_file_names_and_file_nothing_twice(both, home):
    vault, drive = both
    plan = put(vault, b"plan", approved=True)
    (home / "copies").mkdir()
    (home / "copies" / "vault.yaml").write_text(COPY)
    hub = build(load_settings())
    [task] = copies(hub)
    assert task.name == "copy.vault-to-portal"
    assert task.step() > 0
    assert drive.kept(f"vault-{plan}") == [b"plan"]
    [item] = drive.items.values()
    item.held_by = "anna"
    vault._add(plan, vault._plain(vault.documents[plan][-1]), b"plan two", (2, 0))
    task.step()
    assert drive.kept(f"vault-{plan}") == [b"plan"], "it is not due yet"
    job = Job("j", COPY_JOB, "u", {}, hub.clock())
    came = hub.job_kinds[COPY_JOB](job, lambda _done, _note: None)
    assert came["copied"] == {"vault-to-portal": {"filed": 0, "there": 0}}
    assert [("checked out" in line, line.startswith("vault-to-portal: ")) for line in came["refused"]] == [(True, True)]
    item.held_by = ""
    again = hub.job_kinds[COPY_JOB](job, lambda _done, _note: None)
    assert (again["copied"], again["refused"]) == ({"vault-to-portal": {"filed": 1, "there": 0}}, [])
    assert drive.kept(f"vault-{plan}") == [b"plan", b"plan two"]
    hub.close()


@pytest.mark.parametrize(
    ("text", "why"), [(COPY.replace("portal\n", "vault\n"), "one system"), (COPY.replace("60", "5"), "every_s")]
)
def test_a_file_that_names_no_copy_is_refused_with_its_name(tmp_path, text, why):
    (tmp_path / "wrong.yaml").write_text(text)
    assert re.search(f"wrong.yaml.*{why}", load_copies(tmp_path).wrong["wrong.yaml"])
