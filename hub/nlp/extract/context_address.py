"""To whom a sentence is said: "Fatima, the confirmation letters?"."""

import re
from dataclasses import dataclass

from hub.nlp.extract.context import Mention, Roster, plain
from hub.nlp.extract.lexicon import words

_LEAD = (
    r"(?:(?:so|and|okay|ok|then|right|well|um+|uh+|hm+|but|now|great|good|perfect|super|thanks|thank you|yes|yeah|no|"
    r"alright|all right|hi|hey|hello|sorry|actually|maybe|also|next|first|finally|please|oh|ah|cool|fine|exactly|mr|mrs|ms|miss|dr|doctor|prof|professor|dame|sir)"
    r"(?:[,.!;:—-]+\s*|\s+))*"
)
_BEFORE = re.compile(_LEAD, re.IGNORECASE)
_ASKING = re.compile(
    r"\s*,?\s*(?:can|could|would|will|do|did|are|have) you\b|\s+(?:when|by when|how soon|how quickly) (?:can|could|do|will|would)\b|\s+please\b|\s*[,?:!.—–-]",
    re.IGNORECASE,
)
_UNKNOWN = re.compile(rf"{_LEAD}(?P<name>[A-Z][a-z]{{2,}})(?=\s*,?\s*(?:can|could|would|will you|please)\b)")
_NO_NAMES = words("""
    Can Could Would Will Please And But Then Yes Yeah Okay Sure Well Maybe That This What When How Who Why You They
    The Everybody Everyone Somebody Someone Anybody Guys Folks Team All Great Good Thanks Right Also
""")


@dataclass(frozen=True, slots=True)
class Address:
    """A name that a sentence is addressed to, with the participants it can mean; none for a person not listed."""

    name: str
    people: tuple[str, ...]


def addressed(text: str, roster: Roster) -> Address | None:
    """Return whom *text* speaks to by name, the last such name where there are two ("Claire? Claire Dumont")."""
    called = [mention for mention in roster.mentions(text) if _is_call(text, mention)]
    if called:
        sharpest = min(reversed(called), key=lambda mention: len(mention.people))
        return Address(sharpest.text, sharpest.people)
    return _stranger(text, roster)


def _is_call(text: str, mention: Mention) -> bool:
    before, after = text[: mention.start], text[mention.end :]
    if _begins(before):
        return _ASKING.match(after) is not None or not after.strip()
    if re.search(r"[,?.!—–-]\s*$", before):
        return re.match(r"\s*(?:[,?!.—–-]|$)", after) is not None
    return False


def _begins(before: str) -> bool:
    last = re.split(r"[.?!]\s+", before)[-1]
    return _BEFORE.fullmatch(last) is not None


def _stranger(text: str, roster: Roster) -> Address | None:
    """A capitalised word called at the start: a slip for a listed name, or somebody who is not listed."""
    found = _UNKNOWN.match(plain(text))
    if found is None or found["name"] in _NO_NAMES:
        return None
    return Address(found["name"], roster.meant_by(found["name"]))
