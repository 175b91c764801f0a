"""Real workbooks, harmless and harmful."""

import io
import zipfile
from datetime import datetime

import openpyxl
import pytest

from hub.connectors.tried import Tried
from hub.connectors.troubles import Advice
from tests.contract.files.kit import SITE, everything, ids, put

WORKBOOK = SITE | {
    "files": "*.xlsx",
    "format": "xlsx",
    "fields": SITE["fields"] | {"activated_on": {"column": "Activated", "type": "date"}},
}


def workbook(*rows, title="Sites", skip=()) -> bytes:
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


XLSX_HEAD = ("Site No", "Name", "Target", "Activated")


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_a_workbook_is_read_by_its_values(inbox, opened):
    rows = [(104, "Köln", 3, datetime(2026, 3, 5)), (None, None, None, None), ("0105", "B", 2.5, None), (106,)]  # noqa: DTZ001 - XLSX has no zone
    put(inbox, "a.xlsx", workbook(XLSX_HEAD, *rows))
    changes, rejects, _ = everything(opened(WORKBOOK))
    assert [dict(change.fields) for change in changes] == [
        {"number": "104", "name": "Köln", "target": 3, "activated_on": "2026-03-05"},
        {"number": "106", "name": None, "target": None, "activated_on": None},
    ]
    assert [(reject.where, reject.external_id) for reject in rejects] == [("a.xlsx:Sites row 4", "0105")]
    assert b"0105" in rejects[0].raw


def test_a_formula_gives_its_kept_result_and_without_one_its_row_is_set_aside(inbox, opened):
    parts = parts_of(workbook(XLSX_HEAD, (1, "A", "=1+1", None), (2, "B", "=2+2", None), (3, "C", "#REF!", None)))
    sheet = parts["xl/worksheets/sheet1.xml"]
    assert b"<f>1+1</f><v></v>" in sheet or b"<f>1+1</f><v />" in sheet
    for empty in (b"<f>1+1</f><v></v>", b"<f>1+1</f><v />"):
        sheet = sheet.replace(empty, b"<f>1+1</f><v>2</v>")
    put(inbox, "a.xlsx", zipped(parts | {"xl/worksheets/sheet1.xml": sheet}))
    changes, rejects, _ = everything(opened(WORKBOOK))
    assert [(change.external_id, change.fields["target"]) for change in changes] == [("1", 2)]
    assert ["formula" in rejects[0].reason, "#REF!" in rejects[1].reason] == [True, True]


def test_a_sheet_is_taken_by_name_and_a_missing_one_sets_the_file_aside(inbox, opened):
    put(inbox, "a.xlsx", workbook(XLSX_HEAD, (1, "A", 1), title="Other"))
    assert "no sheet 'Sites'" in everything(opened(WORKBOOK | {"sheet": "Sites"}))[1][0].reason
    assert len(everything(opened(WORKBOOK | {"sheet": "Other"}))[0]) == 1


BOMB = b"<?xml version='1.0'?><!DOCTYPE s [<!ENTITY a 'aaaa'>]><sst>&a;</sst>"


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"xl/sharedStrings.xml": BOMB}, "document type"),
        ({"xl/workbook.xml": BOMB.decode().encode("utf-16")}, "document type"),
        ({"xl/extra.xml": b"<a>" + b" " * 3 * 1024**2 + b"</a>"}, "unpacks to more than 2 MiB"),
        ({"xl/workbook.xml": b"no xml at all"}, "no XML"),
        ({"xl/workbook.xml": b"<workbook/>"}, "XLSX|sheet"),
    ],
)
def test_a_workbook_made_to_do_harm_is_set_aside_before_it_is_opened(inbox, opened, parts, reason):
    put(inbox, "a.xlsx", zipped(parts_of(workbook(XLSX_HEAD)) | parts))
    put(inbox, "b.xlsx", workbook(XLSX_HEAD, (1, "A", 1)))
    changes, rejects, _ = everything(opened(WORKBOOK, max_unpacked_mib=2))
    assert ids(changes) == ["1"]
    assert len(rejects) == 1
    assert any(part in rejects[0].reason for part in reason.split("|"))


def test_a_row_number_beyond_any_sheet_ends_the_file_not_the_hub(inbox, opened):
    parts = parts_of(workbook(XLSX_HEAD, (1, "A", 1), (2, "B", 2)))
    sheet = parts["xl/worksheets/sheet1.xml"].replace(b'<row r="3"', b'<row r="99999999999"')
    put(inbox, "a.xlsx", zipped(parts | {"xl/worksheets/sheet1.xml": sheet}))
    changes, rejects, cursor = everything(opened(WORKBOOK))
    assert ids(changes) == ["1"]
    assert "more than a sheet can have (after row 1)" in rejects[0].reason
    assert everything(opened(WORKBOOK), cursor)[:2] == ([], [])


def test_a_damaged_or_locked_workbook_is_set_aside_whole(inbox, opened):
    whole = workbook(XLSX_HEAD, *[(n, "A", n) for n in range(500)])
    put(inbox, "a.xlsx", whole[: len(whole) // 2])
    middle = whole.index(b"xl/worksheets/sheet1.xml") + 200
    put(
        inbox,
        "b.xlsx",
        whole[:middle] + bytes(byte ^ 0xFF for byte in whole[middle : middle + 9]) + whole[middle + 9 :],
    )
    put(inbox, "c.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    changes, rejects, _ = everything(opened(WORKBOOK))
    assert changes == []
    assert [reject.where for reject in rejects] == ["a.xlsx", "b.xlsx", "c.xlsx"]


@pytest.mark.parametrize(
    ("name", "content", "there"),
    [
        ("sites_1.csv", "Site Number;Name;Region\n1;Graz;S\n", ["Name", "Region", "Site Number"]),
        ("sites_1.xlsx", workbook(("Site Number", "Name", None, "Region"), (1, "Graz", None, "S")), None),
        ("sites_1.jsonl", '{"Site Number": 1, "Name": "Graz"}\n7\n{"Region": "S"}\n', None),
        ("sites_1.jsonl", "{", []),
    ],
)
def test_what_a_file_calls_its_columns_is_shown_though_the_yaml_has_others(inbox, opened, name, content, there):
    put(inbox, name, content)
    form = name.rpartition(".")[2]
    for full in (False, True):
        source = opened({**SITE, "files": "sites_*", "format": form}, full_export=full)
        told = Tried(source, source.kinds, Advice(), named=source.named).discover()
        assert told["there"]["site"] == (["Name", "Region", "Site Number"] if there is None else there)
    (inbox / name).unlink()
    assert opened({**SITE, "format": form}).named("site") == set()
