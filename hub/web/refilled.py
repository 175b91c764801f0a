"""A form that was refused is shown again on its page, with what was typed and what is wrong beside it.

It holds for every form: the page that the form was on is asked for once more, and filled in before it is sent. What
nobody typed (hidden fields) is as the page has it now, save of which state the form was: whoever has changed it since
is not overwritten. Passwords and files are given anew.
"""

import re
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

from fastapi import Request
from starlette.datastructures import FormData

BACK = "_back"
"""The field that holds the page of a form that was shown again: the browser's own address is then that of the form."""
_OF_A_STATE = ("shown", "revision", "version")
"""Hidden fields that say which state the form was filled in on: they stay as given."""
_OF_THE_PAGE = ("csrf", *_OF_A_STATE, BACK)
"""Hidden fields that differ from one showing of a page to the next."""
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What no document may hold; a vertical tab or form feed comes by paste."""
_NEVER = ("hidden", "password", "file", "submit", "button", "reset", "image")
_NOT_PASSED_ON = (b"content-type", b"content-length", b"transfer-encoding", b"accept-encoding", b"if-none-match")


async def page_of(request: Request, address: str) -> bytes | None:
    """Return the page at *address*, as who sends *request* sees it; None where there is none now."""
    path, _, query = address.partition("?")
    kept = ("asgi", "http_version", "scheme", "server", "client", "root_path", "type")
    scope = {name: request.scope[name] for name in kept if name in request.scope}
    headers = [pair for pair in request.scope["headers"] if pair[0].lower() not in _NOT_PASSED_ON]
    whose = {"path": unquote(path), "raw_path": path.encode(), "query_string": query.encode()}
    scope |= {"method": "GET", "headers": headers, "state": {}, "extensions": {}, **whose}
    come: list[bytes] = []
    status: list[int] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            status.append(message["status"])
        elif message["type"] == "http.response.body":
            come.append(message.get("body", b""))

    await request.app(scope, receive, send)
    return b"".join(come) if status == [200] else None


def refilled(
    page: bytes, action: str, given: FormData, *, back: str, heading: str, said: str, wrong: Mapping[str, str]
) -> bytes | None:
    """Return *page* with its form to *action* as it was *given*; None where it has no such form any more.

    *said* stands above the fields, *wrong* is what is said beside each by its name, *heading* begins the title.
    """
    from lxml import html

    tree = html.document_fromstring(page, parser=html.HTMLParser(encoding="utf-8"))
    form = next((one for one in tree.forms if _is_it(one, action, given)), None)
    if form is None:
        return None
    _fill(form, given)
    # what is said stands first; whoever reads by ear is led to it, or to the field
    alert = html.Element("p", {"class": "note bad", "role": "alert", "tabindex": "-1"})
    alert.text = _clean(said)
    form.insert(0, alert)
    marked = [_mark(field, wrong[field.get("name")]) for field in _fields(form) if field.get("name") in wrong]
    (marked or [alert])[0].set("autofocus", "")
    if not any(field.get("name") == BACK for field in form.iter("input")):
        form.append(html.Element("input", {"type": "hidden", "name": BACK, "value": _clean(back)}))
    for around in form.iterancestors("details"):
        around.set("open", "")
    if (title := tree.find(".//title")) is not None:
        title.text = f"{heading} – {(title.text or '').strip()}"
    return bytes(html.tostring(tree, encoding="utf-8", doctype="<!doctype html>"))


def named(given: FormData, detail: str) -> str:
    """Return the field that an error speaks of by its value, as "x: is no day" does; empty where it names none."""
    told = detail.partition(":")[0].strip()
    return next(
        (name for name, value in given.multi_items() if told and value == told and name not in _OF_THE_PAGE), ""
    )


def _is_it(form: Any, action: str, given: FormData) -> bool:
    if form.get("method", "").lower() != "post" or unquote(urlsplit(form.get("action", "")).path) != action:
        return False
    hidden = [one for one in form.iter("input") if one.get("type") == "hidden" and one.get("name") not in _OF_THE_PAGE]
    return all(one.get("value", "") in given.getlist(one.get("name")) for one in hidden)


def _fields(form: Any) -> list[Any]:
    every = form.iter("input", "textarea", "select")
    return [one for one in every if one.get("name") and one.get("type", "text").lower() not in _NEVER]


def _fill(form: Any, given: FormData) -> None:
    left = {name: [_clean(one) for one in given.getlist(name) if isinstance(one, str)] for name in given}
    for hidden in form.iter("input"):
        if hidden.get("type") == "hidden" and hidden.get("name") in _OF_A_STATE and left.get(hidden.get("name")):
            hidden.set("value", left[hidden.get("name")][0])
    for field in _fields(form):
        values = left.get(field.get("name"), [])
        if field.tag == "select":
            _choose(field, values)
        elif field.get("type", "text").lower() in ("checkbox", "radio"):
            _set(field, "checked", on=field.get("value", "on") in values)
        elif values:
            text = values.pop(0)  # of several fields with one name each has its own
            if field.tag == "textarea":
                field.text = text
            else:
                field.set("value", text)


def _clean(text: str) -> str:
    return _UNWRITABLE.sub(" ", text)


def _choose(select: Any, values: list[str]) -> None:
    chosen = values if select.get("multiple") is not None else values[:1]
    if not chosen:
        return
    for option in select.iter("option"):
        _set(option, "selected", on=option.get("value", option.text or "") in chosen)
    if select.get("multiple") is None:
        values.pop(0)


def _set(element: Any, name: str, *, on: bool) -> None:
    if on:
        element.set(name, "")
    elif name in element.attrib:
        del element.attrib[name]


def _mark(field: Any, said: str) -> Any:
    from lxml import html

    at = f"{field.get('id') or field.get('name')}-wrong"
    told = html.Element("small", {"id": at, "class": "wrong"})
    told.text = _clean(said)
    told.tail, field.tail = field.tail, None
    field.addnext(told)
    described: Sequence[str] = (*field.get("aria-describedby", "").split(), at)
    field.set("aria-describedby", " ".join(described))
    field.set("aria-invalid", "true")
    return field
