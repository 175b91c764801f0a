"""The files source against real folders, real workbooks and a real SFTP server on loopback."""

import csv
import io
import json
import os
import socket
import tracemalloc
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl
import paramiko
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.connectors.files.config import read_config
from hub.connectors.files.places import FolderPlace
from hub.connectors.files.source import FileSource, open_files
from hub.domain.errors import FatalError, RejectedError, RetryableError, UsageError
from tests.sftp_server import HOST_KEY, USER_KEY, sftp_server

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(hours=1)


class HeldClock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


SITE = {
    "files": "sites_*.csv",
    "format": "csv",
    "id": "Site No",
    "fields": {"number": "Site No", "name": "Name", "target": {"column": "Target", "type": "integer"}},
}


@pytest.fixture
def inbox(tmp_path):
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


@pytest.fixture
def clock():
    return HeldClock()


@pytest.fixture
def opened(inbox, clock):
    sources = []

    def build(site=SITE, **top):
        top = {"folder": str(inbox)} | top
        text = yaml.safe_dump({"name": "acme", "kinds": {"site": site}} | top)
        sources.append(open_files(text, clock=clock, page_rows=1000))
        return sources[-1]

    yield build
    for source in sources:
        source.close()


def put(folder: Path, name: str, content: bytes | str, at: datetime = LONG_AGO) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path


def everything(source, cursor=None, kind="site"):
    changes, rejects = [], []
    for _ in range(1000):
        page = source.pull(kind, cursor)
        assert len(page.changes) + len(page.rejects) <= 1000
        changes += page.changes
        rejects += page.rejects
        cursor = page.cursor
        if not page.more:
            return changes, rejects, cursor
    raise AssertionError("the pages never end")


def ids(changes):
    return [change.external_id for change in changes]


HEAD = "Site No,Name,Target\n"


def test_rows_become_changes_in_canonical_names(inbox, opened):
    put(inbox, "sites_1.csv", HEAD + '104,"Köln, Klinik\nII",12\n105, Lyon ,\n')
    changes, rejects, _ = everything(opened())
    assert [(change.external_id, dict(change.fields)) for change in changes] == [
        ("104", {"number": "104", "name": "Köln, Klinik\nII", "target": 12}),
        ("105", {"number": "105", "name": "Lyon", "target": None}),
    ]
    assert changes[0].raw == '104,"Köln, Klinik\nII",12\n'.encode()
    assert not rejects


def test_a_bad_row_is_set_aside_with_its_line_and_bytes_and_the_others_go_on(inbox, opened):
    put(inbox, "sites_1.csv", HEAD + "1,A,1\n2,B,many\n,C,3\n4,D\n5,E,5,6\n6,F,6,\n7,\x00,7\n8,H,8\n")
    changes, rejects, _ = everything(opened())
    assert ids(changes) == ["1", "6", "8"]
    assert [(reject.where, reject.external_id, reject.raw) for reject in rejects] == [
        ("sites_1.csv:3", "2", b"2,B,many\n"),
        ("sites_1.csv:4", None, b",C,3\n"),
        ("sites_1.csv:5", None, b"4,D\n"),
        ("sites_1.csv:6", None, b"5,E,5,6\n"),
        ("sites_1.csv:8", None, b"7,\x00,7\n"),
    ]
    assert "many" not in rejects[0].reason
    assert "'Target' is no number" in rejects[0].reason
    assert "NUL" in rejects[-1].reason


def test_a_quote_that_is_never_closed_costs_one_row_not_the_rest_of_the_file(inbox, opened):
    put(inbox, "sites_1.csv", HEAD + '1,"A,1\n' + "".join(f"{n},B,{n}\n" for n in range(2, 3000)))
    changes, rejects, _ = everything(opened())
    assert ids(changes) == [str(n) for n in range(2, 3000)]
    assert [reject.where for reject in rejects] == ["sites_1.csv:2"]


