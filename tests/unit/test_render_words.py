"""The documents' fixed words, the characters they may not carry, and the schemas."""

import re
import runpy
from pathlib import Path

from hub.render.legal import legal
from hub.render.marks import Note
from hub.render.messages import MESSAGES, PLURALS

ROOT = Path(__file__).resolve().parents[2]


def test_no_document_carries_characters_that_xml_refuses_or_that_turn_the_text_around_them() -> None:
    assert legal(Note(1, "Anna\x00 at \u202e0:07", "I'll\ud800 send\x0b it")) == Note(1, "Anna at 0:07", "I'll send it")


def test_words_of_every_script_and_joiners_stay_as_they_are() -> None:
    said = "क्\u200dष مرحبا 会議 👩\u200d⚕\ufe0f\tline\nnext"
    assert legal((said,)) == (said,)


def test_every_word_of_the_template_stands_in_the_list_for_the_translators() -> None:
    template = (ROOT / "hub/render/templates/minutes.html").read_text(encoding="utf-8")
    known = {*MESSAGES, *(form for pair in PLURALS for form in pair)}
    assert set(re.findall(r'words\.text\("([^"]+)"', template)) <= known


def test_the_schemas_in_the_docs_are_those_of_the_code() -> None:
    schemas = runpy.run_path(str(ROOT / "scripts" / "schemas.py"))
    assert schemas["stale"]() == [], "run scripts/schemas.py"
