"""The ways to say a day, one rule each: a pattern and what it means on the meeting's day."""

import re
from datetime import date, timedelta
from functools import cache

from hub.nlp.dates import calendar as days
from hub.nlp.dates.counted import RULES as COUNTED
from hub.nlp.dates.feasts import NAMES as FEASTS
from hub.nlp.dates.feasts import RULES as OF_FEASTS
from hub.nlp.dates.numbers import CARDINAL, LATER_CARDINAL, LATER_ORDINAL, ORDINAL, SPOKEN_ORDINAL, value
from hub.nlp.dates.parts import (
    CLOCK,
    CLOSE,
    HEAD,
    HUNG_UP,
    MEAL,
    MONTH,
    OVER,
    PART,
    TAIL,
    UNIT,
    WD,
    YEAR,
    Match,
    Meaning,
    Resolve,
    dated,
    month_of,
    shift,
    weekday_of,
    year_of,
)


def _numeric(match: Match, meeting: date, region: str) -> Meaning:
    first, second = int(match["a"]), int(match["b"])
    number, month = (second, first) if region == "US" else (first, second)
    if month > 12 >= number:
        number, month = month, number
    year = int(match["y"]) + (2000 if len(match["y"]) == 2 else 0) if match["y"] else None
    if not 1 <= month <= 12:
        return Meaning(None, "there is no such day in the calendar")
    return dated(days.next_date(meeting, number, month, year), meeting)


def _ordinal(match: Match, meeting: date, _region: str) -> Meaning:
    return dated(days.next_such_day(meeting, value(match["n"])), meeting)


def _month_day(match: Match, meeting: date, _region: str) -> Meaning:
    found = days.next_date(meeting, value(match["n"]), month_of(match), year_of(match))
    return _of_weekday(match, found, meeting) if match.groupdict().get("wd") else dated(found, meeting)


def _of_weekday(match: Match, found: date | None, meeting: date) -> Meaning:
    """Return a day that its weekday was said with; where the two do not agree, nobody knows which was meant."""
    if found is not None and found.weekday() != weekday_of(match):
        return Meaning(None, f"{found.isoformat()} is a {found:%A}, and {match['wd']} was said", whole=True)
    return dated(found, meeting)


def _end_of_month(match: Match, meeting: date, _region: str) -> Meaning:
    month = month_of(match)
    year = ("year" in match.re.groupindex and year_of(match)) or (
        meeting.year if month >= meeting.month else meeting.year + 1
    )
    return dated(days.last_of_month(year, month), meeting)


def _end_of_quarter(match: Match, meeting: date, _region: str) -> Meaning:
    words = {"first": 1, "second": 2, "third": 3, "fourth": 4}
    quarter = int(match["q"]) if match["q"] else words[match["qw"].lower()]
    last = days.last_of_month(meeting.year, 3 * quarter)
    if not match["year"] and last < meeting:
        last = days.last_of_month(meeting.year + 1, 3 * quarter)
    return dated(last.replace(year=int(match["year"])) if match["year"] else last, meeting)


def _in_week(weeks: int) -> Resolve:
    return lambda match, meeting, _r: dated(days.in_week(meeting, weekday_of(match), weeks=weeks), meeting)


def _on(offset: int) -> Resolve:
    return lambda _m, meeting, _r: Meaning(meeting + timedelta(days=offset), past=offset < 0)


def _open(reason: str) -> Resolve:
    return lambda _m, _d, _r: Meaning(None, reason)


def _event(match: Match, _meeting: date, _region: str) -> Meaning:
    return Meaning(None, f"depends on {match['event'].strip()}")


def _ago(match: Match, meeting: date, _region: str) -> Meaning:
    return Meaning(shift(match, meeting, -1), past=True)


def _named_weekday(match: Match, meeting: date, _region: str) -> Meaning:
    """A weekday with its day of the month, which have to agree."""
    return _of_weekday(match, days.next_such_day(meeting, value(match["n"])), meeting)


def _weekday_beside(match: Match, meeting: date, _region: str) -> Meaning:
    """The weekday before or after a day of the month: "the Monday after the sixteenth"."""
    found = days.next_such_day(meeting, value(match["n"]))
    if found is None:
        return dated(None, meeting)
    beside = days.weekday_before if match["side"].lower() == "before" else days.weekday_after
    return dated(beside(found, weekday_of(match)), meeting)


