"""The day by which a matter is due, and how later words move it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hub.nlp.dates import SpokenDate, is_deadline, pick_due
from hub.nlp.extract.actions_draft import Draft
from hub.nlp.extract.actions_forms import Mood
from hub.nlp.extract.actions_replies import corrects, is_only_a_day
from hub.nlp.extract.day_matter import NOT_THEN, is_hardly_more, leaves
from hub.nlp.extract.lexicon import words
from hub.nlp.extract.utterances import Utterance

_NEWS = re.compile(
    r"\b(?:tell|remind|inform|notify|say|announce|explain)\b(?! you\b).{0,60}\bthat\b"
    r".{0,60}\b(?:is|are|was|were|moved|moves|will be)\b|"
    r"\b(?:tell|remind|inform|notify|let) (?:them|him|her|the \w+|[A-Z]\w+)(?: know)?(?: that)? (?:we|i|they|he|she) "
    r"(?:need|want|expect|must|have to|should|will|are|is|can)\b",
    re.IGNORECASE,
)
_FIRST_ONE = re.compile(r"\b(?:first|next|last) \w+ (?:is|was)(?: on)?(?: the)? $", re.IGNORECASE)
_RELATIVE = re.compile(
    r"(?!.*\b(?:from now|today|tomorrow|this day)\b)(?:(?:within|in)\b|(?!the |\w+day )\w+ (?:working |business )?(?:days?|weeks?)\b)",
    re.IGNORECASE,
)
_CONDITION = re.compile(r"\b(?:once|as soon as|after|when|upon|from the day)\b", re.IGNORECASE)
_EVENT = re.compile(
    r"\b(?:visit|meeting|call|inspection|audit|shipment|committee|lock|workshop|training|kick-?off|interim|go-live|leave|"
    r"holiday|was|were|happened|dated|sent|received|since|from)(?: on| for| at| in)?(?: the)? $",
    re.IGNORECASE,
)
HOUR = re.compile(
    r"(?:by |before |at |the |latest )*(?:end of (?:the )?(?:business |working )?day|close of (?:business|play)|cob|eod|noon|midday|"
    r"first thing(?: in the morning)?|lunch(?:time)?|(?:the )?(?:morning|afternoon|evening)|(?:\d{1,2}(?::\d\d)?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)(?: ?(?:am|pm|a\.m\.|p\.m\.|o'clock))?|[\w-]+ hours?)\W*$",
    re.IGNORECASE,
)
_EARLIEST = re.compile(r"\b(?:not|never) (?:before|until|till)\b|\bat the earliest\b", re.IGNORECASE)
_HANGS_ON = re.compile(r"\bdepends? on\b", re.IGNORECASE)
_STARTS = re.compile(r"\b(?:go(?:es)? live|starts|begins|opens|expires|ends|was|were|had)\b", re.IGNORECASE)
_SAYS_DAY = re.compile(
    r"\b(?:promise|guarantee|commit to|look (?:out )?for (?:it|them|that)|expect (?:it|them|that)|every(?:one|body)(?:'ll|’ll| will) (?:have|get|see)|aim(?:ing)? for|give me|make it|call it|let's say|i(?:'d|'ll| would| will)? (?:say|expect)|"
    r"i (?:should|'ll|will|can|could|must|would) (?:know|have|be (?:done|through|finished|ready|back))|i have \w+(?: \w+)? for you|"
    r"i(?:'m| am) (?:\w+ )?(?:at|in|with|there|seeing)|you(?:'ll| will|'d)? (?:all )?(?:see|have|get|find|hear)\b|(?:he|she|they)(?:'ll| will) (?:have|get|hear|see) |(?:tell|show|give|send) you|let you know|get back to you|come back to you)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"(?<!any good)(?<!okay)(?<!ok)(?<!all right)(?<!alright)(?<!fine)(?<!soon enough)(?<!you)\?\W*$", re.IGNORECASE
)
"""A question that is more than "is that okay?" behind a day."""
_MAIN = frozenset({"ROOT", "conj", "parataxis"})
_THINGS = words("it that this they these those which all both")
_SHORT = 10  # tokens
REACH = 3  # utterances after which a bare day no longer means the matter
FAR = 5  # the same for those who put or took it


def set_days(utterance: Utterance, touched: Sequence[Draft], dates: Sequence[SpokenDate]) -> None:
    """Give each matter that *utterance* raises its day; with two matters, each the days after its verb."""
    unique = list({id(draft): draft for draft in touched}.values())
    dates = [date for date in dates if not _is_news(date, utterance)]
    for draft, part in zip(unique, _parts(utterance, unique, dates), strict=True):
        due = _due(draft, part, utterance)
        if due is not None and draft.due is not None and draft.due.day is not None and HOUR.match(due.text):
            continue  # "I'm there at nine" says the hour of a day that was named before
        if due is not None and (draft.due is None or due.day is not None):
            draft.due = due
            draft.days.append(due.text)


def _due(draft: Draft, dates: Sequence[SpokenDate], utterance: Utterance) -> SpokenDate | None:
    """Return the day of a matter: one said after its verb, else the last one that led up to it."""
    verbs = [verb - utterance.sent.start_char for verb in _verbs(draft, utterance)]
    after = [date for date in dates if date.start > (verbs or [0])[-1]]
    handed = [date for date in dates if len(verbs) > 1 and verbs[-2] < date.start < verbs[-1]]
    front = _in_front(draft, dates, utterance)
    firm = pick_due(after, utterance.text)
    if front and not (firm is not None and is_deadline(firm, utterance.text)):
        after = front
    due = _known(after, handed[-1:], dates, text=utterance.text) or pick_due(dates, utterance.text)
    due = due or _plain_day(after, utterance.text)
    if due is not None and not due.source and _RELATIVE.match(due.text) and _CONDITION.search(_around(due, utterance)):
        return replace(due, day=None, reason="it counts from something that has not happened yet")
    return due


def _around(due: SpokenDate, utterance: Utterance) -> str:
    """Return what a sentence says beside its day, without what a "so" before it has drawn its end from."""
    return _SO.split(utterance.text[: due.start])[-1] + utterance.text[due.end :]


_SO = re.compile(r"\bso\b", re.IGNORECASE)


_LEADS_IN = re.compile(r"[\s,]*(?:(?:then|so|at the latest|latest)[\s,]*)*", re.IGNORECASE)


def _in_front(draft: Draft, dates: Sequence[SpokenDate], utterance: Utterance) -> list[SpokenDate]:
    """Return the day that the matter's clause opens with: "he is back on Monday, and Thursday you get it"."""
    own = [clause for clause in (draft.clause, *draft.others) if clause.utterance.index == utterance.index]
    opens = [clause.verb.doc[clause.begin].idx - utterance.sent.start_char for clause in own]
    return [
        date
        for date in dates
        if date.day is not None
        and any(date.end <= place and _LEADS_IN.fullmatch(utterance.text[date.end : place]) for place in opens)
    ]


