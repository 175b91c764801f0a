"""The quick JSON says what Python's own says, to the letter where a hash or a key rests on it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.connectors.json_text import object_text, plain_object
from hub.domain import wire
from hub.storage import json_text

TEXTS = st.text(st.characters(exclude_categories=()), max_size=12)
SCALARS = st.one_of(TEXTS, st.integers(), st.booleans(), st.none(), st.floats(allow_nan=False))
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3))
OBJECTS = st.dictionaries(TEXTS, VALUES, max_size=5)
FLAT = st.dictionaries(TEXTS, SCALARS, max_size=5)


@given(OBJECTS | FLAT)
def test_an_object_is_written_as_the_domain_writes_it_and_read_as_python_reads_it(told):
    text = wire.dumps(told)
    assert json_text.written(told) == text
    assert object_text(told) in ("", text)
    assert json_text.read(text) == json.loads(text) == told
    assert repr(json_text.read(text)) == repr(told)  # 1 is not 1.0, nor True


@pytest.mark.parametrize("letter", [*map(chr, range(0x100)), "\u2028", "\uffff", "\U0001f600", "\ud800"])
def test_every_letter_is_written_alike(letter):
    told = {f"a{letter}": letter, "n": None, "t": True, "i": 2**70}
    assert json_text.written(told) == wire.dumps(told)
    assert object_text(told) in ("", wire.dumps(told))


@given(FLAT)
def test_a_plain_object_is_what_python_reads_or_is_left_to_it(told):
    for text in (json.dumps(told), json.dumps(told, ensure_ascii=False)):
        found = plain_object(text)
        assert found is None or repr(found) == repr(told)


def test_most_objects_are_plain():
    assert plain_object('{"a": "x", "b": 1, "c": null, "d": 1.5, "é": "ü"}') == json.loads(
        '{"a": "x", "b": 1, "c": null, "d": 1.5, "é": "ü"}'
    )
    assert object_text({"a": "é", "b": 1, "c": None}) == '{"a":"é","b":1,"c":null}'


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, "a": 2}',
        '{"a": "x", "a": "y"}',
        '{"a": "x", "a": 1}',
        '{"a": 1, "a": "x"}',
        '{"a": ["x"], "a": 1}',
        '{"a": {"b": 1}}',
        '{"a": "\\u0061"}',
        '{"a": NaN}',
        '{"a": Infinity}',
        "[1]",
        '"text"',
        "",
        '{"a": 1',
        "[" * 100_000,
    ],
)
def test_what_is_not_plain_for_sure_is_left_to_the_one_that_looks_closer(text):
    assert plain_object(text) is None


@pytest.mark.parametrize("text", ["", "{", "[1,]", "nonsense"])
def test_what_is_no_json_is_a_value_error(text):
    with pytest.raises(ValueError, match=r"(?i)json|expect|line"):
        json_text.read(text)
