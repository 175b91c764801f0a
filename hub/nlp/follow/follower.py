"""The built-in `Follower`: words and grammar, no model."""

from collections.abc import Mapping, Sequence

from hub.domain.minutes import Carried, Evidence
from hub.domain.transcript import Transcript
from hub.nlp.follow.closings import closings
from hub.nlp.follow.earlier import earlier as places


class WordFollower:
    """`Follower` by the words that passages and items share."""

    def closings(self, transcript: Transcript, carried: Sequence[Carried]) -> Mapping[str, Evidence]:
        """Return passages that say carried actions are done; see `Follower.closings`."""
        return closings(transcript, carried)

    def differing(self, decision: str, earlier: Sequence[str]) -> Sequence[int]:
        """Return earlier decisions that say something else; see `Follower.differing`."""
        return places(decision, earlier)
