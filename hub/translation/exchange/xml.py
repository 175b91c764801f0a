"""XML that came from outside: no entities, no network, errors with their line; and what goes out as XML."""

import re
from typing import Any

from hub.domain.errors import RejectedError

LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")  # XML 1.0 section 2.2


def parsed(body: bytes, *, name: str, root: tuple[str, ...]) -> Any:
    """Return the root element. RejectedError where it is no XML, or its root is none of *root*."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        found = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise RejectedError(f"{name}: not readable as XML (line {error.lineno})") from error
    if etree.QName(found).localname not in root:
        raise RejectedError(f"{name}: no {' or '.join(root)} file; its first element is {etree.QName(found).localname}")
    return found


def named(element: Any, *names: str) -> list[Any]:
    """Return the elements below *element* with one of these local names, in any namespace."""
    from lxml import etree

    return [one for one in element.iter() if isinstance(one.tag, str) and etree.QName(one).localname in names]


def said(element: Any) -> str:
    """Return the text of an element without its inner marks, white space folded."""
    return " ".join("".join(element.itertext()).split())


def carried(text: str) -> str:
    """Return *text* without the characters that no XML can carry: a transcript or a connector may have brought them."""
    return _NO_XML.sub("", text)


def speaks(locale: str, wanted: str) -> bool:
    """Tell whether text marked *locale* is in *wanted*: the same, or one names a region that the other leaves open."""
    first, second = (name.replace("_", "-").lower().split("-") for name in (locale, wanted))
    return first[: len(second)] == second or second[: len(first)] == first
