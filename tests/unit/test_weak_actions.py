"""Which actions of the grammar stand in a trial's meeting, by what was learned: no model is needed."""

import pytest

from hub.domain.minutes import Action, Evidence
from hub.domain.transcript import Transcript
from hub.nlp.extract.belief import Belief
from hub.nlp.extract.context import Roster
from hub.nlp.extract.learned_actions import weighed
from hub.nlp.extract.learned_items import Place
from hub.nlp.extract.utterances import Utterance
from tests.unit.spoken import PEOPLE, meeting

SCRIPT = "Tom: I could ring the depot.\nHelen: Maybe I ask the pharmacy."


def _place(score: float) -> Place:
    said: Transcript = meeting(SCRIPT)
    told = tuple(
        Utterance(at, (s.id,), s.speaker, s.text, 0, len(s.text), s.start, s.end, None)
        for at, s in enumerate(said.segments)
    )
    return Place(told, said, Roster(PEOPLE), Belief({"action": (score, score)}, trial=1.0))


def _action(segment: str, quote: str, sure: float) -> Action:
    return Action("", quote, sure, Evidence((segment,), quote))


STRONG = _action("s1", "I could ring the depot.", 0.8)
DOUBTFUL = _action("s1", "I could ring the depot.", 0.65)
WEAK = _action("s2", "Maybe I ask the pharmacy.", 0.5)


@pytest.mark.parametrize(("score", "stands"), [(1.2, [WEAK]), (0.5, []), (-2.0, [])])
def test_a_weak_action_stands_where_the_scores_are_sure_of_it(score, stands):
    assert weighed([], [WEAK], _place(score))[0] == stands


@pytest.mark.parametrize(
    ("action", "score", "stands"), [(DOUBTFUL, -0.5, False), (DOUBTFUL, -0.3, True), (STRONG, -0.5, False)]
)
def test_an_action_falls_where_the_scores_deny_it_however_firm_and_is_also_said(action, score, stands):
    kept, also = weighed([action], [], _place(score))
    assert (kept == [action], [aside.evidence for aside in also]) == (stands, [] if stands else [action.evidence])


def test_the_actions_are_told_in_the_order_they_were_said():
    assert (
        weighed([_action("s2", WEAK.text, 0.9)], [_action("s1", STRONG.text, 0.5)], _place(2.0))[0][0].text
        == STRONG.text
    )
