"""Whether a request is one that Graph's own metadata allows: each step of its path, its queries, each member of its body.

The OpenAPI file beside the checkout holds a part of Graph; this is the whole of v1.0 as Microsoft publishes it (CSDL).
What only Microsoft's pages say (`$value` of a message, the span of `instances`) stands here.
"""

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import unquote

from lxml import etree

from tests.connectors.openapi import contracts
from tests.connectors.peer import Asked

_EDM = "{http://docs.oasis-open.org/odata/ns/edm}"
_CALL = re.compile(r"(\w+)\((.*)\)")
_MIME = ("microsoft.graph.message",)
"""Types whose `$value` is had as MIME."""
_SPANS = {"instances": ("startDateTime", "endDateTime"), "calendarView": ("startDateTime", "endDateTime")}
_PLAIN = ("$top", "$skiptoken", "$deltatoken", "$format")
_TEXTS = {
    "Edm.String": str,
    "Edm.Boolean": bool,
    "Edm.Int32": int,
    "Edm.DateTimeOffset": str,
    "Edm.Date": str,
    "Edm.Binary": str,
}
_FORMS = {"Edm.Date": r"\d{4}-\d\d-\d\d", "Edm.DateTimeOffset": r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)"}


@dataclass(frozen=True)
class _At:
    """Where a path has come to."""

    type: str
    many: bool = False
    called: str = ""
    """`Action` or `Function` where the last step is one."""


@cache
def graph() -> "Csdl":
    """Return the metadata of Graph v1.0."""
    packed = contracts() / "microsoft-graph" / "v1.0-Prod.csdl.gz"
    return Csdl(gzip.decompress(packed.read_bytes()), "/v1.0")


