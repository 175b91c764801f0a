"""Why an action has no day though one was spoken of, in the reader's language; minutes keep it in English."""

import re
from collections.abc import Hashable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import cast

from hub.ports import Wording
from hub.web.problem_words import Both, matched, pattern

_GIVEN = re.compile("\u2068(.*?)\u2069", re.DOTALL)
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)")


def said(words: Wording, reason: str) -> str | None:
    """Return *reason* in the reader's language; None where it is none that the hub gives.

    Days in it are written as the reader's locale does; names, in English as they were given, stand in isolates
    (U+2068 to U+2069), see `pieces`.
    """
    told = matched(_known(cast("Hashable", words)), reason)
    return None if told is None else _GIVEN.sub(lambda given: _with_days(given[1], words), told)


def pieces(told: str) -> list[tuple[str, bool]]:
    """Return the pieces of *told* in order, each with whether it is in English whatever the reader's language."""
    return [(piece, bool(at % 2)) for at, piece in enumerate(_GIVEN.split(told)) if piece]


def _with_days(given: str, words: Wording) -> str:
    return "".join(_day(piece, words) if at % 2 else _isolated(piece) for at, piece in enumerate(_DAY.split(given)))


def _day(iso: str, words: Wording) -> str:
    try:
        return words.date(date.fromisoformat(iso))
    except ValueError:
        return iso


def _isolated(piece: str) -> str:
    """Return *piece* with what it names in isolates, what stands around it outside."""
    named = piece.strip(" ,:")
    return piece.replace(named, f"\u2068{named}\u2069", 1) if named else piece


@lru_cache(maxsize=64)  # each locale's words are one object
def _known(of: Hashable) -> Sequence[tuple[re.Pattern[str], str]]:
    words = Both(cast("Wording", of))
    return [(pattern(english), told) for english, told in (*_of_what_was_said(words), *_of_the_record(words))]


def _of_what_was_said(words: Both) -> Iterator[tuple[str, str]]:
    yield words.text("no single day is named")
    yield words.text("no day is named")
    yield words.text("no day was promised")
    yield words.text("a week is named, not a day")
    yield words.text("a month is named, not a day")
    yield words.text("it was not said which week is meant")
    yield words.text("it was not said which year is meant")
    yield words.text("there is no such day in the calendar")
    yield words.text("the day of the meeting is not known")
    yield words.text("it is said to recur")
    yield words.text("it lies in the past")
    yield words.text("it counts from something that has not happened yet")
    yield words.text("depends on {event}")
    mismatch = words.text("{date} is not the weekday that was said")
    yield "{date} is a {weekday}, and {said} was said", mismatch[1]


def _of_the_record(words: Both) -> Iterator[tuple[str, str]]:
    yield words.text("the study's record holds no such day ahead there")
    yield words.text("the study's record holds several: {days}")
    yield words.text("the record's day cannot be counted from")
    yield words.text("its day was from the study's record, which not everybody who reads these minutes now may know")
    yield words.text("the event stands in a machine's English only: no day of the study's record is taken from there")
