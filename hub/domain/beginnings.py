"""With which of many beginnings a text begins, told without asking each of them."""

from collections.abc import Collection, Iterator


class Beginnings:
    """Beginnings of texts; one may be the beginning of another."""

    def __init__(self, texts: Collection[str]) -> None:
        self._texts = frozenset(texts)
        self._lengths = sorted({len(one) for one in self._texts})

    def of(self, text: str) -> Iterator[str]:
        """Return those that *text* begins with, the shortest first."""
        for length in self._lengths:
            if length > len(text):
                return
            if (begins := text[:length]) in self._texts:
                yield begins
