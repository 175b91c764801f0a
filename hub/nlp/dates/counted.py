"""Days counted in weeks from a day near by, and the edges of weeks and months."""

from datetime import date, timedelta

from hub.nlp.dates import calendar as days
from hub.nlp.dates.numbers import CARDINAL, ORDINAL, value
from hub.nlp.dates.parts import MONTH, TAIL, WD, Match, Meaning, Resolve, dated, month_of, shift, weekday_of

_WEEKS = r"(?P<unit>weeks?|fortnights?)"
_BASE = rf"(?:(?P<near>today|tonight|tomorrow|this day)|{WD})"
_WHICH = rf"(?:(?:the )?(?P<which>this|next|following|coming) month|the month|{MONTH})"
_DAY = rf"(?:(?:(?P<kind>working|business) )?day|{WD})"


def _weeks_from(match: Match, meeting: date, _region: str) -> Meaning:
    """Weeks counted from a day near by: "a week today", "two weeks on Friday"."""
    return Meaning(shift(match, _base(match, meeting)))


def _week_on(match: Match, meeting: date, _region: str) -> Meaning:
    """One week or fortnight from a day near by: "tomorrow week", "Monday fortnight"."""
    size = 14 if match["unit"].lower().startswith("fortnight") else 7
    return Meaning(_base(match, meeting) + timedelta(days=size))


def _base(match: Match, meeting: date) -> date:
    """Return today, tomorrow or the next such weekday, whichever the phrase counts from."""
    if match["near"]:
        return meeting + timedelta(days=match["near"].lower() == "tomorrow")
    return days.weekday_after(meeting, weekday_of(match))


def _weeks_ahead(match: Match, meeting: date, _region: str) -> Meaning:
    """A weekday of the week that lies so many weeks ahead: "Friday in two weeks"."""
    size = 2 if match["unit"].lower().startswith("fortnight") else 1
    return Meaning(days.in_week(meeting, weekday_of(match), weeks=size * value(match["n"])))


def _after_next(match: Match, meeting: date, _region: str) -> Meaning:
    return Meaning(days.in_week(meeting, weekday_of(match), weeks=2), whole=True)


def _week_unknown(_match: Match, _meeting: date, _region: str) -> Meaning:
    return Meaning(None, "it was not said which week is meant", whole=True)


def _weeks_of_days(match: Match, meeting: date, _region: str) -> Meaning:
    """A week or two after the next such weekday, as Germans, French and Italians count: "Monday in eight days"."""
    weeks = 1 if match["eight"].lower() == "eight" else 2
    return Meaning(days.weekday_after(meeting, weekday_of(match)) + timedelta(days=7 * weeks))


def _month_meant(match: Match, meeting: date) -> date:
    """Return the first day of the month that a phrase speaks of: a named one, the next, else this one."""
    if match["month"]:
        month = month_of(match)
        return date(meeting.year + (month < meeting.month), month, 1)
    later = (match["which"] or "").lower() in {"next", "following", "coming"}
    return days.months_later(meeting.replace(day=1), int(later))


def _day_of_month(match: Match, meeting: date, _region: str) -> Meaning:
    try:
        return dated(_month_meant(match, meeting).replace(day=value(match["n"])), meeting)
    except ValueError:
        return Meaning(None, "there is no such day in the calendar")


def _first_of_month(match: Match, meeting: date, _region: str) -> Meaning:
    """The first day, working day or weekday of a month."""
    before = _month_meant(match, meeting) - timedelta(days=1)
    if match["wd"]:
        return dated(days.weekday_after(before, weekday_of(match)), meeting)
    return dated(days.working_days(before, 1) if match["kind"] else before + timedelta(days=1), meeting)


def _last_of_month(match: Match, meeting: date, _region: str) -> Meaning:
    """The last day, working day or weekday of a month."""
    after = days.months_later(_month_meant(match, meeting), 1)
    if match["wd"]:
        return dated(days.weekday_before(after, weekday_of(match)), meeting)
    return dated(days.working_days(after, -1) if match["kind"] else after - timedelta(days=1), meeting)


