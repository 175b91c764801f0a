"""Sentences of a transcript, and the words by which two of them speak of one thing."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hub.domain.answers import stem
from hub.domain.minutes import Evidence
from hub.domain.transcript import Transcript

_SENTENCE = re.compile(r"\S.*?(?:[.!?…]+(?=\s|$)|$)", re.DOTALL)
_WORD = re.compile(r"[^\W_]+(?:[-/][^\W_]+)*")
_SMALL = frozenset(
    """a about again all also am an and any are as at back be been before being both but by can could did do does doing
    done down each every few first for from get gets got had has have he her here him his how i if in into is it its
    just last let like lot me more most my new no not now of off okay on once one only or our ours out over own
    please put quite right same say see she should since so some still such team than thank thanks that the their
    them then there these they thing things this those to today together too under up us very was we week well went
    were what when where which while who whom why will with would yeah yes yesterday yet you your morning afternoon
    action actions item items point points closed close complete completed finish finished resolve resolved sort
    sorted care taken already finally really actually perfect great good""".split()  # noqa: SIM905 - words, as they are read
)
_DAYS = frozenset(
    """monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december mondays tuesdays wednesdays thursdays fridays saturdays
    sundays""".split()  # noqa: SIM905 - as above
)
_COUNTS = "zero one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905 - as above
_NUMBER = re.compile(r"\d")
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)$")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence; *at* counts the segments, from 0."""

    at: int
    segment: str
    speaker: str | None
    text: str


def sentences(transcript: Transcript) -> list[Sentence]:
    """Return the sentences of *transcript*, verbatim, in order."""
    return [
        Sentence(at, one.id, one.speaker, found[0].strip())
        for at, one in enumerate(transcript.segments)
        for found in _SENTENCE.finditer(one.text)
        if any(letter.isalnum() for letter in found[0])
    ]


def passage(first: Sentence, last: Sentence, transcript: Transcript) -> Evidence:
    """Return the passage from one sentence to the other, verbatim, over the segments between."""
    cited = transcript.segments[first.at : last.at + 1]
    whole = " ".join(one.text for one in cited)
    begin = whole.find(first.text)
    end = len(whole) - len(cited[-1].text) + cited[-1].text.find(last.text) + len(last.text)
    return Evidence(tuple(one.id for one in cited), " ".join(whole[begin:end].split()))


def plain(text: str) -> str:
    """Return *text* on one line, in small letters, with one kind of apostrophe."""
    return " ".join(text.replace("’", "'").split()).casefold()


def content(text: str) -> frozenset[str]:
    """Return the stems of the words that say what a sentence is about."""
    words = (word.casefold() for word in _WORD.findall(text.replace("’", "'")))
    return frozenset(
        stem(word) for word in words if len(word) > 1 and word not in _SMALL and word not in _DAYS
    ) | _numbers(text)


def names(text: str, people: Sequence[str] = ()) -> frozenset[str]:
    """Return what tells one place or thing from its like: names and numbers, without people, days and capitals only."""
    known = {part.casefold() for person in people for part in person.split()}
    found = [word for word in _tokens(text) if word.casefold() not in known]
    return frozenset(word.casefold() for word in found) | _numbers(text)


def _tokens(text: str) -> Iterator[str]:
    for place, found in enumerate(_WORD.finditer(text)):
        word = found[0]
        named = place > 0 and word[0].isupper() and not word.isupper() and word.casefold() not in _DAYS
        if named and word.casefold() not in _SMALL:
            yield word


def _numbers(text: str) -> frozenset[str]:
    words = [word.casefold() for word in _WORD.findall(text)]
    found = set()
    for place, word in enumerate(words):
        beside = {*words[max(0, place - 1) : place], *words[place + 1 : place + 2]}
        if word in _COUNTS[2:]:
            word = str(_COUNTS.index(word))
        if _NUMBER.search(word) and not _ORDINAL.match(word) and not beside & _DAYS:
            found.add(word)
    return frozenset(found)
