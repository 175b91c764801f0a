"""The fixed words of the hub in twelve locales: gettext catalogues and the forms of CLDR, through Babel."""

import gettext
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

from hub.domain.errors import UsageError
from hub.domain.locales import LOCALES
from hub.ports import Wording

CATALOGUES = Path(__file__).with_name("locale")
DOMAINS = ("hub", "web")
"""The catalogues of a locale: words of documents, and those that only pages have."""
# English with the day before the month, as trial documents write it
_CLDR = {"pt-BR": "pt_BR", "zh-Hans": "zh_Hans_CN", "en": "en_GB", "hi": "hi_IN"}
_LEFT_TO_RIGHT = "\u2066{}\u2069"  # isolate: hours stay before minutes inside Arabic text


@cache
def wording(locale: str) -> Wording:
    """Return the words and forms of *locale*, one of `hub.domain.locales.LOCALES`. UsageError for any other."""
    if locale not in LOCALES:
        raise UsageError(f"{locale}: not a locale of the hub; one of {', '.join(LOCALES)}")
    return CatalogueWording(locale)


def folder(locale: str) -> str:
    """Return the name of the catalogue's folder: "pt-BR" lies in pt_BR."""
    return locale.replace("-", "_")


class CatalogueWording:
    """Words from the catalogue of *locale*, forms from CLDR. An unknown msgid comes back in English."""

    def __init__(self, locale: str) -> None:
        from babel import Locale

        self.locale = locale
        self._cldr = Locale.parse(_CLDR.get(locale, locale))
        self.direction = "rtl" if self._cldr.text_direction == "rtl" else "ltr"
        self._catalogue = _catalogue(locale)

    def text(self, message: str, **values: object) -> str:
        """Return *message* in this locale, its {places} filled."""
        said = self._catalogue.gettext(message) if message else ""
        return said.format(**values) if values else said

    def plural(self, one: str, other: str, count: int, **values: object) -> str:
        """Return the form for *count*, {count} in the locale's digits."""
        return self._catalogue.ngettext(one, other, count).format(count=self.number(count), **values)

    def date(self, value: date, *, style: str = "long") -> str:
        """Return a calendar day; *style* is long ("19 de mayo de 2026") or short, with four digits of year."""
        return _day(str(self._cldr), date(value.year, value.month, value.day), "long" if style == "long" else "medium")

    def time(self, value: datetime) -> str:
        """Return a time of day with the short name of its zone ("10:00 CEST"), or without where it has none."""
        cldr, zone = str(self._cldr), value.tzinfo
        said = _clock(cldr, value.hour, value.minute)
        return said if zone is None else f"{said} {_zone(cldr, value.date(), value.utcoffset(), zone)}"

    def timecode(self, seconds: float) -> str:
        """Return m:ss or h:mm:ss in European digits, as players show it; kept from turning in Arabic text."""
        minutes, rest = divmod(int(seconds), 60)
        hours, minutes = divmod(minutes, 60)
        code = f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
        return _LEFT_TO_RIGHT.format(code) if self.direction == "rtl" else code

    def number(self, value: float, *, digits: int = 0) -> str:
        """Return a number with exactly *digits* decimals."""
        from babel.numbers import format_decimal

        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        if self._cldr.language == "hi":
            pattern = "#,##," + pattern[2:]
        return str(format_decimal(value, pattern, locale=self._cldr))

    def percent(self, share: float) -> str:
        """Return a share as a whole percentage."""
        from babel.numbers import format_percent

        return str(format_percent(round(share, 2), locale=self._cldr))

    def join(self, values: Sequence[str]) -> str:
        """Return a list in words."""
        from babel.lists import format_list

        return str(format_list(list(values), locale=self._cldr)) if values else ""


@lru_cache(maxsize=8192)  # a list has the same days again and again, and CLDR's patterns take long to be filled
def _day(cldr: str, value: date, style: Literal["long", "medium"]) -> str:
    from babel.dates import format_date

    return str(format_date(value, style, locale=cldr))


@lru_cache(maxsize=8192)
def _clock(cldr: str, hour: int, minute: int) -> str:
    from babel.dates import format_time

    return str(format_time(time(hour, minute), "short", locale=cldr))


@lru_cache(maxsize=8192)
def _zone(cldr: str, day: date, offset: timedelta | None, zone: tzinfo) -> str:
    """Return the short name that *zone* has on *day*, where it is *offset* from UTC."""
    from babel.dates import get_timezone_gmt, get_timezone_name

    hours = (datetime(day.year, day.month, day.day, hour, tzinfo=zone) for hour in range(24))
    at = next((one for one in hours if one.utcoffset() == offset), None)
    name = str(get_timezone_name(at or zone, "short", locale=cldr))
    # some languages have no name for some zones
    return name if name[0] not in "+-" else str(get_timezone_gmt(at, "long", locale=cldr))


def _catalogue(locale: str) -> gettext.NullTranslations:
    """Return all catalogues as one; English stands in the msgids and needs none."""
    if locale == "en":
        return gettext.NullTranslations()
    found: gettext.NullTranslations | None = None
    for domain in reversed(DOMAINS):
        with (CATALOGUES / folder(locale) / "LC_MESSAGES" / f"{domain}.mo").open("rb") as file:
            former, found = found, gettext.GNUTranslations(file)
        if former is not None:
            found.add_fallback(former)
    assert found is not None  # noqa: S101 - there are two domains
    return found
