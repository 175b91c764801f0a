"""CDISC's formats: examples of CDISC read, ours valid by its schemas, mangled documents, a partner over HTTP and by folder."""

import json
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import ClassVar

import pytest
import yaml
from lxml import etree

from hub.connectors.files.config import read_config as read_files
from hub.connectors.files.places import FolderPlace
from hub.connectors.files.source import FileSource
from hub.connectors.odm import dataset_json
from hub.connectors.odm.config import read_config
from hub.connectors.odm.items import READERS
from hub.connectors.odm.rows import items
from hub.connectors.odm.system import OdmSystem, opened
from hub.connectors.odm.writing import Told, document, problems
from hub.domain.changes import Capabilities, Push
from hub.domain.errors import FatalError, RejectedError, RetryableError, UsageError
from hub.domain.records.checks import check
from tests.connectors import faults, mangled
from tests.connectors.contract import SourceContract, drained
from tests.connectors.openapi import contracts, vendor
from tests.connectors.peer import running
from tests.connectors.vendors.odm import OdmPartner

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
SCHEMAS = {"1.3.2": "odm-1.3.2/ODM1-3-2.xsd", "2.0": "odm-2.0/schema/ODM.xsd"}
YAML = """
connector: odm
name: partner
base_url: {address}
timeout_s: 20
read: {{path: odm, kinds: {{site: {{}}}}}}
"""
PUSHES = {
    "study": ("S-1", {"protocol_number": "AC-1", "title": "A study & more"}),
    "site": ("0101", {"study_id": "S-1", "number": "0101", "name": "Charité <Berlin>", "country": "DE"}),
    "contact": (
        "u1",
        {"study_id": "S-1", "site_id": "0101", "name": "Anna Weber", "email": "a@b.example", "phone": "1"},
    ),
    "subject_status": ("S-1|0007", {"study_id": "S-1", "site_id": "0101", "subject_number": "0007"}),
    "query": ("S-1|0007|q9", {"study_id": "S-1", "site_id": "0101", "text": "Why?", "status": "answered"}),
}


def schema(version: str) -> Path:
    return contracts() / "cdisc-odm" / SCHEMAS[version]


def told(version: str) -> Told:
    return Told(version, "f-1", NOW, "1")


def read(path: Path, kind: str, **more: object) -> FileSource:
    """Return a files source over the folder of *path*, with the mapping that its format brings."""
    rule = {"files": path.name, **more}
    text = yaml.safe_dump({"name": "x", "folder": str(path.parent), "settle_s": 0, "kinds": {kind: rule}})
    return FileSource(read_files(text), FolderPlace(path.parent), clock=lambda: datetime.now(UTC))