def _known(*choices: Sequence[SpokenDate], text: str) -> SpokenDate | None:
    """Return the due day of the first of *choices* that names one that can be known."""
    found = (pick_due([date for date in some if date.day is not None], text) for some in choices)
    return next((due for due in found if due is not None), None)


_BOOKED = re.compile(
    r"\b(?:booked|planned|scheduled|invited)(?: in)?(?: for| on| at)(?: the)? $|['’]s (?:free|open|valid) (?:[\w-]+ ){0,3}(?:until|till) $",
    re.IGNORECASE,
)
"""What a day before which nothing is to be done was said of."""


def _plain_day(dates: Sequence[SpokenDate], text: str) -> SpokenDate | None:
    """Return the only day ahead, unless it is the day of an event ("the visit on the 12th")."""
    ahead = [date for date in dates if date.day is not None and not date.past]
    if len(ahead) != 1 or _EVENT.search(text[: ahead[0].start]) or _BOOKED.search(text[: ahead[0].start]):
        return None
    return ahead[0]


def move_day(matter: Draft, utterance: Utterance, dates: Sequence[SpokenDate]) -> bool:
    """Take the day in *utterance* for *matter* where it is hardly more than a day, or puts the former one right.

    Tells whether it did.
    """
    if not _is_about(matter, utterance, dates) or _EARLIEST.search(utterance.text) or _HANGS_ON.search(utterance.text):
        return False
    due = pick_due(dates, utterance.text)
    if due is not None and matter.due is not None and matter.due.day is not None and HOUR.match(due.text):
        return False  # "fine, end of day" takes up the hour of a day that was named before
    if due is None or (matter.due is not None and due.day in {None, matter.due.day}):
        return False
    if NOT_THEN.match(utterance.text, due.end):
        return False
    matter.days.append(due.text)
    matter.due = due
    matter.add(utterance)
    return True


