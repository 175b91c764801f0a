"""XML of others: no entities, nothing fetched, one element at a time; what is broken is cut out, the rest is read."""

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from hub.connectors.troubles import ForeignError
from hub.domain.errors import RetryableError

_MARKUP = re.compile(rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)?<(!doctype\s+)?html\b", re.IGNORECASE | re.DOTALL)
_HEAD = re.compile(
    rb"(?:<\?[^>]*\?>\s*|<!--.*?-->\s*)*(?P<open><(?![?!])(?P<name>[^\s/>]+)[^>]*>)",
    re.DOTALL,
)
_NUMBER = 80
_CHUNK = 1 << 15


@dataclass(frozen=True, slots=True)
class Part:
    """One element of a document, read or broken."""

    element: Any
    """Of lxml; None where it is broken."""
    raw: bytes
    problem: str = ""


def root_of(content: bytes, where: str) -> Any:
    """Return the root element, without its children having to be read. RetryableError where it is no XML document."""
    checked(content, where)
    try:
        for _, element in _events(content, ("start",)):
            return element
    except _broken() as error:
        raise RetryableError(f"{where}: the answer is no XML ({_line(error)})") from error
    raise RetryableError(f"{where}: the answer is no XML")  # pragma: no cover  # lxml raises before


def parts(content: bytes, tags: tuple[str, ...], where: str, *, within: str = "") -> Iterator[Part]:
    """Yield the elements of these local names, in their order; each is gone once the next is asked for.

    *within* names the element that they stand in where its attributes are needed: it is their parent, also of one
    that was cut out of a broken document.

    A document that ends before its root does is an error, for what is missing is not known: RetryableError. One that
    is whole but not well-formed gives its good elements, and the bytes of those that are not.
    """
    content = checked(content, where)
    try:
        for _ in _elements(content, ()):
            pass
    except _broken() as error:
        yield from _salvaged(content, tags, within, where, error)
        return
    for element in _elements(content, tags):
        yield Part(element, raw_of(element))
        _forget(element)


def raw_of(element: Any) -> bytes:
    """Return the element as bytes, without what follows it."""
    from lxml import etree

    return bytes(etree.tostring(element, with_tail=False))


def checked(content: bytes, where: str) -> bytes:
    """Return *content* without its mark of byte order. RetryableError for a web page or nothing."""
    bare = content.removeprefix(codecs.BOM_UTF8).lstrip()
    if not bare:
        raise RetryableError(f"{where}: the answer is empty")
    if _MARKUP.match(bare):
        raise ForeignError(f"{where}: a web page comes where XML should (maintenance, or a proxy in between)")
    return bare


# huge_tree stays off: a text of ten megabytes or a thousand levels is no value but an attack or a mistake
_SAFELY: Mapping[str, bool] = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}


def _events(content: bytes, events: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    from lxml import etree

    yield from etree.iterparse(BytesIO(content), events=events, **_SAFELY)


def _elements(content: bytes, tags: tuple[str, ...]) -> Iterator[Any]:
    """Yield the elements of these local names once they end; what has ended beside them is let go of on the way."""
    from lxml import etree

    root = next(element for _, element in _events(content, ("start",)))
    names = [f"{{*}}{name}" for name in (_local(root.tag), *tags)]
    parser, root = etree.XMLPullParser(events=("start", "end"), tag=names, **_SAFELY), None
    for begin in range(0, len(content), _CHUNK):
        parser.feed(content[begin : begin + _CHUNK])
        for event, element in parser.read_events():
            root = element if root is None else root
            if event == "end" and _local(element.tag) in tags:
                yield element
        _prune(root, tags)
    parser.close()


def _prune(element: Any, tags: tuple[str, ...]) -> None:
    """Let go of all that has ended before what is read just now, but for the inside of elements that are asked for."""
    while element is not None and len(element) and _local(element.tag) not in tags:
        del element[:-1]
        element = element[-1]


def _salvaged(content: bytes, tags: tuple[str, ...], within: str, where: str, error: Exception) -> Iterator[Part]:
    head = _HEAD.match(content)
    if head is None or not re.fullmatch(rb".*</" + re.escape(head["name"]) + rb"\s*>\s*", content, re.DOTALL):
        raise RetryableError(f"{where}: the answer is no whole XML document ({_line(error)})") from error
    if content.count(b"<" + head["name"]) != 1:
        raise RetryableError(f"{where}: the answer is several documents")
    names = rb"|".join(tag.encode() for tag in tags)
    opening = rb"<" + within.encode() + rb"\b[^>]*>" if within else rb"(?!)"
    whole = rb"<(" + names + rb")\b(?:[^>]*/>|.*?</\1\s*>)"
    around, found = (b"", b""), False
    for one in re.finditer(
        rb"(?P<open>" + opening + rb")|" + whole.replace(rb"\1", rb"\2"), content[head.end() :], re.DOTALL
    ):
        if one["open"]:
            around = (one[0], b"</" + within.encode() + b">")
            continue
        found = True
        yield _part(head["open"] + around[0], around[1] + b"</" + head["name"] + b">", one[0], tags)
    if not found:
        raise RetryableError(f"{where}: the answer is no XML ({_line(error)})") from error


def _part(head: bytes, tail: bytes, raw: bytes, tags: tuple[str, ...]) -> Part:
    """Read one element under those it stood in, whose namespaces and attributes it needs."""
    try:
        for _, element in _events(head + raw + tail, ("end",)):
            if _local(element.tag) in tags:
                return Part(element, raw)
    except _broken() as error:
        return Part(None, raw, f"is not well-formed: {_line(error)}")
    return Part(None, raw, "is not well-formed")  # pragma: no cover  # the element was found by its name


def _local(tag: Any) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _forget(element: Any) -> None:
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]


def _broken() -> tuple[type[Exception], ...]:
    from lxml import etree

    return (etree.XMLSyntaxError, LookupError)  # an encoding that nobody knows is a LookupError


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:_NUMBER]