class TestReading:
    def test_every_example_of_cdisc_is_read_and_what_it_holds_may_be_kept(self):
        found = 0
        for path in sorted((contracts() / "cdisc-odm" / "examples").glob("*/*.xml")):
            for kind in READERS:
                source = read(path, kind, format="odm")
                changes, rejects, _ = drained(source, kind)
                source.close()
                assert not rejects
                assert not [problem for one in changes for problem in check(kind, one.fields)]
                found += len(changes)
        assert found == 8

    @pytest.mark.parametrize("version", ["1.3.2", "2.0"])
    @pytest.mark.parametrize("kind", PUSHES)
    def test_what_we_write_is_valid_and_read_back_as_it_was(self, version, kind):
        known, fields = PUSHES[kind]
        if (version, kind) == ("1.3.2", "query"):
            with pytest.raises(RejectedError, match="no place"):
                document(told(version), known, Push(kind, known, fields))
            return
        content = document(told(version), known, Push(kind, known, fields))
        assert problems(content, schema(version)) == []
        [(_, item)] = items(BytesIO(content), "odm", kind)
        values = set(item.values())
        lost = {"country"} if version == "1.3.2" else set()
        assert {name for name, value in fields.items() if value not in values and name != "status"} <= lost
        if kind == "query":
            assert item["State"] == "Answered"

    def test_a_subject_that_is_removed_is_gone(self, tmp_path):
        content = document(told("1.3.2"), "S-1|7", Push("subject_status", "S-1|7", {}, deleted=True))
        (tmp_path / "a.xml").write_bytes(content)
        [change] = read(tmp_path / "a.xml", "subject_status", format="odm").pull("subject_status", None).changes
        assert (change.external_id, change.deleted) == ("S-1|7", True)

    def test_a_document_that_is_no_valid_odm_is_told_so(self):
        wrong = problems(b'<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3"/>', schema("1.3.2"))
        assert wrong[0].startswith("line 1: ")
        with pytest.raises(UsageError):
            problems(b"<a/>", Path(__file__))

    def test_mangled_values_are_set_aside_or_kept_and_the_others_come(self, tmp_path):
        good = '<Location OID="{}" Name="{}" LocationType="Site"><MetaDataVersionRef StudyOID="S"/></Location>'
        head = '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3"><AdminData StudyOID="S-1">'
        for name, value in mangled.texts("x"):
            if "\ud800" in value:
                continue
            for one in ((value, "x"), ("x", value)):
                body = head + good.format("A", "a") + good.format(*one) + good.format("B", "b") + "</AdminData></ODM>"
                (tmp_path / "a.xml").write_text(body, encoding="utf-8")
                source = read(tmp_path / "a.xml", "site", format="odm")
                page = source.pull("site", None)
                source.close()
                ids = [change.external_id for change in page.changes]
                assert {"A", "B"} <= set(ids), name
                assert len(page.changes) + len(page.rejects) == 3, name
                assert {change.fields["study_id"] for change in page.changes} == {"S-1"}

    def test_a_file_that_is_no_whole_document_is_set_aside(self, tmp_path):
        true = document(told("1.3.2"), "0101", Push("site", "0101", PUSHES["site"][1]))
        for name, body in mangled.pages(true):
            (tmp_path / "a.xml").write_bytes(body)
            source = read(tmp_path / "a.xml", "site", format="odm")
            page = source.pull("site", None)
            source.close()
            assert len(page.changes) == (name == "utf-16"), name  # which XML tells by itself
            assert len(page.changes) + len(page.rejects) == 1, name


class TestUsdm:
    def test_every_example_study_is_read(self):
        found = {}
        for path in sorted((contracts() / "cdisc-usdm" / "examples").glob("*.json")):
            source = read(path, "study", format="usdm")
            [change] = source.pull("study", None).changes
            source.close()
            assert check("study", change.fields) == []
            found[change.fields["protocol_number"]] = change.fields
        assert found["H2Q-MC-LZZT"].pop("title").startswith("Safety and Efficacy of the Xanomeline Transdermal")
        assert found["H2Q-MC-LZZT"] == {
            "protocol_number": "H2Q-MC-LZZT",
            "phase": "2",
            "indication": "Alzheimer's disease",
            "sponsor": "Eli Lilly",
            "planned_enrolment": 300,
        }
        assert found["I8R-JE-IGBJ"]["phase"] == "3"

    def test_sites_of_a_study_are_read_with_their_country(self):
        source = read(contracts() / "cdisc-usdm" / "examples" / "observational.json", "site", format="usdm")
        changes = source.pull("site", None).changes
        source.close()
        assert [one.fields["number"] for one in changes] == ["SITE_1", "SITE_2", "SITE_3"]
        assert {one.fields["country"] for one in changes} == {"DK"}

    def test_what_is_no_study_is_set_aside(self, tmp_path):
        true = json.dumps({"study": {"id": "s", "versions": [{"titles": []}]}}).encode()
        for name, body in mangled.pages(true):
            (tmp_path / "a.json").write_bytes(body)
            source = read(tmp_path / "a.json", "study", format="usdm")
            page = source.pull("study", None)
            source.close()
            assert len(page.changes) == (name == "utf-16"), name
            assert len(page.changes) + len(page.rejects) == 1, name


