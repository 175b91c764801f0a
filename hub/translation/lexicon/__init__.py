"""What words of trials are to be in a locale, where a study agreed on nothing else; one CSV a locale."""

from functools import cache
from pathlib import Path

from hub.domain.memory import Pair, Term
from hub.translation.exchange.glossaries import read_table


@cache
def own_terms(target: str) -> tuple[Term, ...]:
    """Return our terms from English into *target*; none where nobody has written any."""
    path = Path(__file__).with_name(f"{target}.csv")
    if not path.is_file():
        return ()
    terms, _ = read_table(path.read_bytes(), name=path.name, pair=Pair("en", target), study="")
    return tuple(terms)