def test_a_line_without_end_costs_one_row_and_no_memory(inbox, opened):
    put(inbox, "sites_1.csv", HEAD + "1,A,1\n2," + "x" * 5_000_000 + ",2\n3,C,3\n")
    changes, rejects, _ = everything(opened())
    assert ids(changes) == ["1", "3"]
    assert [(reject.where, len(reject.raw)) for reject in rejects] == [("sites_1.csv:3", 64 * 1024)]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b"\xef\xbb\xbf" + (HEAD + "1,Köln,1\n").encode(), ["utf-8"]),
        ((HEAD + "1,Köln,1\n").encode("utf-16"), ["utf-8"]),
        ((HEAD + "1,Köln,1\n").encode("utf-16-be"), ["utf-16-be"]),
        ((HEAD + "1,Köln,1\n").encode("utf-8"), ["utf-8", "cp1252"]),
        ((HEAD + "1,Köln,1\n").encode("cp1252"), ["utf-8", "cp1252"]),
        ((HEAD + "1,Köln,1\n").replace("\n", "\r\n").encode("cp1252"), "cp1252"),
    ],
)
def test_text_is_decoded_by_its_mark_or_the_first_declared_name_that_fits(inbox, opened, content, encoding):
    put(inbox, "sites_1.csv", content)
    changes, rejects, _ = everything(opened(SITE | {"encoding": encoding}))
    assert [change.fields["name"] for change in changes] == ["Köln"]
    assert not rejects


def test_wide_lines_are_cut_at_letters_not_at_bytes(inbox, opened):
    names = ["\u0a0a\u0d0a", "\u0a00\u000b", "Köln"] * 700
    text = HEAD + "".join(f"{n},{name},{n}\n" for n, name in enumerate(names, 1))
    put(inbox, "sites_1.csv", text.encode("utf-16"))
    changes, rejects, _ = everything(opened())
    assert not rejects
    assert [change.fields["name"] for change in changes] == [name.strip() for name in names]


def test_bytes_outside_the_encoding_cost_their_row_only(inbox, opened):
    put(inbox, "sites_1.csv", (HEAD + "1,A,1\n").encode() + b"2,K\xf6ln,2\n3,C,3\n")
    changes, rejects, _ = everything(opened())
    assert ids(changes) == ["1", "3"]
    assert [(reject.where, reject.raw) for reject in rejects] == [("sites_1.csv:3", b"2,K\xf6ln,2\n")]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_in_the_header(inbox, opened, mark):
    put(inbox, "sites_1.csv", (HEAD + "1,A,1\n").replace(",", mark))
    put(inbox, "sites_2.csv", f"sep={mark}\n" + (HEAD + "2,B,2\n").replace(",", mark))
    changes, rejects, _ = everything(opened())
    assert (ids(changes), rejects) == (["1", "2"], [])


def test_headers_are_compared_without_case_and_order(inbox, opened):
    put(inbox, "sites_1.csv", "TARGET, name ,Other,other,site  no\n7,A,x,y,1\n")
    changes, rejects, _ = everything(opened())
    assert [dict(change.fields) for change in changes] == [{"number": "1", "name": "A", "target": 7}]
    assert not rejects


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "0 bytes"),
        (b"Site No,Name,Target,Name\n1,A,1,B\n", "'Name' more than once"),
        (b"Site No,Name\n1,A\n", "no 'Target'"),
        (b'"Site No,Name,Target\n1,A,1\n', "header cannot be read"),
        (b"\xef\xbb\xbf\n", "no 'Site No'"),
    ],
)
def test_a_file_without_a_usable_header_is_set_aside_once_and_the_next_is_read(inbox, opened, content, reason):
    put(inbox, "sites_1.csv", content)
    put(inbox, "sites_2.csv", HEAD + "2,B,2\n")
    source = opened()
    changes, rejects, cursor = everything(source)
    assert ids(changes) == ["2"]
    assert [reject.where for reject in rejects] == ["sites_1.csv"]
    assert reason in rejects[0].reason
    assert everything(source, cursor)[:2] == ([], [])


def test_a_header_without_rows_is_an_empty_file_and_no_fault(inbox, opened):
    put(inbox, "sites_1.csv", HEAD)
    assert everything(opened())[:2] == ([], [])


def test_an_empty_folder_has_nothing_and_a_missing_one_needs_a_person(inbox, opened):
    page = opened().pull("site", None)
    assert (page.changes, page.rejects, page.more) == ((), (), False)
    with pytest.raises(FatalError, match="nowhere"):
        opened(folder=str(inbox / "nowhere")).pull("site", None)


