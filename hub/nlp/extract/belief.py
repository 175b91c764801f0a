"""What was learned, asked of the sentences of one meeting."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from hub.domain.transcript import Transcript
from hub.nlp.extract.leanings import leanings
from hub.nlp.extract.shapes import shapes
from hub.nlp.extract.surroundings import surroundings
from hub.nlp.extract.utterances import Utterance
from hub.nlp.learned.groups import CLOSE, Group, Joining, groups
from hub.nlp.learned.words import said

FREE_TALK = 0.5
"""Share of a trial's talk below which a meeting is read as free talk, where the cues alone are not believed."""
JOINED_FREELY = {
    "action": Joining(apart=4, longest=12, drop=1.45, below_floor=True),
    "decision": Joining(apart=4, longest=12, drop=5.5, below_floor=True),
    "risk": Joining(apart=4, longest=12, drop=5.0, below_floor=True),
    "issue": Joining(apart=4, longest=12, drop=5.0, below_floor=True),
}
"""In free talk a matter is turned over for half a minute in short utterances; chosen on AMI's training series."""
LISTED, _LEAST_LISTED = {"action": 5, "decision": 10, "risk": 10, "issue": 10}, -2.0
"""So many matters of free talk are worth a look though they score little, but not less than this."""


class Scoring(Protocol):
    """Scores the utterances of a meeting; see `hub.nlp.learned.scorer.Scorer.scores`."""

    revision: str

    def scores(self, meeting: Sequence[Any], *, sentences: Sequence[str], leanings: Any, surroundings: Any) -> Any:
        """Return one row an utterance, one column a kind: 0 where the draft begins, -1 where "also said" begins."""


@dataclass(frozen=True, slots=True)
class Belief:
    """Scores of a meeting's sentences by kind (action, decision, risk, issue), *trial* how far it is a trial's."""

    by_kind: dict[str, tuple[float, ...]]
    trial: float

    @property
    def free_talk(self) -> bool:
        """Whether the meeting is not in the words of trials, so that the cues made for them are weaker proof."""
        return self.trial < FREE_TALK

    def of(self, kind: str, rows: Sequence[int]) -> float:
        """Return the strongest score of *rows*."""
        return max((self.by_kind[kind][row] for row in rows), default=-9.0)

    def matters(self, kind: str, *, floor: float = -1.0) -> list[Group]:
        """Return the matters of *kind* that score at least *floor*, in free talk some more; the strongest first."""
        if not self.free_talk:
            return groups(self.by_kind[kind], floor=floor, joining=CLOSE)
        found = groups(self.by_kind[kind], floor=min(floor, _LEAST_LISTED), joining=JOINED_FREELY[kind])
        return [group for at, group in enumerate(found) if group.score >= floor or at < LISTED[kind]]


def believe(utterances: Sequence[Utterance], transcript: Transcript, scorer: Scoring) -> Belief:
    """Return what *scorer* makes of *utterances*."""
    heard = [said(u.speaker, u.text, shapes(u.sent)) for u in utterances]
    found = scorer.scores(
        heard,
        sentences=[u.text for u in utterances],
        leanings=partial(leanings, utterances, transcript),
        surroundings=partial(surroundings, utterances),
    )
    columns = {
        kind: tuple(map(float, found.kinds[:, at])) for at, kind in enumerate(("action", "decision", "risk", "issue"))
    }
    return Belief(columns, found.trial)


def confidence(score: float) -> float:
    """Return a score as a confidence from 0 to 1: 0.6 where the draft begins, 0.4 where "also said" does."""
    return round(max(0.05, min(0.95, 0.6 + (0.2 * score if score < 0 else 0.25 * score))), 2)
