"""A clause that may speak of work to be done."""

from dataclasses import dataclass
from typing import Any

from hub.nlp.extract.actions_forms import Mood
from hub.nlp.extract.utterances import Utterance


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: *verb* is the spaCy token of the work, *subject* the doer's words where a third party is meant.

    *weight* is how firm the form of words is, 0 to 1; *needs_day* where only a day beside it makes it a promise
    ("I call them tomorrow").
    """

    utterance: Utterance
    mood: Mood
    verb: Any
    weight: float
    subject: Any = None
    negated: bool = False
    begin: int = 0
    needs_day: bool = False

    @property
    def lemma(self) -> str:
        """Base form of the verb."""
        return str(self.verb.lemma_).lower()