def test_a_file_is_read_once_and_again_only_when_its_bytes_are_others(inbox, opened):
    path = put(inbox, "sites_1.csv", HEAD + "1,A,1\n")
    source = opened()
    changes, _, cursor = everything(source)
    assert ids(changes) == ["1"]
    os.utime(path, (LONG_AGO.timestamp() + 60, LONG_AGO.timestamp() + 60))  # touched, not changed
    changes, _, cursor = everything(opened(), cursor)
    assert changes == []
    put(inbox, "sites_1.csv", HEAD + "1,B,1\n")  # as long and as old as before
    changes, _, cursor = everything(opened(), cursor)
    assert [change.fields["name"] for change in changes] == ["B"]
    put(inbox, "sites_0.csv", HEAD + "0,Z,0\n", at=LONG_AGO - timedelta(days=9))  # comes late, is old
    assert ids(everything(opened(), cursor)[0]) == ["0"]


def test_after_a_crash_in_the_middle_it_goes_on_with_the_next_row(inbox, opened):
    put(inbox, "sites_1.csv", HEAD + "".join(f"{n},A,{n}\n" for n in range(2500)))
    first = opened().pull("site", None)
    assert (len(first.changes), first.more) == (1000, True)
    changes, _, cursor = everything(opened(), first.cursor)
    assert ids(changes) == [str(n) for n in range(1000, 2500)]
    again, _, _ = everything(opened(), first.cursor)
    assert ids(again) == ids(changes)
    assert json.loads(cursor)["file"] == "sites_1.csv"
    assert json.loads(cursor)["row"] == 2500


def test_the_same_instance_asked_again_for_an_older_place_gives_it_again(inbox, opened):
    put(inbox, "sites_1.csv", HEAD + "".join(f"{n},A,{n}\n" for n in range(2500)))
    source = opened()
    first = source.pull("site", None)
    second = source.pull("site", first.cursor)
    assert source.pull("site", first.cursor) == second
    assert source.pull("site", None) == first


def test_a_file_replaced_in_the_middle_is_read_from_its_start_after_a_crash(inbox, opened):
    put(inbox, "sites_1.csv", HEAD + "".join(f"{n},A,{n}\n" for n in range(1500)))
    first = opened().pull("site", None)
    put(inbox, "sites_1.csv", HEAD + "".join(f"{n},B,{n}\n" for n in range(1500)))
    changes, rejects, _ = everything(opened(), first.cursor)
    assert (len(changes), rejects) == (1500, [])
    assert {change.fields["name"] for change in changes} == {"B"}


def test_a_file_replaced_while_it_is_open_is_read_to_its_end_and_then_as_new(inbox, opened):
    path = put(inbox, "sites_1.csv", HEAD + "".join(f"{n},A,{n}\n" for n in range(1500)))
    source = opened()
    first = source.pull("site", None)
    path.unlink()
    put(inbox, "sites_1.csv", HEAD + "1,B,1\n")
    changes, _, _ = everything(source, first.cursor)
    assert [change.fields["name"] for change in changes] == ["A"] * 500 + ["B"]


def test_a_file_written_to_while_it_is_open_is_left_until_it_stands_still(inbox, opened, clock):
    path = put(inbox, "sites_1.csv", HEAD + "".join(f"{n},A,{n}\n" for n in range(1500)))
    source = opened()
    first = source.pull("site", None)
    with path.open("a") as stream:
        stream.write("9,Z,9\n")
    os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    with pytest.raises(RetryableError, match="written to"):
        source.pull("site", first.cursor)
    clock.now += timedelta(minutes=1)
    assert len(everything(source, first.cursor)[0]) == 1501


def test_a_file_taken_away_in_the_middle_is_told(inbox, opened):
    path = put(inbox, "sites_1.csv", HEAD + "".join(f"{n},A,{n}\n" for n in range(1500)))
    put(inbox, "sites_2.csv", HEAD + "x,X,1\n")
    first = opened().pull("site", None)
    path.unlink()
    changes, rejects, cursor = everything(opened(), first.cursor)
    assert ids(changes) == ["x"]
    assert "taken away after row 1000" in rejects[0].reason
    assert everything(opened(), cursor)[:2] == ([], [])


