"""Agreed terms in a sentence: where they are called for, whether they were used, bent or not, and put in where not."""

import re
from collections.abc import Iterable, Sequence

from hub.domain.memory import Term
from hub.translation.agreement import plural, with_article

_NO_SPACES = ("ja", "zh")
_ENDINGS = r"(?:s|es|'s|’s|ed|d|ing)?"


def called_for(sentence: str, terms: Iterable[Term]) -> tuple[Term, ...]:
    """Return those *terms* (the longest first) that stand in an English *sentence*; a part of a longer one does not."""
    taken: list[tuple[int, int]] = []
    found: list[Term] = []
    for term in terms:
        places = [match.span() for match in _places(sentence, term.source)]
        free = [(a, b) for a, b in places if all(b <= start or a >= end for start, end in taken)]
        taken += free
        if free:
            found.append(term)
    return tuple(found)


def uses(text: str, term: Term) -> bool:
    """Tell whether *text* uses the term's translation, each of its words bent or not; any of its | alternatives."""
    return any(_has(text, wanted.strip(), term.pair.target) for wanted in term.target.split("|"))


def unused(sentence: str, text: str, terms: Sequence[Term]) -> tuple[Term, ...]:
    """Return the terms that *sentence* calls for and *text* does not use."""
    return tuple(term for term in called_for(sentence, terms) if not uses(text, term))


def swapped(text: str, term: Term, said: str) -> str | None:
    """Return *text* with what the engine *said* for the term alone exchanged for the agreed words; None if not there.

    A plural of what was said becomes a plural of the term. Where the term's note is m or f, the article before it
    follows; all else around it is left as it is.
    """
    agreed, locale = preferred(term), term.pair.target
    plain = said.strip(" .").casefold()
    if not plain or plain == agreed.casefold():
        return None
    pattern = re.compile(rf"(?<!\w)(?:{re.escape(plain)})(?P<more>s|es)?(?!\w)", re.IGNORECASE)
    done, at = "", 0
    for match in pattern.finditer(text):
        words = _like(match.group(), plural(agreed, locale) if match["more"] else agreed)
        done = with_article(done + text[at : match.start()], words, gender=term.note, locale=locale) + words
        at = match.end()
    return done + text[at:] if at else None


def preferred(term: Term) -> str:
    """Return the first of the agreed words."""
    return term.target.split("|")[0].strip()


def _places(sentence: str, source: str) -> Iterable[re.Match[str]]:
    words = r"[ -]".join(re.escape(word) for word in re.split(r"[ -]", source))
    stem = re.sub(r"y$", "(?:y|ie)", words) if words.islower() else words
    return re.finditer(rf"(?<![\w-]){stem}{_ENDINGS}(?![\w-])", sentence, 0 if source.isupper() else re.IGNORECASE)


def _has(text: str, wanted: str, locale: str) -> bool:
    if locale.startswith(_NO_SPACES):
        return wanted in text
    said = re.findall(r"\w+", text.casefold())
    wants = re.findall(r"\w+", wanted.casefold())
    size = len(wants)
    return any(all(map(_bent, wants, said[at : at + size])) for at in range(len(said) - size + 1))


def _bent(wanted: str, said: str) -> bool:
    """Tell whether *said* is *wanted* with another ending; short words have to be the same, or end in an s."""
    if len(wanted) < 5:
        return said in (wanted, f"{wanted}s", f"{wanted}es")
    stem = wanted[: max(4, len(wanted) - 3)]
    return said.startswith(stem) and abs(len(said) - len(wanted)) <= 4


def _like(model: str, words: str) -> str:
    return words[0].upper() + words[1:] if model[0].isupper() else words
