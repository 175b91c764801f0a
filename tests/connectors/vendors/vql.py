"""Enough of Vault Query Language to answer what the hub asks: one object, AND, OR, comparison, CONTAINS."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_TOKEN = re.compile(r"\s*('(?:\\.|[^'\\])*'|>=|<=|!=|[=<>(),]|[A-Za-z_][A-Za-z0-9_.]*|\d+)")
_QUERY = re.compile(
    r"SELECT (?P<fields>.+?) FROM (?P<object>(?:ALLVERSIONS )?\w+)(?: WHERE (?P<where>.+?))?"
    r"(?: ORDER BY (?P<order>\w+) ASC, id ASC)?(?: PAGESIZE (?P<size>\d+))?(?: PAGEOFFSET (?P<offset>\d+))?$",
    re.DOTALL,
)
Row = dict[str, Any]
Test = Callable[[Row], bool]


class VqlError(Exception):
    """The query is none."""


@dataclass(frozen=True)
class Query:
    """A query, read."""

    fields: tuple[str, ...]
    object: str
    test: Test
    order: str | None
    size: int
    offset: int


def parse(text: str) -> Query:
    """Read a query. VqlError where it is none."""
    found = _QUERY.match(text)
    if found is None:
        raise VqlError(f"no query: {text[:200]}")
    fields = tuple(one.strip() for one in found["fields"].split(","))
    test = _Parser(found["where"]).whole() if found["where"] else lambda _row: True
    return Query(fields, found["object"], test, found["order"], int(found["size"] or 1000), int(found["offset"] or 0))


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens, end = [], 0
        while end < len(text.rstrip()):
            found = _TOKEN.match(text, end)
            if found is None:
                raise VqlError(f"not understood: {text[end : end + 40]}")
            self.tokens.append(found[1])
            end = found.end()

    def whole(self) -> Test:
        test = self.either()
        if self.tokens:
            raise VqlError(f"not expected: {self.tokens[0]}")
        return test

    def either(self) -> Test:
        tests = [self.both()]
        while self.tokens[:1] == ["OR"]:
            self.tokens.pop(0)
            tests.append(self.both())
        return lambda row: any(test(row) for test in tests)

    def both(self) -> Test:
        tests = [self.one()]
        while self.tokens[:1] == ["AND"]:
            self.tokens.pop(0)
            tests.append(self.one())
        return lambda row: all(test(row) for test in tests)

    def one(self) -> Test:
        first = self.next()
        if first == "(":
            test = self.either()
            self.expect(")")
            return test
        sign = self.next()
        if sign == "CONTAINS":
            self.expect("(")
            values = [self.value()]
            while self.tokens[:1] == [","]:
                self.tokens.pop(0)
                values.append(self.value())
            self.expect(")")
            return lambda row: _single(row.get(first)) in values
        value = self.value()
        return lambda row: _holds(_single(row.get(first)), sign, value)

    def next(self) -> str:
        if not self.tokens:
            raise VqlError("the query ends too early")
        return self.tokens.pop(0)

    def expect(self, token: str) -> None:
        if (found := self.next()) != token:
            raise VqlError(f"{found} where {token} should be")

    def value(self) -> Any:
        token = self.next()
        if token.startswith("'"):
            return re.sub(r"\\(.)", r"\1", token[1:-1])
        return {"null": None, "true": True, "false": False}[token] if not token.isdigit() else int(token)


def _single(value: Any) -> Any:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _holds(held: Any, sign: str, value: Any) -> bool:
    if sign in ("=", "!="):
        return (held == value) is (sign == "=")
    if held is None or type(held) is not type(value):
        return False
    return {">": held > value, ">=": held >= value, "<": held < value, "<=": held <= value}[sign]