ASKS_WHEN = re.compile(
    r"\b(?:by when|when (?:would|will|can|could|do|does|are|is|'ll)(?! (?:he|she)\b)|how soon|which day|what day|until when|by what day)\b|^\W*when\W*$",
    re.IGNORECASE,
)
"""What asks for the day of a matter."""


def set_day_told(matter: Draft, utterance: Utterance, dates: Sequence[SpokenDate]) -> bool:
    """Give *matter* the only day ahead of the answer to "when?", where it has none yet; tells whether it did."""
    ahead = [date for date in dates if date.day is not None and not date.past]
    if len(ahead) != 1 or (matter.due is not None and matter.due.day is not None) or _EARLIEST.search(utterance.text):
        return False
    matter.due = ahead[0]
    matter.days.append(ahead[0].text)
    matter.add(utterance)
    return True


def _is_about(matter: Draft, utterance: Utterance, dates: Sequence[SpokenDate]) -> bool:
    reach = FAR if any(passage.speaker == utterance.speaker for passage in matter.passages) else REACH
    if utterance.index - matter.last > reach or any(date.past for date in dates):
        return False
    doer = matter.owner is not None and matter.owner.name == utterance.speaker
    if matter.due is None and matter.mood is Mood.ASSIGN and utterance.speaker != matter.speaker and not doer:
        return False
    unset = matter.due is None or matter.due.day is None
    if (
        unset
        and utterance.index - matter.last <= 2
        and utterance.speaker == _spoke_last(matter)
        and says_when(utterance)
    ):
        return True
    return is_hardly_more(utterance, dates[-1]) or (matter.due is not None and corrects(utterance.text, dates[-1].text))


def _spoke_last(matter: Draft) -> str | None:
    return matter.passages[-1].speaker


def says_when(utterance: Utterance) -> bool:
    """Tell whether a sentence only says when: without a doer ("All three, before the 3rd") or of the thing just named.

    "It'll be with them on Wednesday" is of it; "it goes live on Friday" is another matter.
    """
    sent = utterance.sent
    if not sent.doc.has_annotation("DEP") or _ASKS.search(utterance.text) or _STARTS.search(utterance.text):
        return False
    if _SAYS_DAY.search(utterance.text):
        return True
    doers = [token for token in sent if token.dep_ in {"nsubj", "nsubjpass", "expl"} and token.head.dep_ in _MAIN]
    if not doers:
        return sent.root.tag_ not in {"VB", "VBP", "VBZ", "VBD"} and len(sent) <= _SHORT
    return len(sent) <= 2 * _SHORT and all(token.lower_ in _THINGS and not _is_another(token) for token in doers)


def _is_another(subject: Any) -> bool:
    """Tell whether "it" or "they" are no work: "it's my birthday on Friday", "they open on Monday"."""
    owned = [child for child in subject.head.children if child.dep_ == "attr" and child.pos_ == "NOUN"]
    own = any(word.tag_ == "PRP$" for one in owned for word in one.children)
    return own or (subject.lower_ == "they" and not leaves(subject))


