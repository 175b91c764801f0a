"""What stands around a sentence: turns, answers, who leads, words taken up; and the shape of a sentence."""

import numpy as np
import pytest

from hub.nlp.extract.language import load_parser
from hub.nlp.extract.shapes import shapes
from hub.nlp.extract.surroundings import NAMES, surroundings
from hub.nlp.extract.turns import floor, turns
from hub.nlp.extract.utterances import split
from tests.unit.spoken import meeting

pytestmark = pytest.mark.models

TALK = """Lena: Next, the courier for the samples.
Marc: Two of them made an offer. Swift is cheaper, Polar is colder.
Ann: We need it cold.
Lena: Then it's Polar.
Marc: Fine.
Lena: Moving on. The newsletter."""


@pytest.fixture(scope="module")
def spoken(model):
    parser = load_parser(model("spacy-en-sm"))
    return lambda script: split(meeting(script), parser)


def test_a_turn_is_what_one_person_says_until_another_speaks(spoken):
    found = turns(spoken(TALK))
    assert [(turn.speaker, len(turn.rows)) for turn in found] == [
        ("Lena", 1), ("Marc", 2), ("Ann", 1), ("Lena", 1), ("Marc", 1), ("Lena", 2),
    ]  # fmt: skip
    assert [turn.assents for turn in found] == [False, False, False, False, True, False]
    assert [turn.moves_on for turn in found] == [True, False, False, False, False, True]


def test_who_goes_on_to_the_next_point_leads(spoken):
    leads = floor(turns(spoken("Ann: Good morning, all.\n" + TALK)))
    assert (leads.first, leads.chair, leads.rank["Lena"]) == ("Ann", "Lena", 0)


def test_each_sentence_has_its_row_and_a_talk_of_nothing_has_none(spoken):
    utterances = spoken(TALK)
    rows = surroundings(utterances)
    assert rows.shape == (len(utterances), len(NAMES))
    assert np.isfinite(rows).all()
    assert np.abs(rows).max() <= 2.0
    assert surroundings(()).shape == (0, len(NAMES))


def test_a_ruling_is_told_from_a_report_by_what_stands_around_it(spoken):
    utterances = spoken(TALK)
    rows = surroundings(utterances)
    ruling, report = (
        dict(zip(NAMES, rows[next(at for at, u in enumerate(utterances) if u.text.startswith(text))], strict=True))
        for text in ("Then", "We need")
    )
    told_apart = ("assent_next", "by_chair", "moves_on_second")
    assert [ruling[name] for name in told_apart] == [1.0, 1.0, 1.0]
    assert [report[name] for name in told_apart] == [0.0, 0.0, 0.0]


def test_two_sentences_on_different_matters_have_one_shape(spoken):
    one, other = (set(shapes(u.sent)) for u in spoken("A: Then the phone is fine.\nB: Then the label is good."))
    assert "~^ then the N" in one & other
    assert "~the N is ADJ" in one & other
    assert not any("phone" in term or "label" in term for term in one | other)
    assert {"~v:close", "~r:close/VB"} <= set(shapes(spoken("A: Please close the old query.")[0].sent))


def test_the_shape_of_a_noise_or_of_nothing_is_no_error(spoken):
    (noise,) = spoken("A: Mm-hm.")
    assert shapes(noise.sent)
