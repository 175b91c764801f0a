"""Whether a request is one that a vendor's OpenAPI (3.x) or Swagger 2 file allows: path, method, parameters, body.

    contract = vendor("veeva-vault/veeva-vault-v25.2.from-reference.openapi.json")
    assert not [line for asked in peer.asked for line in contract.problems(asked)]

*asked* is a request as `tests.connectors.peer` keeps it. The files lie beside the checkout and are not ours to ship.
"""

import json
import re
from collections.abc import Iterator, Mapping
from email.parser import BytesParser
from email.policy import HTTP
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tests.connectors.peer import Asked

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "contracts"
_METHODS = ("get", "put", "post", "delete", "patch", "head", "options")
_TEXTS = {"integer": re.compile(r"-?\d+"), "number": re.compile(r"-?\d+(\.\d+)?"), "boolean": re.compile("true|false")}
Operation = dict[str, Any]


def contracts() -> Path:
    """Return the folder with the vendors' contracts; where the checkout stands alone the test is left out."""
    if not FOLDER.is_dir():
        pytest.skip("no vendors' contracts beside the checkout (shared/contracts)")  # they are not ours to ship
    return FOLDER


def vendor(name: str, base: str = "") -> "OpenApi":
    """Return a contract by its file under shared/contracts; *base* is what comes before its paths on the wire."""
    return _read(contracts() / name, base)


@cache
def _read(path: Path, base: str) -> "OpenApi":
    return OpenApi(json.loads(path.read_text(encoding="utf-8")), base)


class OpenApi:
    """One contract."""

    def __init__(self, document: dict[str, Any], base: str = "") -> None:
        self._document = _nullable(document)
        self._base = base or document.get("basePath", "").rstrip("/")
        self._registry = Registry().with_resource("urn:doc", Resource.from_contents(self._document, DRAFT202012))

    def problems(self, asked: Asked) -> list[str]:
        """Return what is wrong with a request, a line each; nothing where the contract allows it."""
        where = f"{asked.method} {asked.path}"
        found = self.operation(asked.method, asked.path)
        if found is None:
            return [f"{where}: is not in the contract"]
        operation, shared, place = found
        declared = [self._resolved(one) for one in [*shared, *operation.get("parameters", [])]]
        wrong = [*self._query(declared, asked), *self._paths(declared, place), *self._headers(declared, asked)]
        wrong += self._body(operation, declared, asked)
        return [f"{where}: {line}" for line in wrong]

    def operation(self, method: str, path: str) -> tuple[Operation, list[Any], dict[str, str]] | None:
        """Return the operation that serves a path, its path's parameters, and what stands in its places."""
        path = path.removeprefix(self._base)
        for template, pattern, item in self._paths_by_literal:
            if method.lower() in item and (found := pattern.fullmatch(path)):
                names = re.findall(r"{([^}]+)}", template)
                values = dict(zip(names, map(unquote, found.groups()), strict=True))
                return item[method.lower()], item.get("parameters", []), values
        return None

    def examples(self) -> Iterator[tuple[str, Any]]:
        """Yield (operation, body) for each example answer of the kind 2xx."""
        for path, item in self._document["paths"].items():
            for method in _METHODS:
                for status, answer in item.get(method, {}).get("responses", {}).items():
                    if str(status).startswith("2"):
                        yield from ((f"{method.upper()} {path}", one) for one in _examples(self._resolved(answer)))

    def schema_problems(self, name: str, body: Any) -> list[str]:
        """Return what is wrong with *body* as the schema `components/schemas/NAME`."""
        return self._against({"$ref": f"urn:doc#/components/schemas/{name}"}, body, "body")

    @cached_property
    def _paths_by_literal(self) -> list[tuple[str, re.Pattern[str], dict[str, Any]]]:
        """Paths with fewer places first, so that `/users/me` is not taken for `/users/{id}`."""
        paths = self._document["paths"]
        return [(one, _pattern(one), paths[one]) for one in sorted(paths, key=lambda path: path.count("{"))]

    def _resolved(self, one: Any) -> Any:
        while isinstance(one, Mapping) and "$ref" in one:
            one = self._registry.resolver("urn:doc").lookup(one["$ref"]).contents
        return one

    def _against(self, schema: Any, value: Any, where: str) -> list[str]:
        validator = Draft202012Validator(_anchored(schema), registry=self._registry)
        return [
            f"{where}{''.join(f'.{part}' for part in error.absolute_path)}: {error.message[:200]}"
            for error in validator.iter_errors(value)
        ]

    def _query(self, declared: list[Any], asked: Asked) -> Iterator[str]:
        known = {one["name"]: one for one in declared if one.get("in") == "query"}
        for name, value in asked.params.items():
            if name not in known:
                yield f"parameter {name} is not in the contract"
            else:
                yield from _text_problems(f"parameter {name}", known[name].get("schema", known[name]), value)
        missing = [name for name, one in known.items() if one.get("required") and name not in asked.params]
        yield from (f"parameter {name} is missing" for name in missing)

    def _paths(self, declared: list[Any], place: Mapping[str, str]) -> Iterator[str]:
        for one in declared:
            if one.get("in") == "path" and one["name"] in place:
                schema = self._resolved(one.get("schema", one))
                yield from _text_problems(f"path {one['name']}", schema, place[one["name"]])

    def _headers(self, declared: list[Any], asked: Asked) -> Iterator[str]:
        for one in declared:
            if one.get("in") == "header" and one.get("required") and one["name"].lower() not in asked.headers:
                yield f"header {one['name']} is missing"

    def _body(self, operation: Operation, declared: list[Any], asked: Asked) -> list[str]:
        wanted = self._resolved(operation.get("requestBody")) or _swagger_body(operation, declared)
        if wanted is None:
            return ["a body is sent, and none is in the contract"] if asked.body else []
        if not asked.body:
            return ["the body is missing"] if wanted.get("required") else []
        kind = asked.headers.get("content-type", "").partition(";")[0].strip()
        media = next(
            (media for name, media in wanted["content"].items() if name.partition(";")[0] in (kind, "*/*")), None
        )
        if media is None:
            return [f"content type {kind or 'none'} is none of {', '.join(wanted['content'])}"]
        if kind.endswith("json"):
            return self._rows(media.get("schema", {}), json.loads(asked.body))
        form = form_of(kind, asked)
        return [] if form is None else list(self._form(self._resolved(media.get("schema", {})), form))

    def _rows(self, schema: Any, body: Any) -> list[str]:
        """A bulk body is a list of what the contract describes once."""
        single = self._resolved(schema).get("type") == "object" and isinstance(body, list)
        bodies = body if single else [body]
        return [line for one in bodies for line in self._against(schema, one, "body")]

    def _form(self, schema: Any, form: Mapping[str, str]) -> Iterator[str]:
        properties = schema.get("properties", {})
        yield from (f"field {name} is missing" for name in schema.get("required", []) if name not in form)
        for name, value in form.items():
            if name in properties:
                yield from _text_problems(f"field {name}", self._resolved(properties[name]), value)


