"""The shape of a sentence: runs of its small words, with kinds in place of what it is about; and what is done in it.

"Then the phone is good enough" and "Then the old form is fine" are one shape; who learns from few meetings learns more
from it than from phones and forms.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from hub.nlp.learned.words import word_set

_KEPT = frozenset({"PRON", "DET", "ADP", "AUX", "CCONJ", "SCONJ", "PART", "INTJ", "ADV"})
_KEPT_VERBS = word_set("let need want think know go get take do have be say make")
_FOLDED = {"NOUN": "N", "PROPN": "PN", "NUM": "#", "ADJ": "ADJ"}
_RUNS = (2, 3, 4)


def shapes(sent: Any) -> tuple[str, ...]:
    """Return the terms of a parsed sentence, each once: "~^ then N", "~v:close", "~r:close/VB" for its root."""
    words = ["^", *_pieces(sent), "$"]
    runs = {"~" + " ".join(words[at : at + size]) for size in _RUNS for at in range(len(words) - size + 1)}
    verbs = {f"~v:{token.lemma_.lower()}" for token in sent if token.pos_ == "VERB"}
    return tuple(sorted({*runs, *verbs, f"~r:{sent.root.lemma_.lower()}/{sent.root.tag_}"}))


def _pieces(sent: Any) -> Sequence[str]:
    """Return the words of the shape; several nouns (names, numbers, adjectives) that follow one another are one."""
    folded = list(filter(None, map(_piece, sent)))
    return [word for piece, run in groupby(folded) for word in ([piece] if piece in _FOLDED.values() else list(run))]


def _piece(token: Any) -> str:
    word: str = token.lower_
    if token.is_punct or token.is_space:
        return "?" if token.text == "?" else ""
    if token.pos_ in _KEPT or word in _KEPT_VERBS:
        return word
    return f"V:{token.tag_}" if token.pos_ == "VERB" else _FOLDED.get(token.pos_, token.pos_)
