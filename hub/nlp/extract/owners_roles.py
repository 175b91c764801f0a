"""Work put to a function ("data management will run it"): who on the list that is."""

import re
from dataclasses import dataclass
from functools import cache

from hub.nlp.extract.context import Roster, plain
from hub.nlp.extract.lexicon import words

_FUNCTIONS: tuple[tuple[str, str], ...] = (
    (r"data manage(?:ment|rs?)|(?:clinical )?data (?:team|group)|\bdm\b", r"data manag"),
    (r"regulatory(?: affairs)?|reg affairs|regulatory (?:team|group)", r"regulatory"),
    (r"bio-?stat(?:istic)?s?|bio-?statisticians?|stat(?:istic)?s|statisticians?", r"statistic"),
    (r"(?:drug |patient )?safety(?: team| group| lead)?|pharmacovigilance|\bpv\b", r"safety|pharmacovigilance"),
    (r"medical monitors?|medical monitoring", r"medical monitor"),
    (r"clinical operations|clin ?ops", r"clinical operations"),
    (r"(?:e?tmf|trial master file)(?: team| specialist| lead| manager)?|document management", r"tmf|document"),
    (r"(?:clinical )?suppl(?:y|ies)(?: chain| team| manager)?|logistics", r"suppl|logistic"),
    (r"monitoring|lead cra|the cra\b|lead monitor", r"\bcra\b|monitoring lead|clinical research associate"),
    (r"quality(?: assurance)?|\bqa\b", r"quality|\bqa\b"),
    (r"project manage(?:ment|r)|the pm\b", r"project manag|project lead"),
    (r"medical writ(?:ing|ers?)", r"medical writ"),
    (r"(?:statistical |sas )?programm(?:ing|ers?)", r"programm"),
    (r"(?:contracts?|legal)(?: team| department| group)?|counsel", r"legal|contract|counsel"),
    (r"(?:site )?(?:budgets?|payments?|finance)(?: team)?", r"financ|budget|payment"),
    (r"vendor management|procurement|outsourcing", r"vendor|procurement|outsourcing"),
    (r"(?:the |central )?lab(?:oratory)?(?: team)?", r"\blab"),
    (r"\bit\b team|systems team|edc (?:team|build)|database (?:team|programmer)", r"\bedc\b|systems|database|\bit\b"),
    (r"recruitment|patient engagement|enrolment team", r"recruitment|engagement"),
    (r"training(?: team)?|learning", r"training"),
    (r"study start-?up|\bssu\b|activation team", r"start-?up|activation|\bssu\b"),
    (r"site (?:management|manager|engagement)", r"site (?:manage|engage)"),
    (r"unblinded (?:pharmacist|team|monitor)", r"unblinded"),
    (r"clinical science|clinical scientists?", r"scien"),
    (r"imaging", r"imaging"),
    (r"translations?(?: team)?", r"translation"),
)


@dataclass(frozen=True, slots=True)
class Function:
    """A function spoken of by name, and the participants whose role it is."""

    spoken: str
    people: tuple[str, ...]


@cache
def _compiled() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    return tuple(
        (re.compile(rf"\b(?:{said})\b", re.IGNORECASE), re.compile(role, re.IGNORECASE)) for said, role in _FUNCTIONS
    )


def function_in(phrase: str, roster: Roster) -> Function | None:
    """Return the function that *phrase* (a doer's words) names, with the people on the list who hold it."""
    words = plain(phrase).strip()
    exact = [person.name for person in roster.participants if person.role and _same(person.role, words)]
    if exact:
        return Function(words, tuple(exact))
    for spoken, role in _compiled():
        found = spoken.search(words)
        if found:
            holders = [person.name for person in roster.participants if person.role and role.search(plain(person.role))]
            return Function(found.group(), tuple(holders))
    return _by_word(words, roster)


_COMMON = words(
    "manager lead leader head senior director team group clinical specialist associate officer study trial principal "
    "junior global local site sites medical research analyst scientist people guys"
)


def _by_word(words: str, roster: Roster) -> Function | None:
    """A word of the phrase that is a telling word of a role: "biometrics" and the head of biometrics."""
    for word in re.findall(r"[a-z]{5,}", words.casefold()):
        if word not in _COMMON:
            holders = [p.name for p in roster.participants if p.role and word in plain(p.role).casefold().split()]
            if holders:
                return Function(words, tuple(holders))
    return None


def _same(role: str, words: str) -> bool:
    bare = re.sub(r"^(?:the|our|your) ", "", words, flags=re.IGNORECASE)
    return plain(role).casefold() == bare.casefold()
