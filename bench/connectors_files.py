"""Lines of files and packages: 100,000 objects laid into a folder, or put there."""

import itertools
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from connectors_line import line, moment, rows
from connectors_opens import meetings, packages, system

from tests.connectors.peer import Asked
from tests.connectors.vendors.ems import Party, manifest
from tests.connectors.vendors.odm import OdmPartner

_PACKAGE = 1000
_FIELDS = "{number: number, name: name, status: {column: status, codes: {Active: active}}}"


def _sites(count: int) -> Iterator[dict[str, str]]:
    for n in range(count):
        yield {"id": f"S{n}", "number": f"{n:05d}", "name": f"Site {n}", "status": "Active", "changed": moment(n)}


def csv(folder: Path, count: int) -> None:
    """Lay a report."""
    with (folder / "sites.csv").open("w") as report:
        report.write("id,number,name,status,changed\n")
        report.writelines(",".join(one.values()) + "\n" for one in _sites(count))


def json_lines(folder: Path, count: int) -> None:
    """Lay the same as lines of JSON."""
    with (folder / "sites.jsonl").open("w") as report:
        report.writelines(json.dumps(one) + "\n" for one in _sites(count))


def workbook(folder: Path, count: int) -> None:
    """Lay the same as a workbook."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Sites")
    for one in itertools.chain([["id", "number", "name", "status", "changed"]], map(dict.values, _sites(count))):
        sheet.append(list(one))
    book.save(folder / "sites.xlsx")


def many(folder: Path, count: int) -> None:
    """Lay the same in files of a hundred lines."""
    found = _sites(count)
    for number in range(-(-count // 100)):
        with (folder / f"sites_{number:05d}.jsonl").open("w") as report:
            report.writelines(json.dumps(one) + "\n" for one in itertools.islice(found, 100))


def odm(folder: Path, count: int) -> None:
    """Lay an ODM document with the sites of a partner."""
    partner = OdmPartner()
    rows(partner, count)
    (folder / "sites.xml").write_bytes(partner.page(Asked("GET", "/odm", {}, {}, b"")).body)


def dataset(folder: Path, count: int) -> None:
    """Lay a Dataset-JSON with the deviations of a study."""
    names = ("STUDYID", "USUBJID", "DVSEQ", "DVCAT", "DVTERM", "DVSTDTC")
    found = [["S-1", f"S-1-{n}", 1, "VISIT", f"Visit {n} out of its window", "2026-03-02"] for n in range(count)]
    columns = [{"itemOID": f"IT.DV.{name}", "name": name, "label": name, "dataType": "string"} for name in names]
    told = {"datasetJSONVersion": "1.1.0", "itemGroupOID": "IG.DV", "records": count, "name": "DV", "label": "DV"}
    (folder / "dv.json").write_text(json.dumps({**told, "columns": columns, "rows": found}))


def transfers(folder: Path, count: int, *, size: int = _PACKAGE) -> None:
    """Put *count* documents into packages of *size*."""
    party = Party(folder)
    batch = {"STUDYID": "S", "TRANSFERSOURCEID": "C", "SPECIFICATIONID": "A", "TMFRMVERSION": "3.0"}
    for begin in range(0, count, size):
        made = [party.object(f"D{n}", f"Document {n}") for n in range(begin, min(begin + size, count))]
        path = folder / f"{20260302000000 + begin}"
        (path / "files").mkdir(parents=True)
        for one in made:
            (path / one["CONTENTURL"]).write_text(one["content"])
        (path / "exchange.xml").write_text(manifest(made, {**batch, "TRANSFERID": path.name}))


def recordings(folder: Path, count: int) -> None:
    """Lay *count* finished transcripts into a folder."""
    for number in range(count):
        (folder / f"2026-03-02 0800 Weekly {number}.vtt").write_bytes(b"WEBVTT\n")


def _files(kind: str, rule: str) -> str:
    return (
        f"{{connector: files, name: f, folder: 'FOLDER', settle_s: 0, remember: 20000, kinds: {{{kind}: {{{rule}}}}}}}"
    )


def _named(form: str, pattern: str) -> str:
    return _files("site", f"files: '{pattern}', format: {form}, id: id, fields: {_FIELDS}")


_EMS = (
    "{connector: ems, name: e, study: S, inbox: 'FOLDER', sender: {source: C, specification: A}, model: "
    "{version: '3.0'}}"
)
_PLACE = (
    "{name: p, platform: place, take: {organizations: [A], account: a@b.test, consent: told}, place: {folder: "
    "'FOLDER', settle_s: 0}}"
)


_file = partial(line, opens=partial(system, "site"), secrets={})
LINES = (
    _file("files (CSV)", "files", lay=csv, yaml=_named("csv", "*.csv")),
    _file("files (JSON lines)", "files", lay=json_lines, yaml=_named("jsonl", "*.jsonl")),
    _file("files (many)", "files", lay=many, yaml=_named("jsonl", "*.jsonl"), why="files of 100 lines"),
    _file("files (XLSX)", "files", lay=workbook, yaml=_named("xlsx", "*.xlsx")),
    _file("files (ODM)", "odm", lay=odm, yaml=_files("site", "files: '*.xml', format: odm"), why="one document"),
    line(
        "files (Dataset-JSON)",
        "odm",
        lay=dataset,
        opens=partial(system, "deviation"),
        yaml=_files("deviation", "files: '*.json', format: dataset-json"),
        secrets={},
        why="one data set",
    ),
    line(
        "ems",
        lay=transfers,
        opens=partial(system, "document"),
        yaml=_EMS,
        secrets={},
        part=10,
        why="packages of 1,000 documents, each with its hash",
    ),
    line(
        "ems (many)",
        "ems",
        lay=partial(transfers, size=1),
        opens=partial(system, "document"),
        yaml=_EMS,
        secrets={},
        part=50,
        why="packages of one document",
    ),
    line(
        "place (packages out)",
        "place",
        opens=packages,
        yaml="{connector: place, name: p, folder: 'FOLDER'}",
        secrets={},
        part=10,
        why="documents put there, for nothing is read of it",
    ),
    line("place (recordings in)", "place", lay=recordings, opens=meetings, yaml=_PLACE, secrets={}, why="one folder"),
)
