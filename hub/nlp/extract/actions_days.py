"""The day by which a matter is due, and how later words move it."""

import re
from collections.abc import Sequence

from hub.nlp.dates import SpokenDate, pick_due
from hub.nlp.extract.actions_draft import Draft
from hub.nlp.extract.actions_forms import Mood
from hub.nlp.extract.actions_replies import corrects, is_only_a_day
from hub.nlp.extract.utterances import Utterance

_NEWS = re.compile(
    r"\b(?:tell|remind|inform|notify|say|announce|explain)\b.{0,60}\bthat\b"
    r".{0,60}\b(?:is|are|was|were|moved|moves|will be)\b",
    re.IGNORECASE,
)
REACH = 3  # utterances after which a bare day no longer means the matter


def set_days(utterance: Utterance, touched: Sequence[Draft], dates: Sequence[SpokenDate]) -> None:
    """Give each matter that *utterance* raises its day; with two matters, each the days after its verb."""
    unique = list({id(draft): draft for draft in touched}.values())
    dates = [date for date in dates if not _is_news(date, utterance)]
    for draft, part in zip(unique, _parts(utterance, unique, dates), strict=True):
        due = pick_due(part, utterance.text) if part else None
        if due is not None and (draft.due is None or due.day is not None):
            draft.due = due
            draft.days.append(due.text)


def move_day(matter: Draft, utterance: Utterance, dates: Sequence[SpokenDate]) -> None:
    """Take the day in *utterance* for *matter* where it is hardly more than a day, or puts the former one right."""
    if not _is_about(matter, utterance, dates):
        return
    due = pick_due(dates, utterance.text)
    if due is None or (matter.due is not None and due.day in {None, matter.due.day}):
        return
    matter.days.append(due.text)
    matter.due = due
    matter.add(utterance)


def _is_about(matter: Draft, utterance: Utterance, dates: Sequence[SpokenDate]) -> bool:
    if utterance.index - matter.last > REACH or any(date.past for date in dates):
        return False
    if matter.due is None and matter.mood is Mood.ASSIGN and utterance.speaker != matter.speaker:
        return False
    return is_only_a_day(utterance.text, dates[-1].text) or (matter.due is not None and corrects(utterance.text))


def _is_news(date: SpokenDate, utterance: Utterance) -> bool:
    """Tell whether the day is part of what somebody is to be told ("tell the sites that go-live is the 13th")."""
    return _NEWS.search(utterance.text[: date.start]) is not None


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
    own = [clause for clause in (draft.clause, *draft.others) if clause.utterance.index == utterance.index]
    return max((int(clause.verb.idx) for clause in own), default=0)
