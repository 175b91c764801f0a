"""Words that open a matter of the agenda ("moving on to supply"), and what they call it."""

import re
from collections.abc import Sequence

from hub.nlp.extract.context import Roster, plain
from hub.nlp.extract.lexicon import words
from hub.nlp.extract.utterances import Utterance
from hub.nlp.extract.writing import tidy

_ORDER = r"(?:next|first|second|third|fourth|fifth|sixth|last|final|following|remaining)"
_THING = r"(?:agenda )?(?:items?|topics?|points?|subjects?|matters?|thing)"
_WHERE = r"(?:,? (?:on|of|in) (?:the|our|my|today's) (?:agenda|list|programme|program))?(?: (?:for )?today)?"
_OPENERS = (
    rf"\b(?:the |our |and |so |okay |ok |now |right |then |^){{0,3}}{_ORDER} {_THING}{_WHERE}(?:,? (?:is|was|will be|would be|then|on|that's))*[\s:,–-]+",
    r"\b(?:mov(?:e|ing)|go(?:ing)?|jump(?:ing)?|skip(?:ping)?|pass(?:ing)?) (?:right |straight |quickly |now )?(?:on|along|ahead)(?: now| then| quickly)? to ",
    r"\bmov(?:e|ing) over to ",
    r"\bturn(?:ing)? (?:now |then |over )?to ",
    r"\bswitch(?:ing)? (?:gears |over |now |topics? )+to ",
    r"\bcom(?:e|ing) (?:now |on |then |next )to ",
    r"\b(?:that|this|which) (?:brings|leads|takes) us (?:nicely |straight |now |on )?(?:on)?to ",
    r"\bnext up(?:,? (?:is|we have))?[\s:,–-]+",
    r"(?:^|[.,;:–-] ?)(?:and |so |okay |ok |now |right |then ){0,3}on to ",
    r"\b(?:agenda )?(?:item|point|topic) (?:number )?(?:\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten)(?:,? (?:is|on))?[\s:,–-]+",
    r"\b(?:let's|let us|we'll|we will|i'd like to|i would like to|shall we|we can|we) (?:start|begin|kick off|open) (?:off |today )?with ",
    r"\blet's (?:talk|speak) (?:now |next |briefly )?(?:about|on) ",
    r"\bnext,? (?:let's (?:look at|do|take|cover)|we (?:have|come to)) ",
)
_OPENED = re.compile("|".join(f"(?:{opener})" for opener in _OPENERS), re.IGNORECASE)
_OTHERS = re.compile(
    r"\b(?:it|they|he|she|site \w+|sites?|patients?|who|which|lab|vendor|country)(?:'s|'re| is| are| was| will| would| can)?"
    r"(?: be| not)? $",
    re.IGNORECASE,
)
"""Somebody else who moves on: no matter of the meeting."""
_AOB = re.compile(r"\b(?:any other business|a\.?o\.?b\.?)\b", re.IGNORECASE)
_STOP = re.compile(
    r"[.?!;:]|,| [–-] |\b(?:i|we|you|he|she|they|it|i'd|i'll|i'm|we're|we've|that's|there's|do|does|did|can|could|would|will|shall|should|may|"
    r"where|what|who|how|why|when|which|whether|because|so|but|if|then|is|are|was|were|has|have|had|please|thanks|thank|okay|ok|"
    r"yes|yeah|right|um|uh|let's|let|before|after|unless|since|as|though|tomorrow|today|now|any)\b",
    re.IGNORECASE,
)
_IDLE = words(
    """
    that this those these them one ones thing things next first last second third item items point points topic topics agenda
    list the a an our your my of on in for with and or to monday tuesday wednesday thursday friday saturday sunday week month
    plan questions question page slide slides other else something anything nothing date day
    """
)
_LISTED = re.compile(
    r"\b(?:on (?:the|our|today's) agenda(?: today)?(?: (?:is|are|we have))?|agenda (?:today |for today )?(?:is|has)|"
    r"(?:we have|there are|we've got|i have) (?:\w+ ){0,2}(?:items|topics|points|subjects)(?: (?:on the agenda|for today|today))*)[\s:,–-]+(?P<list>.+)",
    re.IGNORECASE,
)
_LONGEST_WORDS = 8
_FEWEST_LISTED = 2


def opened(utterance: Utterance, roster: Roster) -> str | None:
    """Return the title of the matter that *utterance* opens, or None where it opens none."""
    text = plain(utterance.text)
    if _AOB.search(text) and len(text.split()) <= _LONGEST_WORDS * 2:
        return "Any other business"
    for found in _OPENED.finditer(text):
        if _OTHERS.search(text[: found.start()]):
            continue
        title = _title(text[found.end() :], roster)
        if title is not None:
            return title
    return None


def listed(utterances: Sequence[Utterance], roster: Roster) -> tuple[str, ...]:
    """Return the titles that somebody read out as the agenda at the beginning, none where nobody did."""
    for utterance in utterances[: max(12, len(utterances) // 10)]:
        found = _LISTED.search(plain(utterance.text))
        parts = re.split(r",(?: and| then)?\s|\band\b|\bthen\b|;", found["list"]) if found else []
        titles = [title for part in parts if (title := _title(part, roster)) is not None]
        if len(titles) >= _FEWEST_LISTED:
            return tuple(dict.fromkeys(titles))
    return ()


def telling(title: str) -> frozenset[str]:
    """Return the words of *title* by which its matter is known, cut to their stems."""
    return frozenset(stem(word) for word in re.findall(r"[a-z0-9]{3,}", title.casefold()) if word not in _IDLE)


def stem(word: str) -> str:
    """Return the beginning of a word that its forms share ("enrolment", "enrolled")."""
    return re.sub(r"(?:ing|ed|es|s|ment|ments)$", "", word)[:7] if len(word) > 4 else word.removesuffix("s")


def _title(text: str, roster: Roster) -> str | None:
    """Return the words up to where the sentence goes on; None where they name nothing."""
    text = re.sub(r"^(?:(?:the|our|your|this|a|an|about|with|on)\s+)+", "", text.strip(" ,:–-"), flags=re.IGNORECASE)
    stop = _STOP.search(text)
    cut = text[: min([stop.start() if stop else len(text), *_names(text, roster)])]
    title = tidy(cut, roster).strip(" ,.-–:")
    if not telling(title) or len(title.split()) > _LONGEST_WORDS:
        return None
    return f"{title[:1].upper()}{title[1:]}"


def _names(text: str, roster: Roster) -> list[int]:
    """Return where people are named, in small letters too: recognizers write names so."""
    first = {plain(name).split()[0].casefold() for name in roster.names}
    said = (found for found in re.finditer(r"\w+", text) if found[0].casefold() in first)
    return [*(mention.start for mention in roster.mentions(text)), *(found.start() for found in said)]