def form_of(kind: str, asked: Asked) -> dict[str, str] | None:
    """Return the fields of a form as text, a file by its name; None where the body is no form."""
    if kind == "application/x-www-form-urlencoded":
        return dict(parse_qsl(asked.body.decode(), keep_blank_values=True, strict_parsing=True))
    if kind != "multipart/form-data":
        return None
    form, files = parts_of(asked)
    return {**form, **dict.fromkeys(files, "a file")}


def parts_of(asked: Asked) -> tuple[dict[str, str], dict[str, bytes]]:
    """Return the fields of a multipart form, and its files, by name."""
    head = f"Content-Type: {asked.headers['content-type']}\r\n\r\n".encode()
    form: dict[str, str] = {}
    files: dict[str, bytes] = {}
    for part in BytesParser(policy=HTTP).parsebytes(head + asked.body).iter_parts():
        name, content = str(part.get_param("name", header="content-disposition")), part.get_payload(decode=True)
        if part.get_filename():
            files[name] = content
        else:
            form[name] = content.decode()
    return form, files


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(
        "".join("([^/]+)" if one.startswith("{") else re.escape(one) for one in re.split(r"({[^}]+})", template))
    )


def _text_problems(where: str, schema: Mapping[str, Any], value: str) -> Iterator[str]:
    kind = schema.get("type")
    form = _TEXTS.get(kind) if isinstance(kind, str) else None
    if form is not None and not form.fullmatch(value):
        yield f"{where}: {value[:60]!r} is no {kind}"
    if "enum" in schema and value not in map(str, schema["enum"]):
        yield f"{where}: {value[:60]!r} is none of {schema['enum']}"


def _swagger_body(operation: Operation, declared: list[Any]) -> dict[str, Any] | None:
    """Swagger 2 keeps the body among the parameters."""
    whole = next((one for one in declared if one.get("in") == "body"), None)
    fields = {one["name"]: one for one in declared if one.get("in") == "formData"}
    kinds = operation.get("consumes", ["application/json"])
    if whole is not None:
        return {"required": whole.get("required"), "content": {kind: {"schema": whole["schema"]} for kind in kinds}}
    if not fields:
        return None
    required = [name for name, one in fields.items() if one.get("required")]
    schema = {"type": "object", "properties": {name: _bare(one) for name, one in fields.items()}, "required": required}
    return {"required": bool(required), "content": {kind: {"schema": schema} for kind in kinds}}


def _bare(parameter: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in parameter.items() if name not in ("required", "in", "name")}


def _examples(answer: Mapping[str, Any]) -> Iterator[Any]:
    for kind, media in answer.get("content", {}).items():
        named = [one["value"] for one in media.get("examples", {}).values() if "value" in one]
        for one in [media["example"], *named] if "example" in media else named:
            if kind.endswith("json"):
                yield one


def _nullable(node: Any) -> Any:
    """Say OpenAPI 3.0's `nullable` as JSON Schema does."""
    if isinstance(node, list):
        return [_nullable(one) for one in node]
    if not isinstance(node, dict):
        return node
    made = {
        name: _nullable(value) for name, value in node.items() if name not in ("exclusiveMinimum", "exclusiveMaximum")
    }
    if made.pop("nullable", False) is True:
        if isinstance(made.get("type"), str):
            made["type"] = [made["type"], "null"]
            if "enum" in made:
                made["enum"] = [*made["enum"], None]
        else:
            made = {"anyOf": [made, {"type": "null"}]}
    return made


def _anchored(schema: Any) -> Any:
    """Let `#/...` mean the contract and not this part of it."""
    if isinstance(schema, list):
        return [_anchored(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: _anchored(value) for name, value in schema.items()}
    if isinstance(made.get("$ref"), str) and made["$ref"].startswith("#"):
        made["$ref"] = "urn:doc" + made["$ref"]
    return made