def test_long_rows_fill_a_page_by_their_bytes(inbox, opened):
    put(inbox, "sites_1.csv", HEAD + "".join(f"{n},{'A' * 100_000},{n}\n" for n in range(400)))
    source = opened()
    page = source.pull("site", None)
    assert 160 < len(page.changes) < 180
    assert page.more
    assert ids(page.changes) + ids(everything(source, page.cursor)[0]) == [str(n) for n in range(400)]
    assert len(everything(opened(full_export=True))[0]) == 400


def test_small_files_share_a_page(inbox, opened):
    for n in range(50):
        put(inbox, f"sites_{n}.csv", HEAD + f"{n},A,{n}\n", at=LONG_AGO + timedelta(seconds=n))
    page = opened().pull("site", None)
    assert (ids(page.changes), page.more) == ([str(n) for n in range(50)], False)


def test_the_cursor_stays_bounded_and_forgets_files_that_are_gone(inbox, opened):
    for n in range(40):
        put(inbox, f"sites_{n}.csv", HEAD + f"{n},A,{n}\n")
    _, _, cursor = everything(opened())
    assert len(cursor) < 300 + 40 * 40
    for n in range(39):
        (inbox / f"sites_{n}.csv").unlink()
    _, _, cursor = everything(opened(), cursor)
    assert len(json.loads(cursor)["seen"]) == 1


def test_more_files_than_can_be_remembered_need_a_person_and_lose_nothing(inbox, opened):
    for n in range(4):
        put(inbox, f"sites_{n}.csv", HEAD)
    with pytest.raises(FatalError, match="4 files match"):
        opened(remember=3).pull("site", None)


def test_a_cursor_of_another_connector_needs_a_person(inbox, opened):
    for cursor in ("", "2026-01-01", '{"v": 2}', "[]", '{"v":1,"seen":[],"x":1}'):
        with pytest.raises(FatalError, match="cursor"):
            opened().pull("site", cursor)


def test_a_file_that_is_still_being_written_is_left_alone(inbox, opened, clock):
    put(inbox, "sites_1.csv", HEAD + "1,A,1\n", at=NOW - timedelta(seconds=10))
    for name in ("sites_2.csv.part", "sites_3.csv.tmp", "sites_4.csv.filepart", ".sites_5.csv", "~$sites_6.csv"):
        put(inbox, name, HEAD + "9,Z,9\n")
    source = opened(SITE | {"files": "*sites_*"})
    changes, _, cursor = everything(source)
    assert changes == []
    clock.now += timedelta(seconds=20)
    assert ids(everything(source, cursor)[0]) == ["1"]


def test_a_file_from_a_clock_that_runs_ahead_is_read_once_it_was_seen_to_stand_still(inbox, opened, clock):
    put(inbox, "sites_1.csv", HEAD + "1,A,1\n", at=NOW + timedelta(days=400))
    source = opened()
    _, _, cursor = everything(source)
    clock.now += timedelta(seconds=29)
    assert everything(source, cursor)[0] == []
    clock.now += timedelta(seconds=1)
    assert ids(everything(source, cursor)[0]) == ["1"]


def test_a_done_marker_decides_and_an_old_one_does_not_count_for_a_new_file(inbox, opened):
    put(inbox, "sites_1.csv", HEAD + "1,A,1\n")
    source = opened(SITE | {"files": "sites_*"}, done_marker=".done")
    assert everything(source)[0] == []
    put(inbox, "sites_1.csv.done", b"")
    changes, rejects, cursor = everything(source)
    assert (ids(changes), rejects) == (["1"], [])
    put(inbox, "sites_1.csv", HEAD + "1,half", at=NOW)
    assert everything(source, cursor)[:2] == ([], [])


def test_links_and_folders_are_left_alone(inbox, opened, tmp_path):
    put(tmp_path, "secret.csv", HEAD + "1,A,1\n")
    (inbox / "sites_1.csv").symlink_to(tmp_path / "secret.csv")
    (inbox / "sites_2.csv").mkdir()
    assert everything(opened())[:2] == ([], [])


