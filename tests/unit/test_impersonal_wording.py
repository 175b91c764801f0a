"""How what was said in the first person is told in minutes, and how run-on speech is cut."""

import pytest

from hub.nlp.extract.impersonal import plan, third_person, told
from hub.nlp.extract.language import load_parser
from hub.nlp.extract.pieces import pieces
from hub.nlp.extract.utterances import split
from tests.unit.spoken import meeting

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def parser(model):
    return load_parser(model("spacy-en-sm"))


@pytest.mark.parametrize(
    ("said", "written"),
    [
        (
            "We've burned eighty percent and we're only halfway through.",
            "the team has burned eighty percent and the team is only halfway through.",
        ),
        ("we can't release anything from there", "the team cannot release anything from there"),
        ("we use the old form and carry it", "the team uses the old form and carries it"),
        ("we'd miss the lock", "the team would miss the lock"),
    ],
)
def test_the_verb_agrees_with_the_team(parser, said, written):
    assert told(parser(said)[:]) == written


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("I propose to change the courier for Spain.", "the team will change the courier for Spain."),
        (
            "I'd suggest we stay at forty milligrams before we go up.",
            "the team will stay at forty milligrams before the team goes up.",
        ),
        (
            "My recommendation to the committee is to replace the first population.",
            "the team will replace the first population.",
        ),
        ("I suggest keeping the old lab.", "the team will keep the old lab."),
        ("Shall we use the central lab instead", "the team will use the central lab instead"),
        ("Let us not open Lille.", "the team will not open Lille."),
    ],
)
def test_a_proposal_is_told_as_what_will_be_done(parser, said, written):
    assert plan(parser(said)[:]) == written


def test_verbs_take_their_ending():
    assert [third_person(verb) for verb in ("use", "carry", "push", "go", "stay")] == [
        "uses",
        "carries",
        "pushes",
        "goes",
        "stays",
    ]


def test_comma_spliced_speech_is_cut_at_its_clauses_and_every_piece_is_a_slice(parser):
    transcript = meeting(
        "Helen: There are 90 open queries, most of the old ones belong to site seven, the coordinator left, so nobody answers them"
    )
    text = transcript.segments[0].text
    cut = pieces(split(transcript, parser), transcript)
    assert len(cut) > 1
    assert [text[piece.start_char : piece.end_char] for piece in cut] == [piece.text for piece in cut]


def test_a_condition_stays_with_what_follows_from_it(parser):
    transcript = meeting(
        "Helen: I put it in quarantine yesterday evening, if the data do not cover six hours, we may run out of drug in July."
    )
    cut = pieces(split(transcript, parser), transcript)
    assert cut[-1].text == "if the data do not cover six hours, we may run out of drug in July."
