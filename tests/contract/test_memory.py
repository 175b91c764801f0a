"""One suite for memory and glossary: the fakes and both databases pass the same."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from hub.domain.memory import Approved, Pair, Term
from hub.storage.audit import AuditTrail
from hub.storage.engine import open_engine
from hub.storage.memory import SqlGlossary, SqlMemory
from tests.fakes import FakeGlossary, FakeMemory

NOW = datetime(2026, 5, 19, 12, tzinfo=UTC)
ES, FR = Pair("en", "es"), Pair("en", "fr")
FORM = Approved(
    ES, "The form is late.", "El formulario llega tarde.", "lucia@keltis.example", NOW, "ABX-101", "m1 summary[0]"
)
SITE = Term(ES, "site", "centro", "ABX-101")


def opened(request, tmp_path):
    """Return an engine for the database that the parameter names."""
    sqlite = f"sqlite:///{tmp_path}/hub.db"
    return open_engine(request.getfixturevalue("postgres_url") if request.param == "postgresql" else sqlite)


@pytest.fixture(params=["fake", "sqlite", "postgresql"])
def memory(request, tmp_path):
    yield from kept(request, tmp_path, SqlMemory, FakeMemory)


@pytest.fixture(params=["fake", "sqlite", "postgresql"])
def glossary(request, tmp_path):
    yield from kept(request, tmp_path, SqlGlossary, FakeGlossary)


def kept(request, tmp_path, sql, fake):
    if request.param == "fake":
        yield fake()
        return
    engine, numbers = opened(request, tmp_path), count()
    yield sql(engine, clock=lambda: NOW, new_id=lambda: f"id{next(numbers)}")
    engine.dispose()


def test_an_approved_segment_is_found_for_its_study_and_pair_only(memory):
    assert memory.remember([FORM], by="lucia", reason="approved") == 1
    assert memory.approved(ES, study="ABX-101") == (FORM,)
    assert memory.approved(ES, study="ABX-201") == memory.approved(FR, study="ABX-101") == ()


def test_what_holds_for_every_study_comes_after_the_studys_own(memory):
    general = replace(FORM, study="", target="El formulario se retrasa.", at=NOW + timedelta(days=1))
    memory.remember([general, FORM], by="lucia", reason="approved")
    assert [one.study for one in memory.approved(ES, study="ABX-101")] == ["ABX-101", ""]
    assert memory.approved(ES, study="other") == (general,)


def test_a_newer_translation_takes_the_older_ones_place_and_repeating_changes_nothing(memory):
    better = replace(
        FORM, source=" The  form is late. ", target="El formulario está retrasado.", at=NOW + timedelta(days=7)
    )
    assert [memory.remember([one], by="lucia", reason="approved") for one in (FORM, FORM, better, better)] == [
        1,
        0,
        1,
        0,
    ]
    assert [one.target for one in memory.approved(ES, study="ABX-101")] == [better.target]


def test_segments_can_be_forgotten(memory):
    memory.remember([FORM], by="lucia", reason="approved")
    assert memory.forget([FORM], by="lucia", reason="wrong") == 1
    assert memory.forget([FORM], by="lucia", reason="wrong") == 0
    assert memory.approved(ES, study="ABX-101") == ()
    assert memory.remember([], by="lucia", reason="nothing") == 0


def test_a_study_says_its_terms_otherwise_and_longer_ones_come_first(glossary):
    terms = [SITE, Term(ES, "site", "sitio"), Term(ES, "site visit", "visita al centro"), Term(FR, "site", "centre")]
    assert glossary.agree(terms, by="lucia", reason="kick-off") == 4
    assert glossary.agree(terms, by="lucia", reason="kick-off") == 0
    assert [term.target for term in glossary.terms(ES, study="ABX-101")] == ["visita al centro", "centro"]
    assert [term.target for term in glossary.terms(ES, study="other")] == ["visita al centro", "sitio"]


def test_terms_can_be_withdrawn(glossary):
    glossary.agree([SITE], by="lucia", reason="kick-off")
    assert glossary.withdraw([SITE, Term(ES, "visit", "visita")], by="lucia", reason="changed") == 1
    assert glossary.terms(ES, study="ABX-101") == ()


def test_every_change_is_in_the_audit_trail(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path}/hub.db")
    memory = SqlMemory(engine, clock=lambda: NOW, new_id=lambda: "id")
    memory.remember([FORM], by="lucia", reason="approved")
    memory.remember([replace(FORM, target="Otro.")], by="lucia", reason="mended")
    memory.forget([FORM], by="ana", reason="wrong")
    trail = AuditTrail(engine, key_file=tmp_path / "k.pem", checkpoints_file=tmp_path / "c", clock=lambda: NOW)
    told = [(kept.entry.actor, kept.entry.old, kept.entry.new, kept.entry.reason) for kept in trail.entries()]
    first, second = '"El formulario llega tarde."', '"Otro."'
    assert told == [
        ("lucia", None, first, "approved"),
        ("lucia", first, second, "mended"),
        ("ana", second, None, "wrong"),
    ]
    assert trail.verify().whole
    engine.dispose()
