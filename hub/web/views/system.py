"""Administration of the hub itself: its parts, models."""

from types import SimpleNamespace
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response

from hub.api.asking import Asking, may
from hub.domain.policy import Right
from hub.web import frame
from hub.web.reader import Reader

router = APIRouter(prefix="/administration", include_in_schema=False)
Operator = Annotated[Asking, may(Right.SYSTEM_OPERATE)]


def tabs(reader: Reader) -> list[tuple[str, str, str]]:
    """Return the parts of the administration that are open to the reader."""
    words = reader.words
    every = (
        ("users", "/administration/users", words.text("Users"), "users:manage"),
        ("access", "/administration/access-review", words.text("Access review"), "users:manage"),
        ("training", "/administration/training", words.text("Training"), "users:manage"),
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
