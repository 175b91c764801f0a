"""A person's name as it is said in a locale."""

_FAMILY_FIRST = ("ja", "zh")


def spoken(name: str, locale: str) -> str:
    """Return a name of a list ("Tanaka, Yuki") in the order of *locale*; another stays as its bearer writes it."""
    family, comma, given = (part.strip() for part in name.partition(","))
    if not comma or not family or not given or "," in given:
        return name.strip()
    return f"{family} {given}" if locale.startswith(_FAMILY_FIRST) else f"{given} {family}"