_EVENTS = (
    r"(?P<event>(?:(?:the|our|their|this|that|next|final|first|last|an?|any) ){0,3}(?:[\w-]+ ){0,2}?"
    r"(?:lock|unblinding|cut-?off|cut|dmc|dsmb|idmc|interim(?: analysis)?|analysis|visits?|audit|inspection|initiation|siv|"
    r"activation|submission|approval|meeting|call|review|training|close-?out|shipment|delivery|randomi[sz]ation|milestone|"
    r"go-?live|freeze|enrolment|enrollment|screening|committee|launch|kick-?off|transfer|holidays?|vacation|leave|break|report))\b"
)


def _week_from(match: Match, meeting: date, _region: str) -> Meaning:
    name = (match["wd"] or match["wd2"]).lower()[:3]
    weekday = next(i for i, day in enumerate(days.WEEKDAYS) if day.startswith(name))
    if match["wd"]:
        return Meaning(days.in_week(meeting, weekday, weeks=2))
    return Meaning(days.weekday_after(meeting, weekday) + timedelta(days=7))


def _past_any(match: Match, meeting: date, _region: str) -> Meaning:
    name = (match["wd"] or match["wd2"]).lower()[:3]
    weekday = next(i for i, day in enumerate(days.WEEKDAYS) if day.startswith(name))
    return Meaning(days.weekday_before(meeting, weekday), past=True)


def _in_next_week(match: Match, meeting: date, _region: str) -> Meaning:
    name = (match["wd"] or match["wd2"]).lower()[:3]
    weekday = next(i for i, day in enumerate(days.WEEKDAYS) if day.startswith(name))
    return Meaning(days.in_week(meeting, weekday, weeks=1))


def _month_end(day: date, months: int) -> date:
    later = days.months_later(day.replace(day=1), months)
    return days.last_of_month(later.year, later.month)


