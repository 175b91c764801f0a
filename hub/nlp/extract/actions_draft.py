"""An action while the talk about it goes on."""

from dataclasses import dataclass, field

from hub.nlp.dates import SpokenDate
from hub.nlp.extract.actions_clauses import Clause, Mood
from hub.nlp.extract.context_address import Address
from hub.nlp.extract.owners import Owner
from hub.nlp.extract.utterances import Utterance


@dataclass(slots=True)
class Draft:
    """What is known so far of one matter: changes with every turn that speaks of it.

    *clause* says best what is to be done; *passages* prove it; *owner* is None while nobody took it.
    """

    clause: Clause
    passages: list[Utterance]
    address: Address | None = None
    owner: Owner | None = None
    due: SpokenDate | None = None
    others: list[Clause] = field(default_factory=list)
    accepted: bool = False
    recapped: bool = False
    dropped: str | None = None
    refused: list[str | None] = field(default_factory=list)
    noted: bool = False

    @property
    def mood(self) -> Mood:
        """How the matter was put."""
        return self.clause.mood

    @property
    def last(self) -> int:
        """Index of the last utterance that spoke of it."""
        return max(passage.index for passage in self.passages)

    @property
    def speaker(self) -> str | None:
        """Who put it first."""
        return self.passages[0].speaker

    def add(self, utterance: Utterance) -> None:
        """Count *utterance* among the passages."""
        if all(utterance.index != known.index for known in self.passages):
            self.passages.append(utterance)
            self.passages.sort(key=lambda entry: entry.index)