def test_a_name_of_strange_bytes_can_be_shown(inbox, opened):
    with open(os.fsencode(inbox) + b"/sites_\xff.csv", "wb") as stream:  # noqa: PTH123 - Path takes no bytes
        stream.write(HEAD.encode() + b"1,A,many\n")
    os.utime(os.fsencode(inbox) + b"/sites_\xff.csv", (LONG_AGO.timestamp(),) * 2)
    source = opened()
    _, rejects, cursor = everything(source)
    assert rejects[0].where.encode() == b"sites_\\udcff.csv:2"
    assert everything(source, cursor)[:2] == ([], [])


VALUES = SITE | {
    "id": ["Study", "Site"],
    "fields": {
        "study": {"value": "ABC-1"},
        "status": {"column": "Status", "codes": {"A": "active", "C": None}, "required": True},
        "activated_on": {"column": "Activated", "type": "date", "format": "%d-%b-%Y", "empty": ["UNK"]},
        "seen_at": {"column": "Seen", "type": "datetime", "format": "%d.%m.%Y %H:%M", "zone": "Europe/Berlin"},
        "rate": {"column": "Rate", "type": "number", "decimal": ","},
        "open": {"column": "Open", "type": "boolean"},
        "note": {"column": "Note", "optional": True},
    },
    "changed_at": {"column": "Seen", "type": "datetime", "format": "%d.%m.%Y %H:%M", "zone": "Europe/Berlin"},
    "deleted": {"column": "Status", "values": ["C"]},
    "delimiter": ";",
}
VALUES_HEAD = "Study;Site;Status;Activated;Seen;Rate;Open\n"


def test_codes_days_times_numbers_and_constants_are_read_as_declared(inbox, opened):
    put(inbox, "sites_1.csv", VALUES_HEAD + "S|1;7;A;05-MAR-2026;01.07.2026 12:30;3,5;Yes\nS;8;C;UNK;;;\n")
    source = opened(VALUES)
    changes, rejects, _ = everything(source)
    assert not rejects
    assert changes[0].external_id == "S\\|1|7"
    assert dict(changes[0].fields) == {
        "study": "ABC-1",
        "status": "active",
        "activated_on": "2026-03-05",
        "seen_at": "2026-07-01T10:30:00Z",
        "rate": 3.5,
        "open": True,
    }
    assert changes[0].changed_at == datetime(2026, 7, 1, 10, 30, tzinfo=UTC)
    assert [change.deleted for change in changes] == [False, True]
    assert changes[1].changed_at is None
    assert source.capabilities.deletes


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("S;1;B;;;;", "'Status' is not in its code list"),
        ("S;1; ;;;;", "'Status' is empty"),
        ("S;1;A;31-FEB-2026;;;", "'Activated' is no date in the declared format"),
        ("S;1;A;;2026-07-01;;", "'Seen' is no time in the declared format"),
        ("S;1;A;;;1.234,5;", "'Rate' is no number"),
        ("S;1;A;;;nan;", "'Rate' is no number"),
        ("S;1;A;;;;perhaps", "'Open' is neither yes nor no"),
        ("S; ;A;;;;", "'Site' is empty"),
    ],
)
def test_a_value_that_cannot_be_read_sets_its_row_aside_without_being_shown(inbox, opened, row, reason):
    put(inbox, "sites_1.csv", VALUES_HEAD + row + "\n")
    changes, rejects, _ = everything(opened(VALUES))
    assert not changes
    assert reason in rejects[0].reason


def test_json_lines_are_read_and_damaged_ones_set_aside(inbox, opened):
    site = SITE | {
        "files": "*.jsonl",
        "format": "jsonl",
        "id": "id",
        "fields": {
            "number": "site.number",
            "target": {"column": "target", "type": "integer"},
            "name": {"column": "name", "optional": True},
        },
    }
    good = '{"id": 1, "site": {"number": "104"}, "target": 2}\n\n{"id": 2, "site": {"number": 5.0}, "target": null, "name": "B"}\n'
    bad = (
        '{"id": 3}\n[1]\n{"id": 3,\n{"id":4,"id":4}\n'
        '{"id": 1, "site": {"number": "104"}, "target": NaN}\n'
        + '{"a":' * 100_000
        + "\n"
        + '{"id": 9, "site": {"number": {"a": 1}}, "target": 1}\n'
    )
    put(inbox, "a.jsonl", good + bad)
    changes, rejects, _ = everything(opened(site))
    assert [(change.external_id, dict(change.fields)) for change in changes] == [
        ("1", {"number": "104", "target": 2}),
        ("2", {"number": "5", "target": None, "name": "B"}),
    ]
    assert [reject.where for reject in rejects] == [f"a.jsonl:{n}" for n in range(4, 11)]


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