class TestDatasetJson:
    columns: ClassVar = {
        "STUDYID": "Study",
        "USUBJID": "Subject",
        "DVSEQ": "Number",
        "DVTERM": "Term",
        "DVSTDTC": "Start",
    }
    rows: ClassVar = [
        {"STUDYID": "S-1", "USUBJID": "S-1-7", "DVSEQ": 1, "DVTERM": "Visit missed", "DVSTDTC": "2026-03-01"},
        {"STUDYID": "S-1", "USUBJID": "S-1-8", "DVSEQ": 1, "DVTERM": "Dose missed", "DVSTDTC": None},
    ]

    def body(self) -> bytes:
        return dataset_json.document("DV", "Protocol Deviations", self.columns, self.rows, made_at=NOW)

    def test_deviations_are_read_back_from_what_was_written(self, tmp_path):
        (tmp_path / "dv.json").write_bytes(self.body())
        changes, rejects, _ = drained(read(tmp_path / "dv.json", "deviation", format="dataset-json"), "deviation")
        assert not rejects
        assert [one.external_id for one in changes] == ["S-1-7|1", "S-1-8|1"]
        assert changes[0].fields["occurred"] == "2026-03-01"
        assert json.loads(self.body())["columns"][2]["dataType"] == "integer"

    def test_json_lines_are_read_and_a_broken_line_is_set_aside(self, tmp_path):
        head = json.loads(self.body())
        rows = head.pop("rows")
        lines = [json.dumps(head), json.dumps(rows[0]), '["cut', json.dumps(rows[1]), "[1]"]
        (tmp_path / "dv.ndjson").write_text("\n".join(lines))
        page = read(tmp_path / "dv.ndjson", "deviation", format="dataset-json").pull("deviation", None)
        assert (len(page.changes), len(page.rejects)) == (2, 2)

    @pytest.mark.parametrize(
        "text",
        [
            '{"columns": [{"name": "a"}], "rows": [[1], ["]"], [null]]}',
            '{ "rows" : [ [1] , [2]\n] ,\r\n"columns":[{"name":"a"}], "x": {"rows": [[9]]} }',
            '{"rows": [[1]], "columns": [{"name": "a"}], "rows": [[2], [3]]}',
            '{"columns": [{"name": "a"}], "rows": [ ]}',
        ],
    )
    def test_rows_are_read_one_by_one_as_they_stand(self, text):
        whole = json.loads(text)["rows"]
        assert [said for _, said in dataset_json.rows(text.encode())] == [{"a": one} for [one] in whole]

    @pytest.mark.parametrize("text", ["[]", "{}", '{"rows": [[1]', '{"rows": [[1]]} x', "{1: 2}", '{"rows": 7}', "7"])
    def test_what_is_none_is_refused(self, text):
        with pytest.raises(RejectedError, match="is no "):
            list(dataset_json.rows(text.encode()))

    def test_what_is_no_dataset_is_set_aside(self, tmp_path):
        for name, body in mangled.pages(self.body()):
            (tmp_path / "dv.json").write_bytes(body)
            source = read(tmp_path / "dv.json", "deviation", format="dataset-json")
            page = source.pull("deviation", None)
            source.close()
            assert not page.changes, name
            assert page.rejects, name


class TestPartner(SourceContract):
    capabilities = Capabilities()
    kind = "site"
    field = "name"

    @pytest.fixture
    def world(self):
        with running(OdmPartner()) as peer:
            yield peer

    @pytest.fixture
    def opened(self, world):
        made = []

        def build():
            made.append(OdmSystem(read_config(YAML.format(address=world.address)), lambda: NOW))
            return made[-1]

        yield build
        for one in made:
            one.close()


@pytest.fixture
def partner():
    with running(OdmPartner()) as peer:
        yield peer


@pytest.fixture
def odm(partner, tmp_path):
    made = OdmSystem(read_config(writing(partner.address, tmp_path, "path: odm")), lambda: NOW)
    yield made
    made.close()


def writing(address: str, kept: Path, way: str, version: str = "2.0") -> str:
    write = f"  version: '{version}'\n  schema: {schema(version)}\n  kept: {kept}\n  {way}\n"
    return YAML.format(address=address) + "write:\n" + write


def push(odm: OdmSystem, kind: str, fields: dict[str, object], known: str | None = None, key: str = "k"):
    return odm.push(Push(kind, known, fields), idempotency_key=key, precondition=None)


def test_a_part_of_a_record_is_sent_as_the_whole_of_it(partner, odm):
    receipt = push(odm, "site", PUSHES["site"][1])
    push(odm, "site", {"name": "Otherwise"}, receipt.external_id, "k2")
    root = etree.fromstring(partner.taken[1][1].encode())
    [site] = root.iter("{*}Location")
    assert (site.get("OID"), site.get("Name")) == ("0101", "Otherwise")
    assert [one.text for one in site.iter("{*}Country")] == ["DE"]


