"""The FHIR connector with a server of others: each kind made once, read back, edited, a stale edit refused, deleted."""

import pytest

from hub.connectors.fhir.config import read_config
from hub.connectors.fhir.mapping import WAYS, lost
from hub.connectors.fhir.system import FhirSystem
from hub.domain.changes import Push
from hub.domain.errors import StaleError
from tests.connectors.contract import drained
from tests.connectors.http_contract import NOW
from tests.connectors.test_fhir import RECORDS
from tests.fhir_server import fhir_can_run, fhir_server
from tests.services import need

pytestmark = pytest.mark.slow
YAML = "connector: fhir\nname: real\nversion: R4\nbase_url: {address}\ntimeout_s: 60\nkinds: {{{kinds}}}\n"
EDITS = {"site": "name", "contact": "name", "subject_status": "status", "document": "title", "decision": "title"}


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    need("a FHIR server", "apt-get install nodejs npm", fhir_can_run())
    with fhir_server(tmp_path_factory.mktemp("fhir")) as served:
        yield served


@pytest.fixture(scope="module")
def fhir(address):
    kinds = ", ".join(f"{kind}: {{write: true}}" for kind in WAYS)
    made = FhirSystem(read_config(YAML.format(address=address, kinds=kinds)), lambda: NOW)
    yield made
    made.close()


@pytest.fixture(scope="module")
def there(fhir):
    """The ids of a study, and of a site of it, which the others refer to."""
    study = made(fhir, "study", placed("study"))
    return {"study_id": study, "site_id": made(fhir, "site", placed("site") | {"study_id": study})}


def placed(kind):
    """The fields of a record that FHIR R4 has a place for."""
    return {name: value for name, value in RECORDS[kind].items() if name not in lost(kind, "R4")}


def made(fhir, kind, fields):
    [known] = {
        fhir.push(Push(kind, None, fields), idempotency_key=f"k-{kind}", precondition=None).external_id
        for _ in range(2)
    }
    return known


def seen(fhir, kind, known):
    changes, rejects, _ = drained(fhir, kind)
    assert not rejects
    return next((one for one in changes if one.external_id == known), None)


@pytest.mark.parametrize("kind", WAYS)
def test_a_record_of_each_kind_lives_there(fhir, there, kind):
    fields = placed(kind) | {name: known for name, known in there.items() if name in RECORDS[kind]}
    known = there["study_id"] if kind == "study" else there["site_id"] if kind == "site" else made(fhir, kind, fields)
    first = seen(fhir, kind, known)
    assert {name: first.fields.get(name) for name in fields} == fields
    name = EDITS.get(kind, "title")
    value = "withdrawn" if name == "status" else f"{fields[name]}, edited"
    edit = Push(kind, known, {name: value})
    fhir.push(edit, idempotency_key=f"e-{kind}", precondition=first.version)
    assert seen(fhir, kind, known).fields[name] == value
    with pytest.raises(StaleError):
        fhir.push(Push(kind, known, {name: fields[name]}), idempotency_key=f"s-{kind}", precondition=first.version)
    if kind in ("study", "site"):
        return
    fhir.push(Push(kind, known, {}, deleted=True), idempotency_key=f"d-{kind}", precondition=None)
    assert seen(fhir, kind, known) is None


def test_check_finds_a_server_that_serves_no_statement(fhir):
    assert all(one.about for one in fhir.check())
