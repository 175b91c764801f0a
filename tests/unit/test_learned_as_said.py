"""What the scores find and no rule can tell: it stands as it was said, where its doer or its day is proved."""

from datetime import date

import pytest

from hub.nlp.dates import find_dates
from hub.nlp.extract.belief import Belief
from hub.nlp.extract.context import Roster
from hub.nlp.extract.language import load_parser
from hub.nlp.extract.learned_actions import learned_actions
from hub.nlp.extract.learned_items import Place
from hub.nlp.extract.utterances import split
from tests.unit.spoken import PEOPLE, meeting

pytestmark = pytest.mark.models

MEETING_DAY = date(2026, 3, 11)


@pytest.fixture(scope="module")
def parser(model):
    return load_parser(model("spacy-en-sm"))


@pytest.fixture
def learned(parser):
    def find(script: str, *, score: float, trial: float = 1.0):
        """Return what is found where the first sentence has *score* and no other any."""
        transcript = meeting(script)
        utterances = split(transcript, parser)
        belief = Belief({"action": (score, *[-9.0] * (len(utterances) - 1))}, trial)
        place = Place(utterances, transcript, Roster(PEOPLE), belief)
        return learned_actions(place, (), lambda text: find_dates(text, meeting_day=MEETING_DAY))

    return find


def test_a_promise_nobody_can_retell_is_quoted_with_its_doer_and_the_day_that_follows(learned):
    (action,), also = learned("Tom: I'll send them what you told me. By Friday.\nHelen: Thanks.", score=0.3)
    assert action.text == "As said: “I'll send them what you told me.”"
    assert (action.owner, action.due, action.due_as_spoken) == ("Tom Ashworth", date(2026, 3, 13), "Friday")
    assert also == []


@pytest.mark.parametrize(
    ("script", "score", "trial"),
    [
        pytest.param("Tom: I'll be very popular with you then.", 0.3, 1.0, id="no deed"),
        pytest.param("Tom: You could send them what you told me.", 0.3, 1.0, id="neither doer nor day"),
        pytest.param("Tom: I'll send them what you told me.", -0.1, 1.0, id="not sure enough"),
        pytest.param("Tom: I'll send them what you told me.", 0.3, 0.0, id="free talk is not quoted"),
    ],
)
def test_otherwise_it_is_only_also_said(learned, script, score, trial):
    found, (passage,) = learned(script, score=score, trial=trial)
    assert found == []
    assert passage.kind == "action"
