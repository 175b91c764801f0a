"""TMX 1.4 (Translation Memory eXchange, GALA): approved segments out and in."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from hub.domain.memory import Approved, Pair, same
from hub.translation.exchange.xml import LANGUAGE, carried, named, parsed, said, speaks

_STAMP = "%Y%m%dT%H%M%SZ"
_STUDY, _PLACE = "x-study", "x-place"


def written(segments: Iterable[Approved], *, pair: Pair) -> bytes:
    """Return *segments* of *pair* as a TMX file, the same bytes for the same segments."""
    from lxml import etree

    root = etree.Element("tmx", version="1.4")
    head = {"creationtool": "liaison-hub", "creationtoolversion": "1", "segtype": "sentence", "o-tmf": "liaison-hub"}
    etree.SubElement(root, "header", {**head, "adminlang": "en", "srclang": pair.source, "datatype": "plaintext"})
    body = etree.SubElement(root, "body")
    for one in segments:
        stamp = one.at.astimezone(UTC).strftime(_STAMP)
        unit = etree.SubElement(body, "tu", creationid=carried(one.by), creationdate=stamp)
        for name, value in ((_STUDY, one.study), (_PLACE, one.place)):
            if value:
                etree.SubElement(unit, "prop", type=name).text = carried(value)
        for locale, text in ((pair.source, one.source), (pair.target, one.target)):
            variant = etree.SubElement(unit, "tuv", {LANGUAGE: locale})
            etree.SubElement(variant, "seg").text = carried(text)
    made: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return made


def read(body: bytes, *, name: str, pair: Pair, by: str, at: datetime, study: str) -> tuple[list[Approved], int]:
    """Return the segments of *pair* in a TMX file, and how many units had none.

    *by* and *at* stand for what a unit does not say of itself; a study named in the file gives way to *study* unless
    that is empty. RejectedError when it is no TMX.
    """
    found: list[Approved] = []
    units = named(parsed(body, name=name, root=("tmx",)), "tu")
    for unit in units:
        sides = [_side(unit, locale) for locale in (pair.source, pair.target)]
        if all(sides):
            props = {prop.get("type"): prop.text or "" for prop in named(unit, "prop")}
            found.append(
                Approved(
                    pair,
                    sides[0],
                    sides[1],
                    unit.get("changeid") or unit.get("creationid") or by,
                    _time(unit.get("changedate") or unit.get("creationdate"), at),
                    study or props.get(_STUDY, ""),
                    props.get(_PLACE, ""),
                )
            )
    return found, len(units) - len(found)


def _side(unit: Any, locale: str) -> str:
    for variant in named(unit, "tuv"):
        if speaks(variant.get(LANGUAGE) or variant.get("lang") or "", locale):
            return " ".join(same(said(segment)) for segment in named(variant, "seg")[:1])
    return ""


def _time(stamp: str | None, otherwise: datetime) -> datetime:
    try:
        return datetime.strptime(stamp or "", _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return otherwise