class Csdl:
    """Metadata of an OData service."""

    def __init__(self, document: bytes, base: str) -> None:
        root = etree.fromstring(document, etree.XMLParser(resolve_entities=False, huge_tree=True))
        self._base = base
        self._types: dict[str, Any] = {}
        self._calls: dict[tuple[str, str], list[Any]] = {}
        self._sets: dict[str, str] = {}
        for schema in root.iter(f"{_EDM}Schema"):
            for one in schema:
                self._take(schema.get("Namespace"), one)

    def _take(self, space: str, one: Any) -> None:
        kind = etree.QName(one).localname
        if kind in ("EntityType", "ComplexType", "EnumType"):
            self._types[f"{space}.{one.get('Name')}"] = one
        elif kind in ("Action", "Function") and one.get("IsBound") == "true":
            self._calls.setdefault((one.get("Name"), _whole(one[0].get("Type"))), []).append(one)
        elif kind == "EntityContainer":
            self._sets |= {child.get("Name"): child.get("EntityType") for child in one if child.get("EntityType")}

    def problems(self, asked: Asked) -> list[str]:
        """Return what is wrong with a request, a line each; nothing where Graph has such a one."""
        where = f"{asked.method} {asked.path}"
        steps = [unquote(one) for one in asked.path.removeprefix(self._base).strip("/").split("/")]
        try:
            at = self._walked(steps)
        except LookupError as error:
            return [f"{where}: {error.args[0]}"]
        wrong = [*self._method(asked, at, steps[-1]), *self._query(asked, at, steps[-1]), *self._sent(asked, at)]
        return [f"{where}: {line}" for line in wrong]

    def _walked(self, steps: list[str]) -> _At:
        if steps[0] not in self._sets:
            raise LookupError(f"there is no {steps[0]}")
        at = _At(_whole(self._sets[steps[0]]), many=True)
        for step in steps[1:]:
            at = self._stepped(at, step)
        return at

    def _stepped(self, at: _At, step: str) -> _At:
        if step == "$value" and at.type in _MIME and not at.many:
            return _At("Edm.Stream")
        called = _CALL.fullmatch(step)
        found = self._call(at, called[1] if called else step)
        if found is not None:
            told = found.find(f"{_EDM}ReturnType")
            bare, many = _bare(told.get("Type")) if told is not None else ("", False)
            return _At(bare, many, etree.QName(found).localname)
        if at.many and not called:
            return _At(at.type)
        member = self.members(at.type).get(step)
        if member is None:
            raise LookupError(f"{at.type} has no {step}")
        bare, many = _bare(member.get("Type"))
        return _At(bare, many)

    def _call(self, at: _At, name: str) -> Any:
        for one in self._bases(at.type):
            bound = f"Collection({one})" if at.many else one
            if found := self._calls.get((name, bound)):
                return found[0]
        return None

    def _method(self, asked: Asked, at: _At, last: str) -> Iterator[str]:
        allowed = {"Action": ("POST",), "Function": ("GET",)}.get(at.called)
        if allowed is None:
            allowed = ("GET", "POST") if at.many else ("GET", "PATCH", "DELETE")
            allowed = ("GET", "PUT") if at.type == "Edm.Stream" else allowed
        if asked.method not in allowed:
            yield f"{last} takes {' and '.join(allowed)}"

    def _query(self, asked: Asked, at: _At, last: str) -> Iterator[str]:
        members = self.members(at.type)
        spans = _SPANS.get(last, ())
        yield from (f"parameter {name} is missing" for name in spans if name not in asked.params)
        for name, value in asked.params.items():
            if name in ("$select", "$orderby"):
                unknown = [one for one in value.split(",") if one.split()[0].partition("/")[0] not in members]
            elif name in ("$filter", "$expand"):
                unknown = [one for one in _named(value) if one not in members]
            elif name in _PLAIN or name in spans:
                unknown = [] if name != "$top" or value.isdigit() else [value]
            else:
                unknown = [f"parameter {name}"]
            yield from (f"{name}: {at.type} has no {one}" for one in unknown)

    def _sent(self, asked: Asked, at: _At) -> Iterator[str]:
        if asked.method not in ("POST", "PATCH") or "json" not in asked.headers.get("content-type", "json"):
            return
        if at.called:
            return
        yield from self._thing(json.loads(asked.body), at.type, "body")

    def _thing(self, told: Any, type_: str, where: str) -> Iterator[str]:
        if not isinstance(told, dict):
            yield f"{where}: is no {type_}"
            return
        members = self.members(type_)
        for name, value in told.items():
            if name not in members:
                yield f"{where}.{name}: {type_} has no such member"
            elif value is None:
                if members[name].get("Nullable") == "false":
                    yield f"{where}.{name}: may not be null"
            else:
                yield from self._value(value, members[name].get("Type"), f"{where}.{name}")

    def _value(self, value: Any, type_: str, where: str) -> Iterator[str]:
        bare, many = _bare(type_)
        if many:
            if not isinstance(value, list):
                yield f"{where}: is no list"
                return
            for number, one in enumerate(value):
                yield from self._value(one, bare, f"{where}[{number}]")
        elif bare in _TEXTS:
            if not isinstance(value, _TEXTS[bare]) or (bare == "Edm.Int32" and isinstance(value, bool)):
                yield f"{where}: is no {bare}"
            elif bare in _FORMS and not re.fullmatch(_FORMS[bare], value):
                yield f"{where}: {value} is no {bare}"
        elif etree.QName(self._types[bare]).localname == "EnumType":
            if value not in [one.get("Name") for one in self._types[bare]]:
                yield f"{where}: {value} is none of {bare}"
        else:
            yield from self._thing(value, bare, where)

    @cache  # noqa: B019  # one document for the whole run
    def members(self, type_: str) -> dict[str, Any]:
        """Return what a type has by name, its bases' members with them."""
        tags = (f"{_EDM}Property", f"{_EDM}NavigationProperty")
        return {one.get("Name"): one for base in self._bases(type_) for one in self._types[base] if one.tag in tags}

    def _bases(self, type_: str) -> list[str]:
        found = []
        while type_ in self._types:
            found.append(type_)
            type_ = _whole(self._types[type_].get("BaseType") or "")
        return found


def _whole(type_: str) -> str:
    return re.sub(r"\bgraph\.", "microsoft.graph.", type_.replace("microsoft.graph.", "graph."))


def _bare(type_: str) -> tuple[str, bool]:
    found = re.fullmatch(r"Collection\((.+)\)", type_)
    return _whole(found[1] if found else type_), bool(found)


def _named(told: str) -> list[str]:
    """Return the members that an expression begins with: `a/Any(x: ...)`, `a($filter=...)`, `a eq 'b' and c gt 1`."""
    bare = re.sub(r"'[^']*'", "''", told)
    outer = re.sub(r"\([^()]*\)", "", re.sub(r"\([^()]*\)", "", bare))
    return [re.split(r"[/ (]", one.strip())[0] for one in re.split(r",|\band\b|\bor\b", outer)]
