"""docs/records.md names every field and every code, and no other."""

import re
from pathlib import Path

import pytest

from hub.domain.records import KINDS
from hub.domain.records.schema import record_schema

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "records.md").read_text()
FORMS = {"date": "day", "date-time": "time"}
COLUMNS = ["field", "form", "CDISC", "FHIR R4", "FHIR R5"]


def sections(chapter):
    """Return the tables of a chapter by heading, each row a list of cells."""
    text = PAGE.split(f"\n## {chapter}\n")[1].split("\n## ")[0]
    parts = re.split(r"^### (.+)$", text, flags=re.MULTILINE)[1:]
    return {
        name: [[cell.strip() for cell in line.strip("|").split("|")] for line in body.splitlines() if line[:1] == "|"]
        for name, body in zip(parts[::2], parts[1::2], strict=True)
    }


def form(rule):
    if "x-references" in rule:
        return f"→ {rule['x-references']}"
    if "enum" in rule:
        return "code"
    if "minimum" in rule:
        return "count"
    return FORMS.get(rule.get("format"), "text")


KIND_TABLES, CODE_TABLES = sections("Kinds"), sections("Code lists")
CODES = {
    f"{kind}.{name}": [code for code in rule["enum"] if code is not None]
    for kind in KINDS
    for name, rule in record_schema(kind)["properties"].items()
    if "enum" in rule
}


def test_every_kind_has_its_table_in_the_order_of_the_code():
    assert list(KIND_TABLES) == list(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_its_table_names_every_field_and_its_form(kind):
    head, _, *rows = KIND_TABLES[kind]
    assert head == COLUMNS
    fields = record_schema(kind)["properties"]
    assert [(row[0], row[1]) for row in rows] == [(name, form(rule)) for name, rule in fields.items()]


def test_every_code_list_has_its_table():
    headings = [name for heading in CODE_TABLES for name in heading.split(", ")]
    assert sorted(headings) == sorted(CODES)


@pytest.mark.parametrize("heading", CODE_TABLES)
def test_its_table_names_every_code(heading):
    head, _, *rows = CODE_TABLES[heading]
    assert head == ["code", *COLUMNS[2:]]
    for name in heading.split(", "):
        assert [row[0] for row in rows] == CODES[name]


def test_every_cell_says_something():
    for table in (*KIND_TABLES.values(), *CODE_TABLES.values()):
        for row in table:
            assert len(row) == len(table[0])
            assert all(row), row
