"""What the tests of the extractor share: the cues over the real parser, and what they make of a short talk."""

from collections.abc import Callable

import pytest

from hub.domain.evidence import stands
from hub.domain.meeting import Participant
from hub.domain.minutes import Action
from hub.nlp.extract.extractor import CueExtractor
from tests.unit.spoken import PEOPLE, meeting


@pytest.fixture(scope="session")
def extractor(model) -> CueExtractor:
    """The cues alone; loaded once, for it keeps nothing of one transcript for the next."""
    return CueExtractor(parser_dir=model("spacy-en-sm"), encoder_dir=None, revision="test")


@pytest.fixture(scope="session")
def actions(extractor) -> Callable[..., tuple[Action, ...]]:
    """Give the actions of a talk written out; the evidence of each stands."""

    def found(script: str, *, people: tuple[Participant, ...] = PEOPLE) -> tuple[Action, ...]:
        transcript = meeting(script, people=people)
        minutes = extractor.extract(transcript)
        texts = {segment.id: segment.text for segment in transcript.segments}
        assert all(stands(action.evidence, texts) for action in minutes.actions)
        return minutes.actions

    return found
