"""What the rules for spoken days are made of: pieces of patterns, and what a match of them says."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from hub.nlp.dates import calendar as days
from hub.nlp.dates.numbers import value

Match = re.Match[str]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a phrase means: a day, or why there is none. With *whole* no part of it may be read alone."""

    day: date | None
    reason: str | None = None
    past: bool = False
    whole: bool = False


Resolve = Callable[[Match, date, str], Meaning]
"""Called with the match, the meeting's day and the region."""

WD = r"(?P<wd>mon(?:day)?|tue(?:s|sday)?|wed(?:s|nesday)?|thu(?:rs|rsday|r)?|fri(?:day)?|saturday|sunday)"
MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
YEAR = r"(?:,? (?P<year>20\d\d))?"
CLOSE = (
    r"(?:close of business|(?:close|end) of play|[ce]\.?o\.?[bp]\.?|e\.?o\.?d\.?|end of (?:the )?(?:business |working )?day|end of business|"
    r"close(?! of)|noon|midday|midnight)"
)
PART = (
    r"(?:,? first thing(?: in the morning)?| (?:morning|afternoon|evening|night|noon|lunch(?:time)?|[ap]\.? ?m\b\.?))?"
)
TAIL = rf"{PART}(?:,? (?:by |at |before )?(?:the )?{CLOSE})?"
HEAD = rf"(?:(?:{CLOSE}(?:,| on| of)?|(?:the )?(?:close|end) of) )?"
MEAL = r"(?:lunch(?:[ -]?time)?|tea[ -]?time|dinner(?:[ -]?time)?|breakfast)"
HUNG_UP = (
    r"(?:we(?:'re| are| get)?|i(?:'m| am| get)?|this call(?:'s| is)?) (?:all )?"
    r"(?:hang up|ring off|off (?:this |the )?(?:call|line|phone)|done here|finished here|over)"
)
CLOCK = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\d{1,2}(?::\d\d)?)(?: o'?clock| ?[ap]\.?m\b\.?)?"
OVER = r"(?:'s| is|’s) (?:over|out|through|done|up|gone)"
UNIT = r"(?P<unit>(?:working|business|calendar) days?|days?|weeks?|months?|hours?|fortnights?)(?:'s?|’s?)?"


SAME_DAY = 8  # hours that are over before the day is


def weekday_of(match: Match) -> int:
    """Return the weekday that a match names, Monday 0."""
    return next(i for i, name in enumerate(days.WEEKDAYS) if name.startswith(match["wd"].lower()[:3]))


def month_of(match: Match) -> int:
    """Return the month that a match names, January 1."""
    return next(i for i, name in enumerate(days.MONTHS, 1) if name.startswith(match["month"].lower()[:3]))


def year_of(match: Match) -> int | None:
    """Return the year that a match names, if it does."""
    return int(match["year"]) if match["year"] else None


def dated(day: date | None, meeting: date, *, backwards: bool = False) -> Meaning:
    """Return what a day of the calendar means at *meeting*."""
    if day is None:
        return Meaning(None, "there is no such day in the calendar")
    return Meaning(day, past=backwards or day < meeting)


def shift(match: Match, start: date, sign: int = 1) -> date:
    """Return the day that lies the number of units of a match after *start*, before it with *sign* -1."""
    count, unit = sign * value(match["n"]), match["unit"].lower()
    if unit.startswith(("working", "business")):
        return days.working_days(start, count)
    if unit.startswith("month"):
        return days.months_later(start, count)
    size = 7 if unit.startswith("week") else 14 if unit.startswith("fortnight") else 1
    if unit.startswith("hour"):
        return start + timedelta(days=sign * (0 if abs(count) <= SAME_DAY else -(-abs(count) // 24)))
    return start + timedelta(days=count * size)
