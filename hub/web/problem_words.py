"""What errors that people often meet say, in the reader's language; the services say it in English, as the API does."""

import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import cast

from fastapi.exceptions import RequestValidationError

from hub.ports import Wording
from hub.web import names

_DAY = "%d-%b-%Y"
"""How the services write a day in a line."""
PLACE = re.compile(r"{(\w+)}")
"""What a message has in a place of its own."""


def said(words: Wording, detail: str) -> str | None:
    """Return *detail*, the line of an error, in the reader's language; None where it is none that is known."""
    return matched(_known(cast("Hashable", words)), detail, shown=partial(_shown, words))


def matched(
    known: Sequence[tuple[re.Pattern[str], str]],
    detail: str,
    *,
    shown: Callable[[Mapping[str, str]], Mapping[str, str]] = dict,
) -> str | None:
    """Return the message of *known* whose pattern is all of *detail*, with what stands in its places as *shown*."""
    for pattern, message in known:
        if found := pattern.fullmatch(detail):
            given = {name: f"\u2068{value}\u2069" for name, value in shown(found.groupdict()).items()}
            return message.format(**given) if given else message
    return None


def _shown(words: Wording, given: Mapping[str, str]) -> Mapping[str, str]:
    """Return what stands in the places of a message as the reader has it: a day, and of which records it is said."""
    told = dict(given)
    if "day" in told:
        told["day"] = _day(words, told["day"])
    if kind := told.pop("kind_of_records", ""):
        told["title"] = f"{told['title']} ({names.field(words, kind)})"
    return told


def _day(words: Wording, text: str) -> str:
    try:
        return words.date(datetime.strptime(text, _DAY).replace(tzinfo=UTC).date())
    except ValueError:
        return text


def of_a_form(words: Wording, error: RequestValidationError) -> str:
    """Return which fields of a form lack something or hold what will not do."""
    missing, wrong = list[str](), list[str]()
    for one in error.errors():
        field = names.field(words, str(one["loc"][-1]))
        (missing if one["type"] in ("missing", "string_too_short") else wrong).append(field)
    told = [words.text("Missing: {fields}", fields=words.join(list(dict.fromkeys(missing))))] if missing else []
    if wrong:
        told.append(words.text("Not as it should be: {fields}", fields=words.join(list(dict.fromkeys(wrong)))))
    return ". ".join(told)


class Both:
    """Gives a message with its translation."""

    def __init__(self, words: Wording) -> None:
        self._words = words

    def text(self, message: str) -> tuple[str, str]:
        """Return *message* as it is in English and in the language at hand."""
        return message, self._words.text(message)


@lru_cache(maxsize=64)  # each locale's words are one object
def _known(of: Hashable) -> Sequence[tuple[re.Pattern[str], str]]:
    return [(pattern(english), translated) for english, translated in _messages(of)]


def pattern(message: str) -> re.Pattern[str]:
    """Return what an English line made of *message* reads like, a group for each of its places."""
    parts = enumerate(PLACE.split(message))
    return re.compile("".join(f"(?P<{one}>.+?)" if at % 2 else re.escape(one) for at, one in parts), re.DOTALL)


def _messages(of: Hashable) -> Iterator[tuple[str, str]]:
    words = Both(cast("Wording", of))
    yield words.text("say why")
    yield words.text("this needs the right {right}")
    yield "you may not do this here: it needs the right {right}", words.text("this needs the right {right}")[1]
    yield from _of_versions(words)
    yield from _of_meetings(words)
    yield from _of_people(words)
    yield from _of_credentials(words)
    yield from _of_rules(words)
    yield from _of_oversight(words)


def _of_versions(words: Both) -> Iterator[tuple[str, str]]:
    yield words.text("these minutes were sent round already: say why they are changed")
    yield words.text("say in a few words why there is a new version")
    yield words.text("version {number} holds these minutes already: nothing was changed since")
    yield words.text("version {number} is not the newest: {newest} is")
    yield words.text("the minutes hold edits that are in no version yet; keep them as one, or give them up")
    sent = words.text("version {number} was sent round already")
    yield f"{sent[0]}: it is {{state}}", sent[1]
    yield words.text("you have signed version {number} already")
    waits = words.text("no signature of yours is asked for now")
    yield waits
    yield "no {meaning} of yours is asked for now; the route waits for: {waits}", waits[1]
    yield words.text("version {number} is not approved: only approved minutes are sent out")


def _of_meetings(words: Both) -> Iterator[tuple[str, str]]:
    yield words.text("{title}: upload a recording or a transcript first")
    yield words.text("{title}: is being worked on; wait for it or stop it")
    yield words.text("{name}: is no recording or transcript that the hub takes ({kinds})")
    yield words.text("note that those who were recorded were told and agreed; without it the file is not taken")
    yield words.text("the title of a meeting has 1 to {most} characters")
    yield words.text("say why the action changes: it stands so in approved minutes")
    yield words.text("choose a passage of the transcript")
    yield words.text("{text}: is no day")


def _of_people(words: Both) -> Iterator[tuple[str, str]]:
    yield words.text("{email}: is no e-mail address")
    yield words.text("{email}: give the person's name and organization")
    yield words.text("{email}: has an account already")
    yield words.text("{email}: has this role already")
    yield words.text("nobody else administers {what}: give another person the role first")
    yield words.text("this password, or one of the last {count}, was used before; choose another")
    yield words.text("who asks for a destruction does not approve it: another person has to")
    again = words.text("load the page again, then repeat the step")
    yield "the change carries no token of this session (X-CSRF-Token); load the page again", again[1]


def _of_credentials(words: Both) -> Iterator[tuple[str, str]]:
    yield words.text("a password has {least} to {most} characters")
    yield words.text("a password must not hold the person's name or address")
    yield words.text("this password is one of the first that others try; choose another")
    yield words.text("the code is wrong; look at the clocks of both devices")
    yield "an inspector's access needs an end date", words.text("An inspector's access needs an end.")[1]
    yield words.text("a token lasts 1 to {most} days")
    yield words.text("you do not have {rights} yourself")
    yield words.text("nobody who speaks in this meeting is named {name}; name the voice there first")


def _of_rules(words: Both) -> Iterator[tuple[str, str]]:
    yield words.text("somebody gets these minutes in {locale}, and that copy is not approved yet")
    yield words.text("somebody gets these minutes in {locale}, and that copy has not been made")
    yield words.text("a route ends with somebody who approves or takes the responsibility")
    yield words.text("step {number}: its quorum is at least 1 and at most the people it names")
    yield words.text("each recipient stands there once, with an address; up to {most} of them")
    yield words.text("each person stands on the roster once, with a name")
    yield words.text("{name}: a file has 1 to {most} bytes")
    yield words.text("{title}: is held since {day}: {reason}")
    yield "{title}: its {kind_of_records} is kept until {day}", words.text("{title}: is kept until {day}")[1]
    yield words.text("{title}: is not being worked on")
    yield words.text("ask with a word that can be looked for, such as the name of a site or a subject matter")


def _of_oversight(words: Both) -> Iterator[tuple[str, str]]:
    yield words.text("the party that noted it does not confirm it: another one has to")
    yield words.text("who noted it does not confirm it: another person has to")
    yield words.text("note that the authority was told, or why it need not be (GDPR 33), before it is closed")
    yield words.text("an incident is known before it is reported")
    yield words.text("it ends after it began")
    yield words.text("{email}: deactivate the account first")
