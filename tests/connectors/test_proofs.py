"""Every connector of both tables has each proof that there can be, and for each that it lacks a reason is given."""

import ast
import importlib
import sys
from functools import cache
from pathlib import Path

import pytest

from hub.connectors.beside import BESIDE
from hub.connectors.listed import CONNECTORS
from tests.connectors.contract import Contract
from tests.connectors.filing_contract import FilingContract
from tests.connectors.http_contract import HttpSourceContract
from tests.connectors.proofs import PROOFS, Why

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS.parent / "bench"))
LINES = {line.name for line in importlib.import_module("connectors").LINES}
PLACES_OF = {
    "files": ("folder", "sftp"),
    "place": ("folder", "sftp", "s3"),
    "chat": ("slack", "teams"),
    "capture": ("slack", "teams"),
    "mail": ("smtp", "imap", "graph"),
    "calendar": ("caldav", "graph"),
    "veeva": ("records", "documents"),
}
"""Connectors that reach more than one system, or one in more than one way."""
PLACELESS = {"files", "ems"}
"""What is read from folders meets no faults of HTTP."""


def test_every_connector_is_in_the_table_by_each_way_that_it_reaches_others():
    named = {one.name for one in (*CONNECTORS, *BESIDE)}
    assert set(PROOFS) == {f"{name}: {way}" if way else name for name in named for way in PLACES_OF.get(name, ("",))}


@pytest.mark.parametrize("name", PROOFS)
def test_each_proof_is_there_or_why_it_cannot_be(name):
    proofs = PROOFS[name]
    for what in ("contract", "faults", "real", "mangled"):
        told = getattr(proofs, what)
        assert told, what
        for place in () if isinstance(told, Why) else told:
            assert found(place) is not None, place
    assert set(proofs.bench) <= LINES
    assert proofs.bench


@pytest.mark.parametrize("name", [one.name for one in CONNECTORS if one.reads])
def test_every_connector_of_the_catalogue_runs_the_kits_suite_with_faults(name):
    of = [proofs for known, proofs in PROOFS.items() if known.partition(":")[0] == name]
    suites = [suite for proofs in of for place in proofs.faults if (suite := suite_of(place)) is not None]
    assert suites
    wanted = Contract if name in PLACELESS else HttpSourceContract
    assert [suite for suite in suites if issubclass(suite, wanted)], "the suite that switches faults on"
    for suite in suites:
        assert issubclass(suite, Contract | FilingContract)
        left = [case for case in dir(suite) if case.startswith("test_") and getattr(suite, case) is not None]
        assert len(left) >= 3, suite


def test_what_there_can_be_is_not_left_out():
    lacking = {
        (name, what)
        for name, proofs in PROOFS.items()
        for what in ("faults", "mangled")
        if isinstance(getattr(proofs, what), Why)
    }
    assert lacking == {("mail: smtp", "mangled")}


@cache
def parsed(file):
    return ast.parse((TESTS / file).read_text())


def found(place):
    """Return what a place of a test names, None where it is not there."""
    file, *names = place.split("::")
    node = parsed(file)
    for name in names:
        inner = [one for one in node.body if isinstance(one, ast.FunctionDef | ast.ClassDef) and one.name == name]
        if not inner:
            return None
        node = inner[0]
    return node


def suite_of(place):
    """Return the class that a place names, None where it names a function."""
    file, *names = place.split("::")
    if not isinstance(found(place), ast.ClassDef):
        return None
    return getattr(importlib.import_module(f"tests.{file.removesuffix('.py').replace('/', '.')}"), names[0])
