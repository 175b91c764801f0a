"""Approved documents of a vault are filed in a library by `hub connectors copy`: once, with their hash, in the trail."""

import re
from datetime import UTC, datetime

import pytest

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
