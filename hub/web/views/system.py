"""Administration of the hub itself: connections with a test, models."""

from types import SimpleNamespace
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response

from hub.api.asking import Asking, may
from hub.domain.errors import HubError, MissingError
from hub.domain.policy import Right
from hub.ports import Wording
from hub.ports.platforms import Connected
from hub.web import frame, names
from hub.web.reader import Reader

router = APIRouter(prefix="/administration", include_in_schema=False)
Operator = Annotated[Asking, may(Right.SYSTEM_OPERATE)]


def tabs(reader: Reader) -> list[tuple[str, str, str]]:
    """Return the parts of the administration that are open to the reader."""
    words = reader.words
    every = (
        ("users", "/administration/users", words.text("Users"), "users:manage"),
        ("access", "/administration/access-review", words.text("Access review"), "users:manage"),
        ("connections", "/administration/connections", words.text("Connections"), "system:operate"),
        ("models", "/administration/models", words.text("Models"), "system:operate"),
        ("retention", "/administration/retention", words.text("Retention"), "retention:manage"),
        ("personal", "/administration/personal", words.text("Personal data"), "users:manage"),
    )
    return [(key, address, name) for key, address, name, right in every if reader.can(right)]


def administration(request: Request, asking: Asking, template: str, on: str, **view: Any) -> Response:
    """Return one part of the administration."""
    parts = tabs(frame.reader_of(asking))
    heading = next((name for key, _, name in parts if key == on), "")
    return frame.show(request, asking, template, place="administration", tabs=parts, on=on, heading=heading, **view)


@router.get("/connections")
def connections(request: Request, asking: Operator) -> Response:
    """Show the systems and whether they answer."""
    return _connections(request, asking, {})


@router.post("/connections/{name}")
def test(name: str, request: Request, asking: Operator) -> Response:
    """Ask a system for a page of its first kind."""
    system = asking.hub.systems.get(name)
    if system is None:
        raise MissingError(f"{name}: no such system")
    words = frame.reader_of(asking).words
    if system.source is None:
        return _connections(request, asking, {name: words.text("It is only written to; there is nothing to ask.")})
    try:
        page = system.source.pull(system.kinds[0], None)
    except HubError as error:
        return _connections(request, asking, {name: str(error)})
    said = words.plural("It answers, with {count} record.", "It answers, with {count} records.", len(page.changes))
    return _connections(request, asking, {name: said})


@router.post("/connections/platforms/{name}")
def test_platform(name: str, request: Request, asking: Operator) -> Response:
    """Ask a meeting platform whether it can be used."""
    if name not in asking.hub.platforms:
        raise MissingError(f"{name}: no such platform")
    try:
        asking.hub.platforms[name].platform.check()
    except HubError as error:
        return _connections(request, asking, {name: str(error)})
    return _connections(request, asking, {name: frame.reader_of(asking).words.text("answers")})


def _connections(request: Request, asking: Asking, results: dict[str, str]) -> Response:
    states, words = asking.hub.sync.gates.states(), frame.reader_of(asking).words
    rows = []
    for name, system in asking.hub.systems.items():
        open_ = states.get(name, "closed") != "closed"
        rows.append(
            SimpleNamespace(
                name=name,
                address=f"/administration/connections/{frame.part(name)}",
                kinds=words.join([names.kind(words, one) for one in system.kinds]),
                state=words.text("does not answer") if open_ else words.text("answers"),
                tone="bad" if open_ else "ok",
                result=results.get(name, ""),
            )
        )
    rows += [_platform(words, one, results) for one in asking.hub.platforms.values()]
    return administration(request, asking, "connections.html", "connections", rows=rows)


def _platform(words: Wording, one: Connected, results: dict[str, str]) -> SimpleNamespace:
    return SimpleNamespace(
        name=one.name, address=f"/administration/connections/platforms/{frame.part(one.name)}",
        kinds=words.text("Recording"), state=words.text("Meetings"), tone="", result=results.get(one.name, ""),
    )  # fmt: skip


@router.get("/models")
def models(request: Request, asking: Operator) -> Response:
    """Show which models there are, and which of them are here."""
    from hub.connectors.models.manifest import manifest

    words, kept = frame.reader_of(asking).words, asking.hub.models
    rows = []
    for model in manifest().values():
        here = kept.present(model.name)
        rows.append(
            SimpleNamespace(
                name=model.name,
                purpose=model.what,
                licence=model.licence,
                revision=kept.revision(model.name) if here else "–",
                state=words.text("here") if here else words.text("not fetched"),
                tone="ok" if here else "",
            )
        )
    return administration(request, asking, "models.html", "models", rows=rows)
