"""Decisions of a few words, told with what they were said of: "Then not Bulgaria", "Twelve, then", "Out with it"."""

import re
from collections.abc import Sequence

from hub.domain.transcript import Transcript
from hub.nlp.extract.check import unproved
from hub.nlp.extract.matters import QUESTION, Hit, Worded, is_small_talk, plain
from hub.nlp.extract.utterances import Utterance, evidence, is_back_channel

_MOST_WORDS = 5  # of the ruling; a longer one has words enough to stand by itself
_FEWEST_SAID, _MOST_SAID = 4, 40  # words of what it was said of
_LEADS_UP = 4  # sentences before the ruling in which that is looked for
_IDLE = re.compile(
    r"\W*(?:(?:no|yes|so|oh|well|then)\W+)*(?:thank|sorry|(?:that|it)'?s (?:fine|good|all right)|same here|mine|ours)\b",
    re.IGNORECASE,
)
"""Few words that are polite, or assent, and rule nothing."""


def ruling(top: Utterance, sure: float, utterances: Sequence[Utterance], transcript: Transcript) -> Worded | None:
    """Return the sentence *top* as an item beside what it answers, both verbatim; *sure* is how sure it is.

    None where it is long enough to be told by itself, rules nothing, or nothing among *utterances* leads up to it.
    """
    before = _leads_up(top, utterances) if _rules(top) else None
    if before is None:
        return None
    proof = evidence([before, top], transcript)
    told = f"“{_trimmed(top)}” (said of: “{_trimmed(before)}”)."
    if unproved(told, proof.quote) is not None:
        return None
    return Worded(f"As said: {told}", sure, proof, Hit(top, (before, top), sure))


def _rules(top: Utterance) -> bool:
    text = plain(top.text)
    idle = is_back_channel(text) or _IDLE.match(text) or QUESTION.search(text) or is_small_talk(text)
    return not idle and len(text.split()) <= _MOST_WORDS and (_LEAVES.search(text) is not None or _names(top))


def _names(top: Utterance) -> bool:
    """Tell whether a sentence names what is ruled or how much, or denies it; a name alone only calls somebody."""
    return any(
        token.pos_ in {"NOUN", "NUM"} or (token.dep_ in {"neg", "det"} and token.lower_ == "no") for token in top.sent
    ) or (_THEN.search(plain(top.text)) is not None and any(token.pos_ == "PROPN" for token in top.sent))


_THEN = re.compile(r"\b(?:then|not|no|without|only|option)\b", re.IGNORECASE)
_LEAVES = re.compile(
    r"\b(?:(?:it|they|that|he|she|this)(?:['’]s| is| are|['’]re)? (?:stays?|remains?|ends?|goes|comes?|out|in|off|shut|closed|open)|"
    r"out with (?:it|them)|off it comes|off the list|back to|struck out|leave (?:it|them) (?:in|out))\b",
    re.IGNORECASE,
)
"""What is ruled of the thing just spoken of: "Then they stay on"."""


def _leads_up(top: Utterance, utterances: Sequence[Utterance]) -> Utterance | None:
    """Return the nearest sentence before *top* that says enough to be read; another's before the speaker's own."""
    near = [u for u in utterances[max(0, top.index - _LEADS_UP) : top.index] if _reads(u)]
    others = [u for u in near if u.speaker != top.speaker]
    return next(reversed(others or near), None)


def _reads(said: Utterance) -> bool:
    return not is_back_channel(said.text) and _FEWEST_SAID <= len(said.text.split()) <= _MOST_SAID


def _trimmed(said: Utterance) -> str:
    return " ".join(said.text.split()).rstrip(".,;:–—- ")
