"""Documents in a vault: filed in versions, in parts where they are large, moved on; its audit trail."""

import io
import json
from datetime import timedelta

import pytest

from hub.connectors.veeva import staging
from hub.connectors.veeva.config import read_config
from hub.connectors.veeva.system import VeevaSystem
from hub.domain.errors import RejectedError, RetryableError
from tests.connectors import faults
from tests.connectors.contract import drained
from tests.connectors.filing_contract import FilingContract, paper
from tests.connectors.http_contract import NOW
from tests.connectors.openapi import vendor
from tests.connectors.peer import BEGAN, running
from tests.connectors.test_veeva import CONTRACT
from tests.connectors.test_veeva_contract import YAML
from tests.connectors.vendors.veeva import second
from tests.connectors.vendors.veeva_documents import DocumentVault

FILING = """
  document:
filing:
  lifecycle: TMF Lifecycle
  artifacts: {01.01.07: {type: Trial Management, subtype: Trial Oversight, classification: Communication Plan}}
"""


@pytest.fixture
def server():
    with running(DocumentVault()) as vault:
        yield vault


@pytest.fixture
def vaults(server, monkeypatch):
    monkeypatch.setenv("VAULT_PASSWORD", server.password)
    made = []

    def build(more="", slept=None):
        text = YAML.replace("ADDRESS", server.address).replace("0.4", "20") + FILING + more
        made.append(VeevaSystem(read_config(text), lambda: NOW, sleep=(slept or []).append))
        return made[-1]

    yield build
    for one in made:
        one.close()


@pytest.fixture
def opened(vaults):
    return lambda: vaults().filing


@pytest.fixture
def kept(server):
    def of(key):
        found = [versions for versions in server.documents.values() if versions[0].get("external_id__v") == key]
        assert len(found) < 2
        return [one["content"] for versions in found for one in versions]

    return of


class TestVeevaFiling(FilingContract):
    pass


def file(filing, content, **fields):
    return filing.file(paper(content, **fields), io.BytesIO(content))


def test_an_artifact_that_the_file_does_not_name_is_set_aside(opened, server):
    with pytest.raises(RejectedError, match=r"artifact 05\.02\.01 is not among filing\.artifacts"):
        file(opened(), b"one", artifact="05.02.01")
    assert server.documents == {}


def test_a_filed_version_is_moved_on_in_its_lifecycle_once(vaults, server):
    filing = vaults("  action: approve__c\n").filing
    assert file(filing, b"one").version == "1.0"
    assert file(filing, b"one").version == "1.0"
    assert file(filing, b"two").version == "2.0"
    [versions] = server.documents.values()
    assert [one["status__v"] for one in versions] == ["Approved", "Approved"]


@pytest.fixture
def large(monkeypatch, vaults):
    """A file of two and a half parts, of a size that tests can bear."""
    monkeypatch.setattr(staging, "PART", 1000)
    monkeypatch.setattr(staging.stage, "__kwdefaults__", {**staging.stage.__kwdefaults__, "part": 1000})
    content = bytes(range(250)) * 10

    def build(slept=None):
        filing = vaults("  large_mib: 1\n", slept).filing
        object.__setattr__(filing._filing, "large_mib", 0)
        return filing

    return build, content


def test_a_large_file_goes_in_parts_and_is_taken_up_where_it_was_cut_off(large, server, kept):
    build, content = large
    server.fail("write", faults.status(500), after=2)  # after the session and the first part
    with pytest.raises(RetryableError):
        file(build(), content)
    assert [upload["uploaded_parts"] for upload in server.uploads.values()] == [1]
    filed = file(build(), content)
    assert kept("hub-7") == [content]
    parts = [a for a in server.asked if a.method == "PUT" and "upload" in a.path]
    assert [a.headers["x-vaultapi-filepartnumber"] for a in parts] == ["1", "2", "2", "3"]
    assert file(build(), content) == type(filed)(filed.external_id, filed.version, new=False)


def test_a_job_is_asked_for_no_more_than_once_in_ten_seconds_and_taken_up_later(large, server, kept):
    build, content = large
    server.job_takes = 7
    slept = []
    with pytest.raises(RetryableError) as caught:
        file(build(slept := [0.0]), content)
    assert slept[1:] == [10.0] * 6
    assert caught.value.retry_after_s == 10
    file(build(), content)
    assert kept("hub-7") == [content]
    assert len([a for a in server.asked if a.path.endswith("file_staging/upload") and a.method == "POST"]) == 1


def test_documents_are_read_with_their_version_and_binders_are_left_alone(vaults, server):
    vault = vaults()
    file(vault.filing, b"one")
    file(vault.filing, b"two")
    server.documents[900] = [{**server.documents[700][0], "id": 900, "binder__v": True}]
    changes, rejects, _ = drained(vault, "document")
    assert not rejects
    [change] = changes
    assert change.external_id == "700"
    assert {name: change.fields[name] for name in ("title", "version", "status")} == {
        "title": "Communication plan",
        "version": "0.2",
        "status": "draft",
    }


def test_every_request_for_documents_is_one_of_the_vendors_contract(vaults, server, large):
    build, content = large
    file(build(), content)
    vault = vaults()
    filed = file(vault.filing, b"two")
    vault.filing.fetch(filed, io.BytesIO())
    list(vault.trail.entries("login", NOW - timedelta(days=1), NOW))
    drained(vault, "document")
    told = [line for asked in server.asked for line in vendor(CONTRACT).problems(asked)]
    assert told == []


def test_the_audit_trail_is_paged_and_told_as_the_vault_words_it(vaults, server):
    server.trail = [
        {"id": str(n), "timestamp": second(BEGAN + timedelta(hours=n)), "user_name": "a@b.example", "action": "Edit"}
        for n in range(7)
    ]
    server.most = 3
    trail = vaults().trail
    entries = list(trail.entries("object", BEGAN + timedelta(hours=1), NOW))
    assert [one["id"] for one in entries] == ["1", "2", "3", "4", "5", "6"]
    assert len(list(trail.of_record("documents", "700", BEGAN, NOW))) == 7
    with pytest.raises(RejectedError, match="for 30 days"):
        list(trail.entries("object", NOW - timedelta(days=31), NOW))
    with pytest.raises(RejectedError):
        list(trail.entries("castle", BEGAN, NOW))
    assert json.dumps(entries)


def test_signatures_of_documents_are_read_whole_with_their_meaning_and_version(vaults, server):
    def signed(number, hour):
        name = {"id": str(number), "signature_name__sys": "Anna Weber", "signature_meaning__sys": "Approval"}
        of = {"signed_document_major_version__sys": 1, "signed_document_minor_version__sys": 0}
        return {**name, **of, "signature_time__sys": second(BEGAN + timedelta(hours=hour))}

    server.signatures = {"7": [signed(n, n) for n in range(5)], "8": [], "9": [signed(9, 3)]}
    server.most = 2
    trail = vaults().trail
    assert "signature" in trail.kinds
    found = list(trail.entries("signature", BEGAN + timedelta(hours=1), BEGAN + timedelta(hours=4)))
    assert [one["id"] for one in found] == ["1", "2", "3", "9"]
    assert {one["signature_meaning__sys"] for one in found} == {"Approval"}
    long_ago = NOW - timedelta(days=400)
    assert len(list(trail.entries("signature", long_ago, NOW + timedelta(days=1)))) == 6, "signatures have no 30 days"
    server.signatures["8"] = [{"id": "8"}]
    with pytest.raises(RetryableError, match="without its time"):
        list(trail.entries("signature", BEGAN, NOW))
