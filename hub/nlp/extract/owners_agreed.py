"""Who was named for something by another and agreed to it in the next words."""

import re
from collections.abc import Sequence

from hub.nlp.extract.actions_replies import Reply, reply
from hub.nlp.extract.context import Roster
from hub.nlp.extract.owners import Owner
from hub.nlp.extract.owners_roles import function_in
from hub.nlp.extract.utterances import Utterance

_REACH = 2  # sentences in which the one who was named has to answer
_LONGEST = 9  # words; a longer answer speaks of something else
_DENIES = re.compile(r"\b(?:not|never|nobody|no one|already|unless|if)\b|n't\b", re.IGNORECASE)
_AGREES = re.compile(
    r"^\W*(?:(?:yes|yeah|okay|ok|that's)\W+)*(?:correct|exactly|indeed|right|noted|true|i have|i am|she is|he is)\b",
    re.IGNORECASE,
)


def agreed(main: Utterance, utterances: Sequence[Utterance], roster: Roster) -> Owner | None:
    """Return the one participant whom *main* names, by name or role, where that person agrees to it; else None."""
    if _DENIES.search(main.text):
        return None
    person = _named(main, roster)
    if person is None or person == roster.speaker(main.speaker):
        return None
    for after in utterances[main.index + 1 : main.index + 1 + _REACH]:
        if roster.speaker(after.speaker) != person:
            continue
        if len(after.text.split()) <= _LONGEST and not after.text.rstrip().endswith("?") and _says_yes(after.text):
            return Owner(person, f'{person} was named for it and said "{after.text}"', 0.85)
        return None
    return None


def _says_yes(text: str) -> bool:
    return _AGREES.match(text) is not None or reply(text) in {Reply.TAKE, Reply.ASSENT}


def _named(main: Utterance, roster: Roster) -> str | None:
    mentions = roster.mentions(main.text)
    people = {person for mention in mentions for person in mention.people}
    if mentions:
        return people.pop() if len(people) == 1 else None
    function = function_in(main.text, roster)
    return function.people[0] if function is not None and len(function.people) == 1 else None