_PLACES = {"first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3}
_PLACE = rf"(?P<place>{'|'.join(_PLACES)})"


def _of_its_kind(month: date, weekday: int, place: int) -> date | None:
    """Return the first, second... such weekday of a month, None where the month has not so many."""
    found = days.weekday_after(month - timedelta(days=1), weekday) + timedelta(days=7 * place)
    return found if found.month == month.month else None


def _weekday_of_month(match: Match, meeting: date, _region: str) -> Meaning:
    """The second or third such weekday of a month that is named."""
    month = _month_meant(match, meeting)
    return dated(_of_its_kind(month, weekday_of(match), _PLACES[match["place"].lower()]), meeting)


def _weekday_by_place(match: Match, meeting: date, _region: str) -> Meaning:
    """The next second or third such weekday of any month: "the third Friday"."""
    month, place = meeting.replace(day=1), _PLACES[match["place"].lower()]
    found = _of_its_kind(month, weekday_of(match), place)
    if found is None or found <= meeting:
        found = _of_its_kind(days.months_later(month, 1), weekday_of(match), place)
    return dated(found, meeting)


def _end_of_week_of_month(match: Match, meeting: date, _region: str) -> Meaning:
    """The end of a month's first, second... week is its first, second... Friday."""
    return dated(_of_its_kind(_month_meant(match, meeting), days.FRIDAY, _PLACES[match["place"].lower()]), meeting)


def _end_of_named(match: Match, meeting: date, _region: str) -> Meaning:
    after = days.months_later(date(meeting.year + (month_of(match) < meeting.month), month_of(match), 1), 1)
    return dated(after - timedelta(days=1), meeting)


def _last_of_span(match: Match, meeting: date, _region: str) -> Meaning:
    if match["span"].lower() == "week":
        return dated(days.end_of_week(meeting, weeks=0), meeting)
    last = days.last_of_quarter(meeting) if match["span"].lower() == "quarter" else date(meeting.year, 12, 31)
    return dated(days.working_days(last + timedelta(days=1), -1) if match["kind"] else last, meeting)


def _first_of_next(_match: Match, meeting: date, _region: str) -> Meaning:
    return Meaning(days.months_later(meeting.replace(day=1), 1))


def _on_that_day(offset: int) -> Resolve:
    return lambda _m, meeting, _r: Meaning(meeting + timedelta(days=offset))


def _day_of_week(weekday: int, *, weeks: int) -> Resolve:
    return lambda _m, meeting, _r: dated(days.in_week(meeting, weekday, weeks=weeks), meeting)


def _weekend(match: Match, meeting: date, _region: str) -> Meaning:
    """By the weekend is its Friday, over it its Sunday, after it the Monday."""
    how = match["how"].lower()
    if how in {"by", "before", "until", "till", "ahead of"}:
        return Meaning(days.end_of_week(meeting, weeks=0))
    return Meaning(days.in_week(meeting, 7 if how.endswith("after") else 6, weeks=0))


def _within(match: Match, meeting: date, _region: str) -> Meaning:
    """Before the span is over that it is now: "within the week"."""
    span = (match["span"] or "hour").lower()
    if span == "week":
        return Meaning(days.end_of_week(meeting, weeks=0))
    return Meaning(days.last_of_month(meeting.year, meeting.month) if span == "month" else meeting)


RULES: tuple[tuple[str, Resolve], ...] = (
    # weeks from a day near by
    (rf"(?P<n>{CARDINAL})[- ]{_WEEKS} (?:(?:on|from|come|this|next) )?{_BASE}{TAIL}", _weeks_from),
    (rf"{_BASE},? (?P<n>{CARDINAL}) {_WEEKS}(?! (?:after|later|ago|before|from|in|of))", _weeks_from),
    (rf"{_BASE}[- ](?P<unit>week|fortnight)(?! (?:after|later|ago|before|from))", _week_on),
    (
        rf"(?:\A|(?<=[.,;:!?] )|(?<=by )|(?<=on )|(?<=until )|(?<=till )|(?<=it's )|(?<=it’s ))(?P<unit>week|fortnight) (?:(?:on|from) )?{_BASE}{TAIL}",
        _week_on,
    ),
    (
        rf"(?:in )?the week (?:after|following|of|before) (?!next\b|this\b|that\b)(?:[\w-]+ ){{0,3}}[\w-]+,? on (?:the )?{WD}",
        _week_unknown,
    ),
    (rf"(?:in |during )?(?:the )?easter week,? (?:on )?(?:the )?{WD}", _week_unknown),
    (
        rf"(?:in )?the week after next(?:,? on (?:the )?|,? (?=\w+(?: morning| afternoon)?(?:[.;!?]|$))){WD}{TAIL}",
        _after_next,
    ),
    (rf"{WD},? in (?P<n>{CARDINAL}) {_WEEKS}(?:(?:'|’)s? time)?", _weeks_ahead),
    (rf"{WD} in (?P<eight>eight|fourteen) days", _weeks_of_days),
    (rf"{WD},? (?P<n>{CARDINAL}) {_WEEKS} from (?:now|today)", _weeks_ahead),
    (rf"in (?P<n>{CARDINAL}) {_WEEKS}(?:(?:'|’)s? time)?,? (?:on )?(?:the )?{WD}{TAIL}", _weeks_ahead),
    (r"(?:the )?same time next week", _on_that_day(7)),
    (r"(?:with)?in the next week", _on_that_day(7)),
    # parts of a week
    (r"(?:the )?(?:start|beginning) of next week|first thing next week", _day_of_week(0, weeks=1)),
    (r"(?:(?:the )?middle of|mid(?:dle)?)[- ](?:of )?next week|midweek next week", _day_of_week(2, weeks=1)),
    (
        r"(?P<how>by|before|ahead of|until|till|over|at|on|during|after|straight after) the (?:coming )?weekend",
        _weekend,
    ),
    (r"within (?:the|this) (?P<span>day|hour|week|month)|in the next (?P<span2>hour)|in half an hour", _within),
    # a day of a month that is not named, and the edges of months
    (rf"(?:the )?(?P<n>{ORDINAL}) of {_WHICH}", _day_of_month),
    (
        rf"(?:early|late|mid|(?:the )?(?:beginning|start|middle|end) of)[- ](?:in )?(?P<which>)?{MONTH},? (?:so |that(?:'s|’s| is) |say )?the (?P<n>{ORDINAL})\b",
        _day_of_month,
    ),
    (rf"(?:the )?(?:very )?last {_DAY} (?:of|in) {_WHICH}", _last_of_month),
    (rf"(?:the )?(?:very )?first {_DAY} (?:of|in) {_WHICH}", _first_of_month),
    (r"(?:the )?(?P<n>first|1st) of the month", _first_of_next),
    (rf"(?:the )?{_PLACE} {WD} (?:of|in) {_WHICH}", _weekday_of_month),
    (rf"the (?P<place>second|2nd|third|3rd|fourth|4th) {WD}{TAIL}", _weekday_by_place),
    (rf"(?:the )?end of (?:the )?{_PLACE} week (?:of|in) {_WHICH}", _end_of_week_of_month),
    (
        r"(?:the )?(?:very )?last (?:(?P<kind>working|business) )?day (?:of|in) (?:the |this )?(?P<span>quarter|week|year)",
        _last_of_span,
    ),
    (rf"(?:the )?(?:very )?last of {MONTH}", _end_of_named),
)
