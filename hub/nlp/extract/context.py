"""Who is in the meeting, and whom the words of a sentence mean."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property

from hub.domain.meeting import Meeting, Participant
from hub.nlp.extract.lexicon import words

SLIP_RATIO = 0.75
"""Least likeness of letters between a heard name and the one on the list; "Yoost" for Joost passes, "Marc" for Marek
does not."""

_PARTICLES = words("van von de der den del della di da dos du el al la le bin ibn ter ten st mc")
_TITLES = words("dr prof professor mr mrs ms miss sir")
_SINGLE = str.maketrans({"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "ß": "s", "đ": "d", "ı": "i", "æ": "a", "’": "'"})


def plain(text: str) -> str:
    """Return *text* without accents, character for character, so that offsets stay true."""
    text = text.translate(_SINGLE)
    if text.isascii():
        return text
    return "".join(unicodedata.normalize("NFKD", character)[0] for character in text)


_SHORTEST_NAME = 3
_WORDS_TOO = words("""
    will mark grace may june april august bill rob art sue pat drew rich frank faith hope joy dawn rose lily ivy iris heather summer
    long young king price page bishop park marsh field wood stone hill brook banks bush day knight little short white black brown green
    gray grey gold silver cook baker miller smith carter cooper fisher hunter mason porter taylor walker turner ward wells west north
    law case chase cross best bond booth church english french german holland ireland rice root rush sharp star sun van von mann max don
    dale glen guy jack jean jimmy ray chip wes penny jade amber ruby pearl violet melody harmony constance patience clement ernest
    earnest victor marina mercedes christian so an can do ma yang he she low high
    grant kit gene ping hang min miles small close wise quick strong key keys power powers pool post house home land gross grand weeks
    lock nurse judge daily early ready means loss heard self story reason swift spring winter street light read reading sales plant
    ring lane hall love skip norm eve site sites data lab team study trial speaker clinic hospital
""")
"""Names that are words as well, and so are no names in small letters."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A name said in a text (*start* and *end* in characters) and the people it can mean, none where nobody fits."""

    start: int
    end: int
    text: str
    people: tuple[str, ...]

    @property
    def person(self) -> str | None:
        """The one person meant, or None."""
        return self.people[0] if len(self.people) == 1 else None


class Roster:
    """The participants of a meeting, found again in what was said."""

    def __init__(self, participants: Sequence[Participant]) -> None:
        self.participants = tuple(participants)
        self.names = tuple(person.name for person in self.participants)

    @cached_property
    def _forms(self) -> dict[str, tuple[str, ...]]:
        """Every form of a name that may be said, and whom it can mean."""
        forms: dict[str, list[str]] = {}
        for name in self.names:
            for form in dict.fromkeys(_forms(name)):
                forms.setdefault(form, []).append(name)
        return {form: tuple(people) for form, people in forms.items()}

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        if not self._forms:
            return None
        longest = sorted(self._forms, key=len, reverse=True)
        return re.compile(r"\b(?:" + "|".join(re.escape(form) for form in longest) + r")\b")

    def speaker(self, label: str | None) -> str | None:
        """Return the participant that a speaker label names, or None for an unnamed voice."""
        if label is None:
            return None
        if label in self.names:
            return label
        people = self._forms.get(plain(label).strip(), ())
        return people[0] if len(people) == 1 else None

    @cached_property
    def _small(self) -> tuple[re.Pattern[str] | None, dict[str, tuple[str, ...]]]:
        """The forms in small letters, as recognizers without signs write them; words that mean something else left out."""
        forms: dict[str, list[str]] = {}
        for form, people in self._forms.items():
            if form.casefold() not in _WORDS_TOO and len(form) >= _SHORTEST_NAME:
                forms.setdefault(form.casefold(), []).extend(people)
        if not forms:
            return None, {}
        longest = sorted(forms, key=len, reverse=True)
        pattern = re.compile(r"\b(?:" + "|".join(re.escape(form) for form in longest) + r")\b")
        return pattern, {form: tuple(dict.fromkeys(people)) for form, people in forms.items()}

    def mentions(self, text: str) -> tuple[Mention, ...]:
        """Return the names of participants said in *text*, in order; in small letters where it has no others."""
        if self._pattern is None:
            return ()
        if text == text.lower():
            small, forms = self._small
            said = small.finditer(plain(text)) if small is not None else ()
            return tuple(Mention(m.start(), m.end(), text[m.start() : m.end()], forms[m.group()]) for m in said)
        found = self._pattern.finditer(plain(text))
        return tuple(Mention(m.start(), m.end(), text[m.start() : m.end()], self._forms[m.group()]) for m in found)

    def meant_by(self, word: str) -> tuple[str, ...]:
        """Return the participants that a name can mean: by its form, else the only one that sounds like it."""
        exact = self._forms.get(plain(word).strip())
        return exact if exact is not None else self._sounding_like(plain(word).strip())

    def role(self, name: str) -> str | None:
        """Return the role of a participant."""
        return next((person.role for person in self.participants if person.name == name), None)

    def organization(self, name: str) -> str | None:
        """Return the organization of a participant."""
        return next((person.organization for person in self.participants if person.name == name), None)

    def _sounding_like(self, word: str) -> tuple[str, ...]:
        if len(word) < 4 or not word[0].isupper():
            return ()
        close = {
            person
            for form, people in self._forms.items()
            for person in people
            if " " not in form and sound(form) == sound(word) and _alike(form, word)
        }
        return tuple(close) if len(close) == 1 else ()


