"""Last touches that an engine leaves out: formal address, opening marks, elision before a name put back."""

import re

_FORMAL = {
    "es": {"vuestro": "su", "vuestra": "su", "vuestros": "sus", "vuestras": "sus", "tú": "usted"},
    "pt": {"vosso": "seu", "vossa": "sua", "vossos": "seus", "vossas": "suas"},
    "it": {"vostro": "suo", "vostra": "sua", "vostri": "suoi", "vostre": "sue"},
}
_SENTENCE = re.compile(r"[^.?!…]+[.?!…]*\s*")
_VOWELS = tuple("AEIOUÀÂÉÈÊÎÔaeiouàâéèêîô")


def finished(text: str, *, source: str, target: str) -> str:
    """Return *text* in *target* as it is printed; *source* is the sentence it was made from."""
    language = target.split("-", maxsplit=1)[0]
    text = _formal(text, language)
    if language == "es":
        text = _opened(text)
    return text[:1].upper() + text[1:] if source[:1].isupper() else text


def elided(text: str, said: dict[str, str], *, target: str) -> str:
    """Return *text* with "de" cut before those placeholders (keys of *said*) that stand for an opening vowel."""
    if not target.startswith("fr"):
        return text
    for token, words in said.items():
        if words.startswith(_VOWELS):
            text = re.sub(rf"\b([Dd])e (?={token}\b)", r"\1'", text)
    return text


def _formal(text: str, language: str) -> str:
    """Exchange what addresses the reader as a friend; verbs are left, which no rule on words can turn."""
    words = _FORMAL.get(language)
    if not words:
        return text
    pattern = rf"\b(?:{'|'.join(words)})\b"
    return re.sub(pattern, lambda match: _like(match.group(), words[match.group().lower()]), text, flags=re.IGNORECASE)


def _like(model: str, word: str) -> str:
    return word.capitalize() if model[0].isupper() else word


def _opened(text: str) -> str:
    """Put the opening mark before every Spanish question and exclamation that lacks it."""
    return "".join(_mark(match.group()) for match in _SENTENCE.finditer(text)) or text


def _mark(sentence: str) -> str:
    for closing, opening in (("?", "¿"), ("!", "¡")):
        if closing in sentence and opening not in sentence:
            lead = len(sentence) - len(sentence.lstrip(" \"'«“(-–"))
            sentence = sentence[:lead] + opening + sentence[lead:]
    return sentence
