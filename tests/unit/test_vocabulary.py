"""The vocabulary puts names right and says what it changed."""

import pytest

from hub.domain.errors import UsageError
from hub.domain.meeting import Meeting
from hub.domain.transcript import Segment, Transcript, Word
from hub.nlp.vocabulary import EMPTY, correct, load_vocabulary


def vocabulary(tmp_path, text):
    path = tmp_path / "terms.txt"
    path.write_text(text)
    return load_vocabulary(path)


def corrected(text, terms):
    words = tuple(Word(i, i + 0.5, f" {word}", 0.9) for i, word in enumerate(text.split()))
    return correct(Transcript(Meeting("m"), "en", (Segment("s1", None, 0, 9, text, words),)), terms)


def test_terms_rules_and_remarks_are_read(tmp_path):
    found = vocabulary(tmp_path, "# drugs\nBrevantinib\nvalor is a mab => Valorizumab # heard so\n\n")
    assert found.terms == ("Brevantinib", "Valorizumab")
    assert found.rules == (("valor is a mab", "Valorizumab"),)


@pytest.mark.parametrize("text", ["=> Brevantinib", "brevan =>"])
def test_half_a_rule_is_refused_with_its_line(tmp_path, text):
    with pytest.raises(UsageError, match=r"terms\.txt: line 2"):
        vocabulary(tmp_path, f"Wrocław\n{text}\n")


def test_a_rule_is_applied_in_text_and_words_and_recorded(tmp_path):
    terms = vocabulary(tmp_path, "valor is a mab => Valorizumab\n")
    found = corrected("We have Valor is a mab, not more.", terms)
    assert found.segments[0].text == "We have Valorizumab, not more."
    assert "".join(word.text for word in found.segments[0].words).strip() == "We have Valorizumab, not more."
    assert [(c.segment, c.heard, c.written) for c in found.coverage.corrections] == [
        ("s1", "Valor is a mab", "Valorizumab")
    ]


@pytest.mark.parametrize(
    ("said", "term", "written"),
    [
        ("We open Vrotswaf and Breventinib sites.", "Brevantinib", "We open Vrotswaf and Brevantinib sites."),
        ("Ask Marek Novotnie about it.", "Novotny", "Ask Marek Novotny about it."),
        ("The inter analysis is late.", "interim analysis", "The interim analysis is late."),
    ],
)
def test_what_sounds_like_a_term_becomes_it(tmp_path, said, term, written):
    assert corrected(said, vocabulary(tmp_path, term)).segments[0].text == written


@pytest.mark.parametrize(
    ("said", "term"),
    [
        ("We will send the report.", "Sentara"),
        ("The site is in Spain.", "Spine"),
        ("Brevantinib arrived.", "Brevantinib"),
        ("It was a brief antenna test.", "Brevantinib"),
    ],
)
def test_ordinary_words_are_left_alone(tmp_path, said, term):
    found = corrected(said, vocabulary(tmp_path, term))
    assert found.segments[0].text == said
    assert not found.coverage.corrections


def test_without_a_vocabulary_nothing_changes():
    found = corrected("We open Wrotslav.", EMPTY)
    assert found.coverage.corrections == ()


def test_a_vocabulary_that_is_not_there_or_no_text_is_said_plainly(tmp_path):
    with pytest.raises(UsageError, match=r"cannot be read \(No such file or directory\)$"):
        load_vocabulary(tmp_path / "none.txt")
    (tmp_path / "raw.txt").write_bytes(b"\xc6\xff")
    with pytest.raises(UsageError, match=r"no text in UTF-8 \(byte 0\)$"):
        load_vocabulary(tmp_path / "raw.txt")