def test_the_same_key_is_sent_once(partner, odm):
    push(odm, "subject_status", PUSHES["subject_status"][1])
    push(odm, "subject_status", PUSHES["subject_status"][1])
    assert len(partner.taken) == 1
    partner.fail("write", faults.applied_then(500))
    with pytest.raises(RetryableError):
        push(odm, "site", PUSHES["site"][1], key="k2")
    push(odm, "site", PUSHES["site"][1], key="k2")
    assert len(partner.taken) == 2


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("site", {"number": "0101", "name": "no study"}),
        ("site", {"study_id": "S-1", "name": "no number"}),
        ("site", {"study_id": "S-1", "number": "1", "name": "x", "status": "active"}),
        ("deviation", {"description": "x"}),
        ("study", {"protocol_number": "bad\x00oid", "title": "x"}),
    ],
)
def test_what_odm_has_no_place_for_is_refused_and_nothing_is_sent(partner, odm, kind, fields):
    with pytest.raises(RejectedError):
        push(odm, kind, fields)
    assert not partner.taken


def test_nothing_leaves_that_is_not_valid(partner, tmp_path):
    text = writing(partner.address, tmp_path, "path: odm", "2.0").replace(SCHEMAS["2.0"], SCHEMAS["1.3.2"])
    made = OdmSystem(read_config(text), lambda: NOW)
    with pytest.raises(RejectedError, match=r"not sent, for it is no valid ODM 2\.0: line \d+: "):
        push(made, "study", PUSHES["study"][1])
    made.close()
    assert not partner.taken


def test_documents_are_put_in_a_folder_whole(partner, tmp_path):
    (tmp_path / "out").mkdir()
    made = OdmSystem(
        read_config(writing(partner.address, tmp_path, f"folder: {tmp_path / 'out'}", "1.3.2")), lambda: NOW
    )
    push(made, "site", PUSHES["site"][1] | {})
    push(made, "site", PUSHES["site"][1] | {})
    made.close()
    [path] = (tmp_path / "out").iterdir()
    assert problems(path.read_bytes(), schema("1.3.2")) == []


@pytest.mark.parametrize("wrong", ["read: null\n", "base_url: null\n", "read: {path: a, kinds: {site: {fields: 7}}}\n"])
def test_a_yaml_with_a_mistake_is_refused_in_one_line(wrong):
    with pytest.raises(UsageError) as caught:
        opened("connector: odm\nname: p\nbase_url: https://a.example\n" + wrong, None)
    assert "\n" not in str(caught.value)


def test_the_examples_of_usdm_fit_the_contract_they_are_read_by():
    contract = vendor("cdisc-usdm/USDM_API.openapi.json")
    for path in (contracts() / "cdisc-usdm" / "examples").glob("*.json"):
        assert contract.schema_problems("Wrapper-Input", json.loads(path.read_text())) == []


def test_check_names_a_schema_and_folders_that_are_not_there_and_nothing_is_sent_without(partner, tmp_path):
    (tmp_path / "kept").mkdir()
    told = yaml.safe_load(writing(partner.address, tmp_path / "kept", "path: odm"))
    told["read"] = {"path": "odm", "kinds": {"site": {}}}
    partner.enter("Graz")
    good = opened(yaml.safe_dump(told), None)
    assert not [one.problem for one in good.inspector.check() if one.problem]
    assert {"LocationType", "OID", "name"} <= set(good.inspector.discover()["there"]["site"])
    good.source.close()
    told["write"] |= {"schema": str(tmp_path / "gone.xsd"), "kept": str(tmp_path / "nowhere")}
    wrong = opened(yaml.safe_dump(told), None)
    problems = {one.about: one.problem for one in wrong.inspector.check() if one.problem}
    assert sorted(problems) == ["write.kept", "write.schema"]
    assert "gone.xsd is no XML schema that can be read; load CDISC's XSD" in problems["write.schema"]
    with pytest.raises(FatalError, match=r"gone\.xsd is no XML schema"):
        wrong.target.push(Push("site", "0101", {**PUSHES["site"][1]}), idempotency_key="k", precondition=None)
    wrong.source.close()
