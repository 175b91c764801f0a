"""The rule that no item stands without a passage that proves it."""

import re
from collections.abc import Mapping

from hub.domain.minutes import Evidence

_WHITE = re.compile(r"\s+")


def fold(text: str) -> str:
    """Return *text* with every run of white space as one blank and none at the ends."""
    return _WHITE.sub(" ", text).strip()


def stands(evidence: Evidence, texts: Mapping[str, str]) -> bool:
    """Tell whether the quote stands, character for character after folding, in the cited segments.

    *texts* maps segment id to its text. Segments are read in the order cited, joined by a blank.
    """
    if any(segment not in texts for segment in evidence.segments):
        return False
    cited = fold(" ".join(texts[segment] for segment in evidence.segments))
    return fold(evidence.quote) in cited