_SAID = r"(?=[,.;:!?]|$| (?:any(?:how|way)|though|already|again|still|just|of the month|at the latest|and|or|but|because|so|if|then|latest|please|i|we|it|they|he|she|you|the|my|our|your|all|there)\b)"
"""What may follow a day that is only a number."""
_SAID_LATER = (
    r"(?= (?:myself|yourself|himself|herself|at|with|for|by|in|on|to|from|after|before|when|as|is|was|works|would|will|too|instead|not|"
    r"morning|afternoon|evening|until|till|unless|already|once|which|should|could|can)\b|['’]s\b)"
)
"""What may follow one that counts hardly anything but days."""
_NO_DAY = (
    r"(?! (?:century|floor|version|amendment|percentile|patient|subject|visit|site|time|item|row|line|cycle|dose|cohort|edition|week|"
    r"day|quarter|revision|draft))"
)
_NO_FEAST = (
    "(?:(?<!good )|(?<=no good )|(?<=is good )|(?<='s good )|(?<=’s good ))(?<!easter )(?<!whit )(?<!pentecost )"
)
"""What does not stand before a weekday of its own: "Good Friday", "Easter Monday"."""
_RULES: tuple[tuple[str, Resolve], ...] = (
    # ISO and numeric
    (r"(?P<y>20\d\d)-(?P<b>\d\d)-(?P<a>\d\d)", lambda m, d, _r: _numeric(m, d, "GB")),
    (r"(?<![\d.])(?P<a>\d{1,2})/(?P<b>\d{1,2})(?:/(?P<y>\d{4}|\d{2}))?(?![\d/%])", _numeric),
    (r"(?<![\d.])(?P<a>\d{1,2})\.(?P<b>\d{1,2})\.(?P<y>20\d\d|\d\d)?(?!\d)", lambda m, d, _r: _numeric(m, d, "GB")),
    # a day of a month
    (rf"{HEAD}(?:{WD},? )?(?:the )?(?P<n>{ORDINAL}|\d{{1,2}}) (?:of )?{MONTH}{YEAR}\b", _month_day),
    (rf"{HEAD}(?:{WD},? )?{MONTH} (?:the )?(?P<n>{ORDINAL}|\d{{1,2}})(?![\d:.]*\d|%| (?:patients|sites|percent)){YEAR}", _month_day),
    (rf"{MONTH} (?P<n>{LATER_CARDINAL}){YEAR}{_SAID}", _month_day),
    (rf"{HEAD}(?:the )?{WD},? (?:the )?(?P<n>{ORDINAL})\b(?! thing)", _named_weekday),
    (rf"(?:the )?{WD} (?P<side>before|after) the (?P<n>{ORDINAL})\b", _weekday_beside),
    # ends
    (rf"(?:(?:the )?(?:end|close) of (?:the )?(?:month of )?|(?:(?<=by )|(?<=at )|(?<=until ))end ){MONTH}{YEAR}\b", _end_of_month),
    (r"(?:the )?end of (?:the )?(?:q(?P<q>[1-4])|(?P<qw>first|second|third|fourth) quarter)(?: (?:of )?(?P<year>20\d\d))?\b", _end_of_quarter),
    (r"(?:the )?end of (?:the )?week after next|(?:the )?end of the week after", lambda _m, d, _r: Meaning(days.end_of_week(d, weeks=2))),
    (r"(?:the )?end of (?:the )?next week|(?:the )?end of the following week", lambda _m, d, _r: Meaning(days.in_week(d, days.FRIDAY, weeks=1))),
    (r"(?:the |this )?(?:end of (?:the |this |the working )?(?:business |working )?week|week'?s? end|end this week|eow)\b(?! after)", lambda _m, d, _r: Meaning(days.end_of_week(d, weeks=0))),
    (r"(?:the )?end of (?:the )?next month", lambda _m, d, _r: Meaning(_month_end(d, 1))),
    (r"(?:the )?(?:(?:end|close) of (?:the |this )?month|month(?:'s|[- ]?)? ?end|eom|the month is out)\b", lambda _m, d, _r: Meaning(_month_end(d, 0))),
    (r"(?:the )?end of (?:the )?next quarter", lambda _m, d, _r: Meaning(days.last_of_quarter(d, quarters=1))),
    (r"(?:the )?(?:(?:end|close) of (?:the |this )?quarter|quarter[- ]?end|eoq)\b", lambda _m, d, _r: Meaning(days.last_of_quarter(d))),
    (r"(?:the )?end of next year", lambda _m, d, _r: Meaning(date(d.year + 1, 12, 31))),
    (r"(?:the )?(?:end of (?:the |this )?year|year[- ]?end|eoy)\b", lambda _m, d, _r: Meaning(date(d.year, 12, 31))),
    # weekdays
    (rf"\b{WD} (?:of )?(?:the )?week after next|(?:a )?week (?:from|on) (?:this |next )?{WD.replace('wd', 'wd2')}", _week_from),
    (rf"{WD} after next", _in_week(2)),
    (rf"{WD} (?:next|coming)\b(?! (?:week|month|year|quarter|time|to|up|in|out|from|back|over)\b)", lambda m, d, _r: Meaning(days.weekday_after(d, weekday_of(m)))),
    (rf"(?:not|no) (?:this|the next|next) {WD},? (?:but )?the (?:one|week) after(?: that)?", lambda m, d, _r: Meaning(days.weekday_after(d, weekday_of(m)) + timedelta(days=7), whole=True)),
    (rf"last {WD}{PART}|(?:this )?past {WD.replace('wd', 'wd2')}", _past_any),
    (rf"(?:every|each) (?:other |second )?(?:{WD}|day|week|month|quarter|morning)|(?:mon|tues|wednes|thurs|fri)days\b", _open("it is said to recur")),
    (rf"(?:once|twice) (?:an?|per|every|each|in) (?:(?:{CARDINAL}) )?(?:days?|weeks?|fortnights?|months?)|every {CARDINAL} (?:working |business )?(?:hours|days|weeks|months)", _open("it is said to recur")),
    (r"\b(?:weekly|daily|monthly|biweekly|bi-weekly|quarterly|fortnightly)\b", _open("it is said to recur")),
    (rf"{HEAD}next week(?:'s|,| on)? {WD}{TAIL}|{HEAD.replace('(?:', '(?:', 1)}{WD.replace('wd', 'wd2')} (?:of )?(?:next|(?:the )?(?:coming|following)) week{TAIL}", _in_next_week),
    (rf"{HEAD}next {WD}{TAIL}", _in_week(1)),
    (rf"{HEAD}this (?:coming )?{WD}{TAIL}", lambda m, d, _r: Meaning(days.weekday_after(d, weekday_of(m), same_day=True))),
    (rf"{HEAD}(?:coming |the coming |first thing (?:on )?)?{_NO_FEAST}\b{WD}\b{TAIL}(?!\s+(?:the )?(?:week|after next)|-(?!ish)[a-z])", lambda m, d, _r: Meaning(days.weekday_after(d, weekday_of(m)))),
    # spans
    (rf"(?:in|within|inside(?: of)?|over|after) (?:the next |the coming |about |another |around )?(?P<n>{CARDINAL})[- ]{UNIT}(?: time)?(?: from (?:now|today))?", lambda m, d, _r: Meaning(shift(m, d))),
    (rf"(?:(?<=^)(?!(?:[\w-]+ ){{1,3}}to\b)|(?<=give me )|(?<=give us )|(?<=takes me )|(?<=takes us )|(?<=i need )|(?<=i'll need ))(?P<n>{CARDINAL})[- ]{UNIT}(?: time)?(?= ?(?:[,.?!]|$|(?:for (?:it|that|this|the)|and|then|to)\b))", lambda m, d, _r: Meaning(shift(m, d))),
    (rf"(?P<n>{CARDINAL})[- ]{UNIT} from (?:now|today)", lambda m, d, _r: Meaning(shift(m, d))),
    (rf"(?P<n>{CARDINAL})[- ]{UNIT} (?:from|after) (?P<sub>{WD})", lambda m, d, _r: Meaning(shift(m, days.weekday_after(d, weekday_of(m))))),
    (rf"(?P<n>{CARDINAL}) {UNIT} ago", _ago),
    (rf"(?:\A|(?<=[.!?] ))(?P<n>{CARDINAL}) (?P<unit>(?:working|business|calendar) days?|days|weeks)(?=\W*\Z|[,.;?]| (?:at (?:most|the latest)|max|tops)\b)", lambda m, d, _r: Meaning(shift(m, d))),
    (r"(?:a )?fortnight", _on(14)),
    (r"a week from (?:today|now)|this (?:time|day) next week|today week|in one week", _on(7)),
    (r"(?:a|this) week from tomorrow", _on(8)),
    # near days
    (rf"{HEAD}(?:the )?day after tomorrow{TAIL}", _on(2)),
    (rf"{HEAD}tomorrow{TAIL}|the morr(?:a|ow)(?:'s morning)?|(?<!\w day )(?<!the )first thing(?: in the morning|(?=[,.;!?]|$))", _on(1)),
    (r"the day before yesterday", _on(-2)),
    (r"yesterday(?: (?:morning|afternoon|evening))?|last night", _on(-1)),
    (rf"{HEAD}(?:later )?today(?!'s|’s){TAIL}|tonight|this (?:morning|afternoon|evening)|(?:right |straight |just |directly )?after (?:this|our) (?:call|meeting)|(?:right|straight) after the (?:call|meeting)|(?:right|straight|directly|immediately) after this(?=\W*$)", _on(0)),
    (rf"(?:the (?:minute|second|moment|instant)|as soon as|once|when) {HUNG_UP}", _on(0)),
    (rf"(?:by |at |before )(?:the )?close(?! of|-)|(?:by |at |before )?(?:the )?(?<!the start and ){CLOSE}\b(?<!noon)(?<!close)|(?:by|before|until|till) (?:noon|midday|midnight|tonight)", _on(0)),
    (rf"(?:(?<!one )(?:by|before) {CLOCK}|\Aat {CLOCK}(?=\W*\Z)|at (?=[\w:]+ ?(?:o'?clock|[ap]\.?m\b)){CLOCK})(?=\s*(?:[,.;!?]|$|then\b|i(?:'ll|’ll| will)\b|and (?:i|we|it|then)\b))", _on(0)),
    (rf"(?:by|before|after|at) {MEAL}", _on(0)),
    # a bare ordinal
    (rf"(?P<pre>\b(?:by|on|before|until|till|from|to|for|of|since|after|is|be)) (?:the )?(?P<n>(?!(?<=be the )first\b){SPOKEN_ORDINAL}){_SAID}", _ordinal),
    (rf"the (?P<n>{LATER_ORDINAL})(?:{_SAID}|{_SAID_LATER})", _ordinal),
    (rf"the (?P<n>{SPOKEN_ORDINAL})(?= (?:at the (?:very )?(?:latest|outside|most)|latest|at most)\b)", _ordinal),
    (rf"(?:\A|(?<=that's )|(?<=that’s )|(?<=that is ))(?:so )?the (?P<n>(?!first\b|second\b|third\b){SPOKEN_ORDINAL})(?=[,.!?]?(?: (?:yes|yeah|right|okay|ok|then))?[,.!?]?\Z)", _ordinal),
    (rf"(?:(?<=^)|(?<=[.!?] ))(?P<n>{LATER_ORDINAL})(?=[.!?]?$)", _ordinal),
    (rf"\b(?:the|by|on|until|till|before) (?P<n>\d{{1,2}}(?:st|nd|rd|th))\b{_NO_DAY}", _ordinal),
    # before a span is over
    (rf"before (?:the )?(?:day|today){OVER}", _on(0)),
    (rf"before (?:the |this )?week{OVER}", lambda _m, d, _r: Meaning(days.end_of_week(d, weeks=0))),
    (rf"before (?:the |this )?month{OVER}", lambda _m, d, _r: Meaning(_month_end(d, 0))),
    (rf"before {MONTH}{OVER}", _end_of_month),
    # no single day
    (rf"(?:the )?week of (?:the )?(?:{ORDINAL}|\d{{1,2}})(?: (?:of )?{MONTH})?|(?:the )?week of {MONTH.replace('month', 'month2')} (?:\d{{1,2}}|{ORDINAL})", _open("a week is named, not a day")),
    (rf"(?:early|late|mid|middle of|beginning of|start of|first half of|second half of)[- ](?:in )?(?:the )?(?:next week|this week|next month|the month|week|{MONTH})|mid-{MONTH.replace('month', 'month2')}", _open("no single day is named")),
    (rf"(?:first|second|third|last|fourth) week (?:of|in) {MONTH}", _open("a week is named, not a day")),
    (r"(?:sometime |some time |early |later |late |during |the )?(?:next|this|the following|the coming) (?:week|month|quarter|year)|in the (?:coming|next) (?:days|weeks|couple of weeks|few weeks)|the week after(?: next)?", _open("no single day is named")),
    (r"last (?:week|month|quarter|year)", lambda _m, _d, _r: Meaning(None, "it lies in the past", past=True)),
    (rf"\b(?:in|by|until|before|during) {MONTH}(?: 20\d\d)?\b(?! \d)", _open("a month is named, not a day")),
    (r"\b(?:asap|a\.s\.a\.p\.|as soon as possible|as soon as you can|shortly|soon|when you get a chance|in due course|straight away|right away|immediately)\b", _open("no day is named")),
    (rf"\b(?:before|prior to|ahead of|until|till|by the time of|in time for|after|following|once we have|by) {_EVENTS}", _event),
)  # fmt: skip


