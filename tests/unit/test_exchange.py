"""Memories and glossaries of other tools: what goes out comes in again, and files that are not ours are read."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from hub.domain.errors import RejectedError
from hub.domain.memory import Approved, Pair, Term
from hub.translation.exchange import glossaries, tmx

PAIR = Pair("en", "es")
AT = datetime(2026, 5, 19, 12, 30, tzinfo=UTC)
SEGMENTS = [
    Approved(PAIR, "A < B & C.", "A < B & C, sí.", "lucia@keltis.example", AT, "ABX-101", "m1 summary[0]"),
    Approved(PAIR, "It is late.", "Llega tarde.", "ana", AT),
]
TERMS = [Term(PAIR, "site", "centro", "ABX-101", "never sitio"), Term(PAIR, "query", "consulta|query", "ABX-101")]
SPEC = b"""<?xml version="1.0"?><!DOCTYPE tmx SYSTEM "tmx14.dtd">
<tmx version="1.4"><header srclang="EN-US"/><body>
<tu changedate="20020413T023401Z"><tuv xml:lang="EN-US"><seg>The <bpt i="1">&lt;b&gt;</bpt>big<ept i="1"/> form</seg></tuv>
<tuv xml:lang="ES"><seg>El formulario</seg></tuv></tu>
<tu><tuv xml:lang="EN-US"><seg>Only English</seg></tuv></tu></body></tmx>"""
MARTIF = b"""<martif type="TBX" xml:lang="en"><text><body><termEntry id="1"><langSet xml:lang="en"><tig><term>site</term></tig></langSet>
<langSet xml:lang="es-ES"><ntig><termGrp><term>centro</term></termGrp></ntig></langSet></termEntry>
<termEntry><langSet xml:lang="en"><tig><term>alone</term></tig></langSet></termEntry></body></text></martif>"""


def test_a_memory_comes_back_as_it_went_out():
    body = tmx.written(SEGMENTS, pair=PAIR)
    assert tmx.read(body, name="m.tmx", pair=PAIR, by="x", at=AT, study="") == (SEGMENTS, 0)
    moved, _ = tmx.read(body, name="m.tmx", pair=PAIR, by="x", at=AT, study="ABX-201")
    assert moved == [replace(one, study="ABX-201") for one in SEGMENTS]
    assert body == tmx.written(SEGMENTS, pair=PAIR)


def test_what_no_xml_can_carry_stops_no_export():
    bad = "\x00\x0b\x1b\ud800\ufffe"
    spoiled = [
        replace(one, source=one.source + bad, by=bad + one.by, place=one.place and one.place + bad) for one in SEGMENTS
    ]
    assert tmx.written(spoiled, pair=PAIR) == tmx.written(SEGMENTS, pair=PAIR)
    terms = [replace(one, source=bad + one.source, note=one.note + bad) for one in TERMS]
    told, _ = glossaries.read_tbx(glossaries.tbx(terms, pair=PAIR), name="g", pair=PAIR, study="ABX-101")
    assert told == TERMS


def test_a_memory_of_another_tool_is_read_with_its_regions_and_marks():
    found, without = tmx.read(SPEC, name="m.tmx", pair=PAIR, by="import", at=AT, study="ABX-101")
    assert [(one.source, one.target, one.by) for one in found] == [("The <b>big form", "El formulario", "import")]
    assert found[0].at == datetime(2002, 4, 13, 2, 34, 1, tzinfo=UTC)
    assert without == 1


def test_a_glossary_comes_back_as_it_went_out():
    for write, read in (
        (lambda t: glossaries.tbx(t, pair=PAIR), glossaries.read_tbx),
        (glossaries.table, glossaries.read_table),
    ):
        assert read(write(TERMS), name="g", pair=PAIR, study="ABX-101") == (TERMS, 0)


def test_older_tbx_and_a_spreadsheets_csv_are_read():
    assert glossaries.read_tbx(MARTIF, name="g", pair=PAIR, study="") == ([Term(PAIR, "site", "centro")], 1)
    body = "\ufeffen;es\r\nsite;centro\r\n;\r\n".encode()
    assert glossaries.read_table(body, name="g", pair=PAIR, study="") == ([Term(PAIR, "site", "centro")], 1)


@pytest.mark.parametrize(
    ("read", "body", "message"),
    [
        (lambda b: tmx.read(b, name="f", pair=PAIR, by="", at=AT, study=""), b"<html/>", "no tmx file"),
        (lambda b: tmx.read(b, name="f", pair=PAIR, by="", at=AT, study=""), b"no xml", "line 1"),
        (lambda b: glossaries.read_table(b, name="f", pair=PAIR, study=""), b"a,b\n1,2\n", "first row"),
        (lambda b: glossaries.read_table(b, name="f", pair=PAIR, study=""), b"\xff\xfe", "UTF-8"),
    ],
)
def test_what_is_no_such_file_is_refused_in_words(read, body, message):
    with pytest.raises(RejectedError, match=message):
        read(body)


def test_entities_are_not_followed(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("told")
    body = SPEC.replace(
        b'<!DOCTYPE tmx SYSTEM "tmx14.dtd">', f'<!DOCTYPE tmx [<!ENTITY e SYSTEM "{secret.as_uri()}">]>'.encode()
    )
    found, _ = tmx.read(body.replace(b"El formulario", b"El &e;"), name="f", pair=PAIR, by="", at=AT, study="")
    assert "told" not in found[0].target
