"""Word error rate: how many words a recognizer got wrong."""

import re
import unicodedata

FILLERS = frozenset({"um", "uh", "uhm", "mm", "hmm", "mhm", "hm", "ah", "er", "eh", "kay", "mm-hmm"})
_WORD = re.compile(r"[\w']+")


def normalized(text: str) -> list[str]:
    """Return the words of *text* in lower case, without punctuation and fillers."""
    plain = unicodedata.normalize("NFKC", text).lower().replace("’", "'")
    return [word for word in (raw.strip("'") for raw in _WORD.findall(plain)) if word and word not in FILLERS]


def word_errors(reference: str, heard: str) -> tuple[int, int]:
    """Return (wrong, words): substitutions, deletions and insertions against the words of *reference*."""
    wanted, found = normalized(reference), normalized(heard)
    row = list(range(len(found) + 1))
    for place, word in enumerate(wanted, 1):
        diagonal, row[0] = row[0], place
        for column, other in enumerate(found, 1):
            cost = min(row[column] + 1, row[column - 1] + 1, diagonal + (word != other))
            diagonal, row[column] = row[column], cost
    return row[-1], len(wanted)
