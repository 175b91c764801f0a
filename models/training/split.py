"""Which meetings are kept aside: whole series, chosen by name before anything was trained, and never tuned on."""

AMI_ASIDE = frozenset({"ES2008", "ES2015", "IS1007", "TS3006", "TS3011"})
"""Two series of Edinburgh, one of Idiap, two of TNO, as in the published test set (which is not in this data)."""

CLINICAL_ASIDE = frozenset({"d3"})
"""Of the scripted clinical meetings with an answer key."""


def hand(name: str) -> int:
    """Return who wrote a scripted talk: the hundreds of its number, 0 for the first writer and where there is none."""
    number = name.split("-")[0]
    return int(number) // 100 if number.isdigit() else 0