_COUNTS = re.compile(
    r"week|fortnight|month|hour|within|eight days|fourteen days|first|second|third|fourth|1st|2nd|3rd|4th|last|early|late|mid|beginning|start|end of",
    re.IGNORECASE,
)
"""A word of every day that is counted from another; most sentences have none."""


def rules(text: str) -> tuple[tuple[re.Pattern[str], Resolve], ...]:
    """Return the rules that *text* may answer to, compiled; earlier ones win where two match the same words."""
    counted = _compiled_counted() if _COUNTS.search(text) else ()
    return _compiled() + counted + (_compiled_feasts() if FEASTS.search(text) else ())


@cache
def _compiled() -> tuple[tuple[re.Pattern[str], Resolve], ...]:
    return tuple((_whole(pattern), resolve) for pattern, resolve in _RULES)


@cache
def _compiled_counted() -> tuple[tuple[re.Pattern[str], Resolve], ...]:
    return tuple((_whole(pattern), resolve) for pattern, resolve in COUNTED)


@cache
def _compiled_feasts() -> tuple[tuple[re.Pattern[str], Resolve], ...]:
    return tuple((_whole(pattern), resolve) for pattern, resolve in OF_FEASTS)


def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{pattern})(?!\w)", re.IGNORECASE)


@cache
def before_date() -> re.Pattern[str]:
    """Return the pattern of "two days before the visit on" that may stand in front of a date."""
    middle = r"(?:the |our |their )?(?:[\w-]+ ){0,4}?(?:on |of )?(?:the )?"
    return re.compile(rf"\b(?P<n>{CARDINAL}) {UNIT} (?P<way>before|ahead of|prior to|after) {middle}$", re.IGNORECASE)


def moved(match: Match, day: date) -> date:
    """Return *day* moved as "two days before" says."""
    return shift(match, day, 1 if match["way"].lower() == "after" else -1)
