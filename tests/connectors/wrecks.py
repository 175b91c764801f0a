"""A hundred mangled bodies by seed, for any format: cut, wrongly encoded, of the wrong type, dates in three forms, 10 MB.

A wreck mangles a whole answer, as bytes, or one record of it, which is an object of JSON or a piece of XML as text.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any
from xml.sax.saxutils import quoteattr

from tests.connectors.mangled import LONG

SEEDS = range(100)
HTML = b"<!doctype html><html><head><title>503</title></head><body>Service unavailable</body></html>"
_DATES = ("03/04/2026", "04.03.2026", "04-MAR-2026")
_ODD = ("\u202egnp.exe", "M\u00c3\u00bcnchen", "'; DROP TABLE records; --", "one\r\ntwo", "   ", "", "x\ufffd")
_OF_XML = re.compile(r'(?<==)"[^"]*"|(?<=>)[^<>\s][^<>]*(?=<)')


@dataclass(frozen=True, slots=True)
class Wreck:
    """One way to mangle; exactly one of the two is given."""

    name: str
    whole: Callable[[bytes], bytes] | None = None
    record: Callable[[Any], Any] | None = None


def wreck(seed: int) -> Wreck:
    """Return the wreck of a seed: each of ten ways ten times, at another place each time."""
    chance = Random(seed)  # noqa: S311  # not for secrets
    way = _WAYS[seed % len(_WAYS)]
    return way(chance, seed // len(_WAYS))


def _cut(chance: Random, _number: int) -> Wreck:
    part = chance.uniform(0.03, 0.97)
    return Wreck(f"cut at {part:.2f}", lambda body: body[: int(len(body) * part)])


def _encoded(chance: Random, number: int) -> Wreck:
    name = ("utf-16", "cp037", "utf-32", "utf-7", "a byte that is none")[number % 5]
    part = chance.random()

    def change(body: bytes) -> bytes:
        if name.startswith("a byte"):
            place = int(len(body) * part)
            return body[:place] + b"\xff\xfe\xfa" + body[place:]
        return body.decode("utf-8-sig").encode(name, "replace")

    return Wreck(f"{name} at {part:.2f}", change)


def _marked(_chance: Random, number: int) -> Wreck:
    return Wreck(f"{number} marks of byte order", lambda body: b"\xef\xbb\xbf" * (number % 3 + 1) + body)


def _replaced(_chance: Random, number: int) -> Wreck:
    bodies = (HTML, b"", b"null", b"[]", b"{}", b"0", b'"ok"', b"\x00" * 64, b"[" * 100_000, b"[null]")
    return Wreck(f"instead {bodies[number][:20]!r}", lambda _body: bodies[number])


def _typed(chance: Random, _number: int) -> Wreck:
    return _one(chance, "number for text", lambda old: str(old) if isinstance(old, int | float) else 42, "42")


def _null(chance: Random, _number: int) -> Wreck:
    return _one(chance, "null", lambda _old: None, "")


def _dated(chance: Random, number: int) -> Wreck:
    date = _DATES[number % 3]
    return _one(chance, date, lambda _old: date, date)


def _long(chance: Random, number: int) -> Wreck:
    text = "x" * (LONG if number == 0 else 70_000)
    return _one(chance, f"{len(text)} letters", lambda _old: text, text)


def _odd(chance: Random, number: int) -> Wreck:
    text = _ODD[number % len(_ODD)]
    return _one(chance, f"odd {text!r}", lambda _old: text, text)


def _shaped(chance: Random, number: int) -> Wreck:
    shape: Any = ({"a": 1}, ["a", "b"], [[[]]], True, -1.5)[number % 5]
    return _one(chance, f"shape {shape!r}", lambda _old: shape, "<b>&lt;</b>")


_WAYS = (_cut, _encoded, _marked, _replaced, _typed, _null, _dated, _long, _odd, _shaped)


def _one(chance: Random, name: str, of_json: Callable[[Any], Any], of_xml: str) -> Wreck:
    part = chance.random()

    def change(record: Any) -> Any:
        return _in_text(record, part, of_xml) if isinstance(record, str) else _in_json(record, part, of_json)

    return Wreck(f"{name} at {part:.2f}", record=change)


def _in_text(record: str, part: float, text: str) -> str:
    found = list(_OF_XML.finditer(record))
    here = found[int(part * len(found))]
    put = quoteattr(text, {'"': "&quot;"}) if here[0].startswith('"') else quoteattr(text)[1:-1]
    return record[: here.start()] + put + record[here.end() :]


def _in_json(record: dict[str, Any], part: float, change: Callable[[Any], Any]) -> Any:
    leaves = list(_leaves(record, ()))
    path = leaves[int(part * len(leaves))]
    return _with(record, path, change)


def _leaves(value: Any, path: tuple[Any, ...]) -> Any:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = False
    for key, one in inner:
        found = True
        yield from _leaves(one, (*path, key))
    if not found:
        yield path


def _with(value: Any, path: tuple[Any, ...], change: Callable[[Any], Any]) -> Any:
    if not path:
        return change(value)
    made = dict(value) if isinstance(value, dict) else list(value)
    made[path[0]] = _with(made[path[0]], path[1:], change)
    return made
