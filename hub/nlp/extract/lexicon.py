"""Lists of words as one reads them."""


def words(text: str) -> frozenset[str]:
    """Return the words of *text*, split at white space."""
    return frozenset(text.split())
