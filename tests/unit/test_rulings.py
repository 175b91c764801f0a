"""Decisions of a few words are told with what they were said of, where the scores are sure of them."""

import pytest

from hub.nlp.extract.belief import Belief
from hub.nlp.extract.context import Roster
from hub.nlp.extract.language import load_parser
from hub.nlp.extract.learned_items import Place, learned
from hub.nlp.extract.utterances import split
from tests.unit.spoken import PEOPLE, meeting

pytestmark = pytest.mark.models

NONE = {"decision": (), "action": (), "risk": (), "issue": ()}


@pytest.fixture(scope="module")
def parser(model):
    return load_parser(model("spacy-en-sm"))


@pytest.fixture
def decisions(parser):
    def find(script: str, *, score: float = 1.0):
        """Return the texts of the decisions where the last sentence has *score* and no other any."""
        transcript = meeting(script)
        utterances = split(transcript, parser)
        low = (-9.0,) * len(utterances)
        scores = dict.fromkeys(("action", "risk", "issue"), low) | {"decision": (*low[:-1], score)}
        found = learned(Place(utterances, transcript, Roster(PEOPLE), Belief(scores, 1.0)), NONE)
        return [item.text for item in found.decisions]

    return find


@pytest.mark.parametrize(
    ("before", "said"),
    [
        ("Their ethics board sits only in the autumn.", "Then not Estonia."),
        ("The nurses would manage with twelve kits a month.", "Twelve, then."),
        ("The old questionnaire confuses everybody who reads it.", "Out with it."),
        ("Both monitors would rather keep the morning visits.", "Then they stay."),
    ],
)
def test_a_ruling_of_a_few_words_is_quoted_with_what_it_answers(decisions, before, said):
    told = f"As said: “{said.rstrip('.')}” (said of: “{before.rstrip('.')}”)."
    assert decisions(f"Tom: {before}\nHelen: {said}") == [told]


@pytest.mark.parametrize(
    "said", ["Yeah, nah.", "So then.", "Okay, Tom.", "Thank you.", "That's fine.", "Twelve, then?"]
)
def test_few_words_that_rule_nothing_are_no_decision(decisions, said):
    assert decisions(f"Tom: The nurses would manage with twelve kits a month.\nHelen: {said}") == []


def test_a_ruling_that_is_not_sure_or_that_nothing_leads_up_to_is_no_decision(decisions):
    assert decisions("Tom: Their ethics board sits only in the autumn.\nHelen: Then not Estonia.", score=0.2) == []
    assert decisions("Helen: Then not Estonia.") == []