def test_a_file_beyond_the_bound_is_set_aside_unread(inbox, opened):
    put(inbox, "sites_1.csv", HEAD + " \n" * 600_000)
    source = opened(max_mib=1)
    _, rejects, cursor = everything(source)
    assert "larger than 1 MiB" in rejects[0].reason
    assert everything(source, cursor)[:2] == ([], [])


def test_of_full_exports_the_newest_is_read_whole_and_claimed_complete(inbox, opened):
    put(inbox, "sites_1.csv", HEAD + "1,A,1\n2,B,2\n", at=LONG_AGO - timedelta(days=1))
    put(inbox, "sites_2.csv", HEAD + "2,C,2\n")
    source = opened(full_export=True)
    assert source.capabilities.complete_listing
    changes, _, cursor = everything(source)
    assert [(change.external_id, change.fields["name"]) for change in changes] == [("2", "C")]
    assert everything(source, cursor)[0] == []
    assert ids(everything(source)[0]) == ["2"]
    put(inbox, "sites_3.csv", HEAD + "3,D,3\n", at=LONG_AGO + timedelta(minutes=1))
    assert ids(everything(source, cursor)[0]) == ["3"]


@pytest.mark.parametrize("content", [None, b"", HEAD.encode(), b"Wrong,Header\n1,2\n"])
def test_a_full_export_that_is_missing_or_unreadable_never_reads_as_everything_gone(inbox, opened, content):
    if content is not None:
        put(inbox, "sites_1.csv", content)
    with pytest.raises((RejectedError, RetryableError)):
        opened(full_export=True).pull("site", None)


def test_an_empty_full_export_is_believed_where_that_is_declared(inbox, opened):
    put(inbox, "sites_1.csv", HEAD)
    assert everything(opened(full_export=True, allow_empty=True))[:2] == ([], [])


def test_a_full_export_replaced_in_the_middle_starts_again_with_the_newest(inbox, opened):
    put(inbox, "sites_1.csv", HEAD + "".join(f"{n},A,{n}\n" for n in range(1500)))
    first = opened(full_export=True).pull("site", None)
    (inbox / "sites_1.csv").unlink()
    with pytest.raises(RetryableError):
        opened(full_export=True).pull("site", first.cursor)
    put(inbox, "sites_2.csv", HEAD + "x,B,1\n")
    assert ids(everything(opened(full_export=True), first.cursor)[0]) == ["x"]


def test_an_unknown_kind_is_a_wrong_call(opened):
    with pytest.raises(UsageError, match="reads site, not visit"):
        opened().pull("visit", None)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"folder": None}, "folder or sftp"),
        ({"kinds": {}}, "kinds"),
        ({"nonsense": 1}, "nonsense"),
        ({"sftp": {"host": "h", "user": "u", "password": "env:X"}, "folder": None}, "host_key"),
        ({"sftp": {"host": "h", "user": "u", "password": "hunter2", "host_key": "k"}, "folder": None}, "password"),
        ({"kinds": {"site": SITE | {"encoding": "klingon"}}}, "encoding"),
        ({"kinds": {"site": SITE | {"fields": {"a": {"column": "A", "zone": "Mars/Base"}}}}}, "zone"),
        ({"kinds": {"site": SITE | {"fields": {"a": {"column": "A", "value": 1}}}}}, "column or a value"),
    ],
)
def test_a_wrong_yaml_is_refused_naming_the_place_and_no_secret(change, where):
    text = yaml.safe_dump({"name": "acme", "folder": "/in", "kinds": {"site": SITE}} | change)
    with pytest.raises(UsageError) as caught:
        open_files(text, clock=HeldClock())
    assert where in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_text_that_is_no_yaml_is_refused_with_its_line():
    with pytest.raises(UsageError, match="line 2"):
        open_files("name: a\n b: [", clock=HeldClock())


@pytest.fixture
def sftp(inbox):
    """A real SFTP server on loopback that serves the inbox as /in; gives its port and what shows it."""
    with sftp_server(inbox.parent) as served:
        yield served.port, served.shelf