def _is_news(date: SpokenDate, utterance: Utterance) -> bool:
    """Tell whether the day is part of what somebody is to be told ("tell the sites that go-live is the 13th")."""
    before = utterance.text[: date.start]
    return _NEWS.search(before) is not None or _FIRST_ONE.search(before) is not None


def _parts(utterance: Utterance, drafts: Sequence[Draft], dates: Sequence[SpokenDate]) -> list[list[SpokenDate]]:
    if len(drafts) == 1:
        return [list(dates)]
    offset = utterance.sent.start_char
    verbs = [_last_verb(draft, utterance) - offset for draft in drafts]
    parts: list[list[SpokenDate]] = [[] for _ in drafts]
    for date in dates:
        before = [place for place, verb in enumerate(verbs) if verb <= date.start]
        parts[before[-1] if before else 0].append(date)
    return parts


def _last_verb(draft: Draft, utterance: Utterance) -> int:
    return max(_verbs(draft, utterance), default=0)


def _verbs(draft: Draft, utterance: Utterance) -> list[int]:
    """Return where the verbs of the matter stand that *utterance* says, in order, in characters."""
    own = [clause for clause in (draft.clause, *draft.others) if clause.utterance.index == utterance.index]
    return sorted(int(clause.verb.idx) for clause in own)


_THERE_THEN = re.compile(
    r"\bI (?:(?:'ll|will) )?(?:go|come|drive|fly|travel|see|visit|meet|sit with)\b|\bI(?:'m| am|’m) (?:\w+ )?(?:\w+ing|in|at|there|back|out|on)\b|\bI(?:'ve| have|’ve)(?: got)? (?:a|an|the|my) \w+|"
    r"\bI(?:['’]ve| have)(?: got)? (?:(?!no\b|not\b)[\w-]+ ){1,5}(?:free|open|clear)\b|\bI(?:['’]m| am) (?:\w+ )?free\b|['’]s (?:their|our|my|his|her) (?:[\w-]+ )?(?:call|meeting)\b",
    re.IGNORECASE,
)
"""Where the speaker will be: "I've got a call with him", "I'm driving up"."""


_THEN = re.compile(r"\b(?:then|(?:that|the same) day)(?:\W*$|,)", re.IGNORECASE)
_SO_DAY = re.compile(r"\bso(?: on| by)?(?: the)? $", re.IGNORECASE)
"""A reason, and the day that follows from it: "it needs two people, so Monday"."""
_MEETS_ME = re.compile(r"\bmeet(?:s|ing)? me\b", re.IGNORECASE)


def day_there(utterance: Utterance, dates: Sequence[SpokenDate], promise: Utterance) -> SpokenDate | None:
    """Return the day of the sentence before a promise on which it is to be done, if one is said there.

    That is where the speaker says to be where the work is ("I'm seeing her on Friday"), says hardly more than the day,
    or where the promise points back to it ("I'm ringing her then").
    """
    ahead = [date for date in dates if date.day is not None and not date.past]
    if len({date.day for date in ahead}) != 1:
        return None
    text, found = utterance.text, ahead[0]
    if _SO_DAY.search(text[: found.start]) and not text[found.end :].strip(" .!"):
        return found
    there = _THERE_THEN.search(utterance.text) or _MEETS_ME.search(utterance.text) or _THEN.search(promise.text)
    return ahead[0] if there or is_only_a_day(utterance.text, ahead[0].text) else None


def set_day_there(utterance: Utterance, touched: Sequence[Draft], before: Utterance, due: SpokenDate) -> None:
    """Give what the speaker takes on with *utterance* the day of the sentence *before*: "I'll ask him"."""
    for draft in touched:
        begun = utterance.index in {draft.passages[0].index, draft.taken_at}
        if (
            (draft.due is None or draft.due.day is None)
            and begun
            and (draft.accepted or draft.mood in {Mood.COMMIT, Mood.DELIVERY})
        ):
            draft.due = due
            draft.days.append(due.text)
            draft.add(before)