_NO_NAME = re.compile(
    r"\d|\b(?:speaker|unknown|unidentified|room|participant|guest|caller|user|host|moderator|voice|someone|everyone|phone|"
    r"operator|interviewer|interviewee)\b|^.{0,2}$",
    re.IGNORECASE,
)


def present(meeting: Meeting, speakers: Iterable[str | None]) -> Roster:
    """Return the people on the list of *meeting*; where there is none, those whom a platform names as *speakers*.

    Labels of voices ("Speaker 2", "Room 4", "B") are nobody's names.
    """
    if meeting.participants:
        return Roster(meeting.participants)
    named = dict.fromkeys(label.strip() for label in speakers if label and not _NO_NAME.search(label.strip()))
    return Roster(tuple(Participant(name) for name in named if name[:1].isupper()))


_SOUNDS = (
    (re.compile(r"ph"), "f"),
    (re.compile(r"sch|sh|tsch|tch|ch|cz|sz"), "x"),
    (re.compile(r"c(?=[eiy])"), "s"),
    (re.compile(r"ck|c|q"), "k"),
    (re.compile(r"z"), "s"),
    (re.compile(r"w"), "v"),
    (re.compile(r"^[jy]"), "i"),
    (re.compile(r"dg|j"), "g"),
    (re.compile(r"[aeiouyh]"), ""),
    (re.compile(r"(.)\1+"), r"\1"),
)


def sound(word: str) -> str:
    """Return the consonants of *word* as one hears them: spellings that sound alike give one key."""
    key = plain(word).casefold()
    for pattern, replacement in _SOUNDS:
        key = pattern.sub(replacement, key)
    return key


def _alike(one: str, other: str) -> bool:
    return SequenceMatcher(None, one.casefold(), other.casefold()).ratio() >= SLIP_RATIO


def _forms(name: str) -> Iterator[str]:
    """Yield the full name, the first name, the surname with and without its particles, and "Dr Surname"."""
    words = [word for word in plain(name).replace(",", " ").split() if word.casefold().strip(".") not in _TITLES]
    if not words:
        return
    yield " ".join(words)
    yield words[0]
    if len(words) == 1:
        return
    begin = next((at for at, word in enumerate(words[1:], 1) if word.casefold() in _PARTICLES), len(words) - 1)
    surname = words[begin:]
    yield " ".join(surname)
    if len(surname) > 1 and len(surname[-1]) > 2:
        yield surname[-1]