@pytest.fixture
def remote(sftp, opened, monkeypatch, tmp_path):
    monkeypatch.setenv("ACME_SFTP", "correct horse")
    port, _ = sftp
    settings = {
        "host": "127.0.0.1",
        "port": port,
        "user": "cro",
        "folder": "/in",
        "password": "env:ACME_SFTP",
        "host_key": f"{HOST_KEY.get_name()} {HOST_KEY.get_base64()}",
        "timeout_s": 5,
    }
    return lambda **changed: opened(folder=None, sftp={k: v for k, v in (settings | changed).items() if v})


def test_files_are_read_over_sftp_page_by_page_and_go_on_after_a_crash(inbox, remote):
    put(inbox, "sites_1.csv", HEAD + "".join(f"{n},A,{n}\n" for n in range(1500)))
    put(inbox, "sites_2.csv.part", HEAD + "9,Z,9\n")
    first = remote().pull("site", None)
    changes, rejects, cursor = everything(remote(), first.cursor)
    assert ids(first.changes) + ids(changes) == [str(n) for n in range(1500)]
    assert rejects == []
    assert everything(remote(), cursor)[0] == []
    put(inbox, "sites_1.csv", HEAD + "1,B,1\n")
    assert ids(everything(remote(), cursor)[0]) == ["1"]


def test_a_user_key_opens_the_door_as_well(inbox, remote, tmp_path):
    USER_KEY.write_private_key_file(str(tmp_path / "id"), password="phrase")  # noqa: S106 - of the test
    (tmp_path / "phrase").write_text("phrase\n")
    put(inbox, "sites_1.csv", HEAD + "1,A,1\n")
    source = remote(password=None, key=f"file:{tmp_path}/id", passphrase=f"file:{tmp_path}/phrase")
    assert ids(everything(source)[0]) == ["1"]


def test_known_hosts_vouch_for_a_server(inbox, sftp, remote, tmp_path):
    put(inbox, "sites_1.csv", HEAD + "1,A,1\n")
    known = tmp_path / "known_hosts"
    known.write_text(f"[127.0.0.1]:{sftp[0]} {HOST_KEY.get_name()} {HOST_KEY.get_base64()}\n")
    assert ids(everything(remote(host_key=None, known_hosts=str(known)))[0]) == ["1"]
    known.write_text("")
    with pytest.raises(FatalError, match="not among the known hosts"):
        remote(host_key=None, known_hosts=str(known)).pull("site", None)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"host_key": f"{USER_KEY.get_name()} {USER_KEY.get_base64()}"}, "another key"),
        ({"host_key": "ssh-ed25519 nonsense"}, "host_key is none"),
        ({"user": "sponsor"}, "refused user sponsor"),
        ({"folder": "/nowhere"}, "/nowhere is no folder"),
        ({"password": "env:ACME_UNSET"}, "env:ACME_UNSET holds no secret"),
        ({"password": None, "key": "env:ACME_SFTP"}, "no private key"),
    ],
)
def test_a_server_that_is_not_ours_or_does_not_let_us_in_needs_a_person(remote, changed, reason):
    with pytest.raises(FatalError, match=reason) as caught:
        remote(**changed).pull("site", None)
    assert "correct horse" not in str(caught.value)


def test_a_server_that_does_not_answer_is_tried_again_later(remote, sftp):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        with pytest.raises(RetryableError, match="did not answer"):
            remote(port=silent.getsockname()[1], timeout_s=0.3).pull("site", None)
        port = silent.getsockname()[1]
    with pytest.raises(RetryableError, match="did not answer"):
        remote(port=port).pull("site", None)


def test_a_server_that_breaks_off_in_the_middle_of_a_file_is_tried_again_later(inbox, remote, sftp):
    put(inbox, "sites_1.csv", HEAD + "".join(f"{n},{'A' * 500},{n}\n" for n in range(2000)))

    class Tearing(paramiko.SFTPHandle):
        def read(self, offset, length):
            return super().read(offset, length) if offset < 200_000 else paramiko.SFTP_FAILURE

    whole = sftp[1].open

    def torn(self, path, flags, attr):
        handle = Tearing(flags)
        handle.readfile = whole(self, path, flags, attr).readfile
        return handle

    sftp[1].open = torn
    source = remote()
    with pytest.raises(RetryableError, match="did not answer"):
        source.pull("site", None)
    sftp[1].open = whole
    assert len(everything(source)[0]) == 2000


