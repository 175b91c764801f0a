"""Which of the days in a passage is the day by which something is to be done."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from hub.nlp.dates.find import SpokenDate

_CORRECTED = re.compile(
    r"\b(?:no|nope|sorry|actually|rather|instead|more like|make (?:it|that)|i mean|scratch|correction|wait|hang on|hold on|better|"
    r"or rather|let's say|say|not|promise|holiday|so)\b",
    re.IGNORECASE,
)
_NOT_THAT = re.compile(r"(?:not|no) ", re.IGNORECASE)
"""Begins a day that takes the one before it back: "not this Monday, the one after"."""
_NOT = re.compile(
    r"\b(?:(?<!why )not|isn't|instead of|rather than|(?<!later )(?<!more )(?<!longer )(?<!other )than|can't do|cannot do)(?: on| by| for)?(?: the)? $",
    re.IGNORECASE,
)
_WOULD_HAVE = re.compile(
    r"\b(?:i|we)(?:['’]d| would) have (?:said|liked|preferred|thought|proposed|gone for)(?: by| on| for)?(?: the)? $",
    re.IGNORECASE,
)
"""What stands before a day that only might have been: "I'd have said Tuesday, but it'll be Wednesday"."""
_EARLIEST = re.compile(
    r"\b(?:not (?:before|until|till)|no earlier than|not earlier than|earliest)(?: on)?(?: the)? $", re.IGNORECASE
)
_EARLIEST_BEHIND = re.compile(r",? at (?:the )?(?:very )?earliest\b", re.IGNORECASE)
"""What is done no earlier than a day is not done by it."""
_BY = re.compile(
    r"\b(?:by|before|until|till|no later than|not later than|due|latest|within|deadline is|end of)(?: on| the)? $"
    r"|\b(?:by|before|until|in time for|ahead of) (?:the |our |their )?(?:[\w-]+ ){1,3}(?:of|on)(?: the)? $",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"\b(?:from|of|since|dated|as of|version|starting|visit(?: is)?|meeting|call|inspection|audit|shipment|committee|lock|review|"
    r"scheduled|planned|arrived|expired?s?|started|signed|sent|received|was|were|happened|closed|booked)(?: on| for| at| in)?(?: the)? $|"
    r"\bthere(?:'s|’s| is| are|'re|’re) (?!on\b)(?:(?!(?:i|we|you|he|she|they|it|that|which|to|more|thing)\b)[\w-]+ ){1,4}(?:on|at) (?:the )?$",
    re.IGNORECASE,
)
_DONE = r"(?:arrived|started|signed|sent|received|closed)(?: on| for| at)?(?: the)? $"
_TO_BE = re.compile(
    r"(?:\b(?:will|shall|must|should|can|could|to|gets?|wants?|needs?)|['’]ll)(?: \w+ly)? (?:(?:be|get)(?: \w+(?:ed|ly))?|(?:have|get|see|find)? ?(?:it|them|that|this|all|both)) "
    rf"{_DONE}|\b(?:you|i|we|they) (?:see|find|get|want|need) (?:it|them|that|this|all|both) {_DONE}|\b(?:will have|shall have|['’]ll have) {_DONE}",
    re.IGNORECASE,
)
"""What is yet to be done is no day of something over: "it'll be signed tomorrow", "you'll see it sent on Monday"."""
_TO_HAVE = re.compile(
    rf"(?:\b(?:will|shall|must|to)|['’]ll) (?:have|get) the [\w-]+ {_DONE}|\b(?:want|need)s? the [\w-]+ {_DONE}",
    re.IGNORECASE,
)
_AT_A_PLACE = re.compile(r" (?:in|at|on|from|under) (?:the|my|our|your)\b", re.IGNORECASE)
"""Behind the day of a thing that lies somewhere: "you'll have the letter signed on Friday in the folder"."""

_AT_A_MEETING = re.compile(
    r"\b(?:at|in|to|for) (?:this|the|our|that) (?:meeting|call|committee) (?:on )?$", re.IGNORECASE
)
"""Where something is to be shown: the day of that meeting is its day."""

_AWAY = re.compile(
    r"(?:\b(?:is|are|am|was|be|been)|['’](?:s|re|m)) (?:(?!got|giv|allow)[\w-]+ ){0,5}?(?:until|till)(?: the)? $",
    re.IGNORECASE,
)
"""What lasts until a day is not done by it: "he's at a congress until Monday"; "he's got until Monday" is a deadline."""
_GIVEN = re.compile(
    r"\b(?:you|we|they)(?:'ll|’ll| will| would) (?:\w+ )?(?:have|get|receive|hear)\b|\bfrom me\b|"
    r"\b(?:you|we|they) (?:\w+ )?(?:have|get|receive|hear)\b(?! (?:a|an|another|no|our|your|their)\b)|"
    r"\b(?:i|we)(?:'ll|’ll| will| can| would|'d|’d)? (?:\w+ )?(?:send|give|tell|bring|deliver|show|report|hand|settle)\b|"
    r"\bi(?:'m|’m| am) with you\b|\bto you\b",
    re.IGNORECASE,
)
"""Who is to have the work, in the words before or after its day: "on Monday you have it"."""
_CLAUSE = re.compile(r"[.,;:!?–—]|\b(?:and|but|so|then|because|until)\b", re.IGNORECASE)

_SPAN = re.compile(r"\b(?P<how>between|from)(?: the)? $", re.IGNORECASE)
_WEEKDAY = re.compile(r"(?:mon|tues|wednes|thurs|fri|satur|sun)day", re.IGNORECASE)
_TAKEN_BACK = re.compile(r"\W*(?:(?:oh|ah|well) )?(?:no|wait|sorry|hang on|hold on|actually)\b", re.IGNORECASE)
SOMEWHERE = re.compile(r"\bi(?:'m|’m| am) (?:in|at|on|away|off|out|with)\b[^,.;]*$", re.IGNORECASE)
"""Where the speaker is on a day that is taken back: "no, wait, I'm in Tucson Monday"."""
_FIRMEST, _HANDED_OVER = 5, 4
_EXPLAINS = re.compile(
    r"(?:^|[,;–—-]|\bso\b) ?(?:(?:and |so )?(?:that(?:'s|’s| is|'ll be| will be| would be|'d be)|which is|which would be|i\.e\.|meaning|let's say|call it)|(?:so )?(?:until|by)?)? ?(?:on )?(?:the )?$",
    re.IGNORECASE,
)
"""What stands between a day and the same told by its number: "the Monday after the break, that's the ninth"."""
_NUMBERED = re.compile(r"\d|\b(?!month\b|weekend\b|august\b|last\b|first thing)\w+(?:st|nd|rd|th)\b", re.IGNORECASE)
_MERE_NUMBER = re.compile(r"(?:the )?(?:\d{1,2}(?:st|nd|rd|th)|[a-z]+(?:[ -][a-z]+)?)\.?", re.IGNORECASE)
_LATEST = re.compile(r",? (?:at (?:the )?(?:very )?latest|latest|at most|at the outside|tops)\b", re.IGNORECASE)
_OR = re.compile(r",? (?:or|maybe|perhaps)(?: maybe| perhaps| even)?(?: on)?(?: the)? ", re.IGNORECASE)
_AND = re.compile(r",? and(?: maybe| perhaps| even)?(?: on)?(?: the)? ", re.IGNORECASE)
_CLAUSE_ENDS = re.compile(r"\s*(?:[.;!?)]|\Z)")
"""Behind the second of two days that the same is done on; "on Thursday, and Friday we meet" goes on with another matter."""
_IS_DONE = re.compile(
    r" (?:it(?:'s|’s| is|'ll be|’ll be| will be)|they(?:'re|’re| are)) (?:(?!closed|cancel)\w+ed|done|ready|there|out|in|with you)\b",
    re.IGNORECASE,
)
"""Behind the day on which the same matter comes to its end: "he puts it in on Monday and Tuesday it's connected"."""
_ON_THE_WAY = re.compile(
    r"\bi(?:'m|’m| am) (?:driving|flying|travelling|traveling|coming|going)\b[^.;!?]*$", re.IGNORECASE
)
_REFUSES = re.compile(
    r"\b(?:(?:no|not)(?! (?:later|earlier|sooner|a day|problem|worries|bother|doubt|question|only|just)\b)|can't|can’t|cannot|won't|won’t|closed|isn't|isn’t|doesn't|doesn’t|impossible)\b",
    re.IGNORECASE,
)
_AWAY_THEN = re.compile(
    r"\b(?:i|we)(?:'m|’m|'re|’re| am| are) (?:in|at|on|away|off|out)\b|\b(?:closed|full|holiday|audit)\b", re.IGNORECASE
)
_FILLS = re.compile(
    r"(?:\W*\b(?:no|not|wait|sorry|well|it|is|and|on|by|for|the|then|i|said|meant|mean|oh|yes|of course)\b)*\W*",
    re.IGNORECASE,
)
_IF = re.compile(r"\b(?:if|unless|in case|should)\b[^.,;:!?]*$", re.IGNORECASE)
_GOES_ON = re.compile(
    r",? (?:i|we|he|she|they|(?:the|our|my|their) [\w-]+)\b(?!['’]s\b)(?P<said>[^.;!?]*)", re.IGNORECASE
)
_OF_THE_SAME = re.compile(
    r"(?:['’ ](?:ll|d|can|could|will|would|might))?(?: (?:have|has|do|send|get|gets|give|finish|deliver|bring|share|know)\b.*| ?$| (?:can|could|will)\b.*)",
    re.IGNORECASE,
)
_ALSO = re.compile(r"\band(?: on| by)?(?: the)? $", re.IGNORECASE)


def pick_due(dates: Sequence[SpokenDate], text: str) -> SpokenDate | None:
    """Return the due date of a passage, or None where no day in it can be one.

    A later day wins over an earlier one that it corrects ("Wednesday is tight, no, make it Thursday"); a day after "by"
    or "before" wins over a day that the matter itself carries ("the visit on the 12th"). Days in the past and
    recurring ones are no due dates.
    """
    possible = [date for date in dates if not date.past and date.reason != "it is said to recur"]
    possible = [date for date in possible if not _NOT.search(text[: date.start])]
    if len(possible) > 1:
        possible = [date for date in possible if not _WOULD_HAVE.search(text[: date.start])]
    possible = _in_turn(possible, text)
    if len(possible) > 1 and _TAKEN_BACK.match(text):
        possible = [date for date in possible if not SOMEWHERE.search(text[: date.start])] or possible
    if not possible:
        return None
    best, first, again = possible[0], possible[0], None
    for date in possible[1:]:
        if _explains(date, best, text):
            best = first = _of_same_month(date, best)
            again = None
        elif date.day is not None and date.day == best.day:
            best, again = (date if _is_better(date, best, text) else best), date
        elif _is_better(date, best, text) or (again is not None and _replaces(date, first, again, text)):
            best, first, again = date, date, None
    return best if _weight(best, text) > 0 else None


def _in_turn(dates: Sequence[SpokenDate], text: str) -> list[SpokenDate]:
    """Return *dates* with a weekday that follows another one in a span, or its earliest, in the days after that one."""
    found: list[SpokenDate] = []
    for date in dates:
        before = found[-1] if found else None
        if before is not None and before.day and date.day and date.day <= before.day and _WEEKDAY.fullmatch(date.text):
            follows = _spans(before, date, text) or _EARLIEST_BEHIND.match(text[before.end :])
            date = replace(date, day=date.day + timedelta(days=7)) if follows else date
        found.append(date)
    return found


def _spans(first: SpokenDate, second: SpokenDate, text: str) -> bool:
    """Tell whether two days are the ends of a span: "between Monday and Wednesday", "from Tuesday to Thursday"."""
    lead, between = _SPAN.search(text[: first.start]), text[first.end : second.start].strip().casefold()
    return lead is not None and between in ({"and"} if lead["how"].casefold() == "between" else {"to", "until", "till"})


def is_deadline(due: SpokenDate, text: str) -> bool:
    """Tell whether *due* is said in *text* as the day by which something is to be done."""
    return _weight(due, text) >= _FIRMEST


def _is_better(date: SpokenDate, best: SpokenDate, text: str) -> bool:
    weight = _weight(date, text)
    if weight > _weight(best, text):
        return True
    if weight == 0 or date.day is None or best.day is None:
        return False
    puts_right = _CORRECTED.search(text[best.end : date.start]) or _NOT_THAT.match(date.text)
    return _stretches(best, date, text) or puts_right is not None


def _replaces(date: SpokenDate, first: SpokenDate, again: SpokenDate, text: str) -> bool:
    """Tell whether *date* stands in the place of a day that was said twice, and the second time refused.

    "By Friday. Friday is maybe no, they open then. Monday you know it."; "no, Friday" itself refuses nothing.
    """
    refusal = _REFUSES.search(text, first.end, date.start)
    between = text[again.end : date.start]
    if refusal is None or date.day is None or _ALSO.search(between) or _weight(date, text) == 0:
        return False
    if _IF.search(text[first.end : refusal.start()]) or _is_of_another(text[date.end :]):
        return False
    confirms = refusal.start() < again.start and _FILLS.fullmatch(text, refusal.start(), again.start) is not None
    return not confirms or (_AWAY_THEN.search(between) or _REFUSES.search(between)) is not None


def _is_of_another(behind: str) -> bool:
    """Tell whether what stands *behind* a day says what somebody does of another matter: "Monday I call the site"."""
    goes_on = _GOES_ON.match(behind)
    return goes_on is not None and _OF_THE_SAME.fullmatch(goes_on["said"]) is None


def _explains(date: SpokenDate, best: SpokenDate, text: str) -> bool:
    """Tell whether a day by its number tells again which day was meant: "the Monday after the break, that's the ninth"."""
    told = date.day is not None and _NUMBERED.search(date.text) is not None and _weight(date, text) > 0
    return told and _EXPLAINS.search(text[best.end : date.start]) is not None


def _of_same_month(date: SpokenDate, best: SpokenDate) -> SpokenDate:
    """Return *date*, a mere number in the month that was named before it: "end of October, so the thirtieth".

    A number is the next such day as it stands; what is earlier lies before the meeting.
    """
    if date.day is None or best.day is None or not _MERE_NUMBER.fullmatch(date.text):
        return date
    try:
        return replace(date, day=max(date.day, best.day.replace(day=date.day.day)))
    except ValueError:
        return date


def _stretches(first: SpokenDate, second: SpokenDate, text: str) -> bool:
    """Tell whether a later day is named as the last one: "Thursday, Friday at the latest", "Monday or Tuesday"."""
    later = first.day is not None and second.day is not None and first.day < second.day
    between = text[first.end : second.start]
    ends = (
        _CLAUSE_ENDS.match(text, second.end)
        or _IS_DONE.match(text, second.end)
        or _ON_THE_WAY.search(text[: first.start])
    )
    both = _AND.fullmatch(between) is not None and ends is not None
    last = both or _OR.fullmatch(between) is not None or _LATEST.match(text[second.end :]) is not None
    return later and (last or _spans(first, second, text))


def _weight(date: SpokenDate, text: str) -> int:
    before = text[: date.start]
    if _AT_A_MEETING.search(before):
        return 3
    if _AWAY.search(before) or _EARLIEST.search(before) or _EARLIEST_BEHIND.match(text[date.end :]):
        return 0
    unknown = 2 if date.day is None else 0
    if _BY.search(before) or date.text.lower().startswith(
        ("in ", "within ", "by ", "end of", "the end", "before ", "two ")
    ):
        return _FIRMEST - unknown
    if _ABOUT.search(before) and not _is_to_be(before, text[date.end :]):
        return 0
    if date.day is not None and _GIVEN.search(_clause(date, text)):
        return _HANDED_OVER
    return 3 - unknown


def _is_to_be(before: str, behind: str) -> bool:
    """Tell whether what a day is said of is yet to be done on it."""
    had = _TO_HAVE.search(before) is not None and _AT_A_PLACE.match(behind) is None
    return had or _TO_BE.search(before) is not None


def _clause(date: SpokenDate, text: str) -> str:
    """Return the clause that a day stands in."""
    start = max((cut.end() for cut in _CLAUSE.finditer(text, 0, date.start)), default=0)
    end = _CLAUSE.search(text, date.end)
    return text[start : end.start() if end else len(text)]
