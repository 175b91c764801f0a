"""Countries: the hub keeps ISO 3166-1 alpha-2, where the standards of CDISC write alpha-3."""

_THREE = 3


def alpha_2(code: str | None) -> str | None:
    """Return the two letters of a country that is given by three; anything else as it is."""
    if code is None or len(code) != _THREE:
        return code
    from babel.core import get_global

    found = get_global("territory_aliases").get(code.upper(), ())  # CLDR: USA is US
    return str(found[0]) if len(found) == 1 else code