def test_a_file_that_grows_while_it_is_fetched_is_left_for_later(inbox, remote, sftp):
    path = put(inbox, "sites_1.csv", HEAD + "1,A,1\n")
    sftp[1].after_stat = staticmethod(lambda: path.write_text(HEAD + "1,A,1\n2,B,2\n"))
    with pytest.raises(RetryableError):
        remote().pull("site", None)


def test_the_example_of_the_docs_is_a_source(clock):
    page = Path(__file__).resolve().parents[2] / "docs" / "connectors" / "files.md"
    example = page.read_text().split("```yaml\n")[1].split("```")[0]
    source = open_files(example, clock=clock)
    assert (source.name, source.kinds, source.every_s) == ("acme-exports", ("site",), 60.0)
    assert source.capabilities.deletes


CELLS = st.text(st.characters(blacklist_characters="\x00\r", blacklist_categories=["Cs"]), max_size=8)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(CELLS, CELLS), max_size=30),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be"]),
    page=st.integers(1, 7),
    crash=st.booleans(),
)
def test_what_a_csv_writer_writes_is_read_back_once_whatever_the_pages_and_crashes(
    tmp_path, rows, encoding, page, crash
):
    folder = tmp_path / "any"
    folder.mkdir(exist_ok=True)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([("Id", "A", "B"), *((n, *row) for n, row in enumerate(rows))])
    put(folder, "a.csv", text.getvalue().encode(encoding))
    kind = {"files": "a.csv", "format": "csv", "id": "Id", "encoding": encoding, "fields": {"a": "A", "b": "B"}}
    config = read_config(yaml.safe_dump({"name": "any", "folder": str(folder), "kinds": {"site": kind}}))
    changes, rejects, cursor, more = [], [], None, True
    source = FileSource(config, FolderPlace(folder), clock=lambda: NOW, page_rows=page)
    while more:
        if crash:
            source.close()
            source = FileSource(config, FolderPlace(folder), clock=lambda: NOW, page_rows=page)
        found = source.pull("site", cursor)
        assert len(found.changes) <= page
        changes += found.changes
        rejects += found.rejects
        cursor, more = found.cursor, found.more
    source.close()
    assert rejects == []
    assert [(change.external_id, change.fields["a"], change.fields["b"]) for change in changes] == [
        (str(n), a.strip() or None, b.strip() or None) for n, (a, b) in enumerate(rows)
    ]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.one_of(st.binary(max_size=400), st.text('Site No,Name,Target\n"1\x00é;', max_size=200).map(str.encode)),
    format_=st.sampled_from(["csv", "jsonl", "xlsx"]),
    encoding=st.sampled_from(["utf-8", "cp1252", "utf-16", "shift-jis"]),
    headed=st.booleans(),
)
def test_whatever_bytes_lie_there_the_source_says_so_and_goes_on(tmp_path, content, format_, encoding, headed):
    folder = tmp_path / "any"
    folder.mkdir(exist_ok=True)
    put(folder, "a.bin", (HEAD.encode(encoding) if headed else b"") + content)
    put(folder, "b.bin", b"")
    kind = SITE | {"files": "*.bin", "format": format_, "encoding": encoding}
    source = open_files(
        yaml.safe_dump({"name": "any", "folder": str(folder), "kinds": {"site": kind}}), clock=lambda: NOW
    )
    _, rejects, cursor = everything(source)
    assert "0 bytes" in rejects[-1].reason
    assert everything(source, cursor)[:2] == ([], [])
    source.close()


def test_memory_stays_flat_however_long_the_file_is(inbox, opened):
    def peak(rows: int) -> int:
        put(inbox, "sites_1.csv", HEAD + "".join(f"{n},{'A' * 1000},{n}\n" for n in range(rows)))
        tracemalloc.start()
        source, cursor, more = opened(), None, True
        while more:
            page = source.pull("site", cursor)
            cursor, more = page.cursor, page.more
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    assert peak(12_000) < 1.2 * peak(4_000)
