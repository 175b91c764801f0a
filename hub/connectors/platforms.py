"""The meeting platforms that are connected: one YAML file each, with the rule for whom their meetings are taken in."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import Field

from hub.connectors.declared import Strict, read_declared
from hub.connectors.zoom import Zoom, ZoomAccess
from hub.domain.errors import UsageError
from hub.ports.platforms import Connected, Rule


class _Taking(Strict):
    """Whose meetings these are, and on what ground they are taken in."""

    organizations: tuple[str, ...] = Field(min_length=1)
    account: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")
    consent: str = Field(min_length=1)
    study: str | None = None
    series: str | None = None
    titles: str = ""
    back_days: int = Field(default=7, ge=1, le=180)


class _Platform(Strict):
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")
    platform: Literal["zoom"]
    take: _Taking
    zoom: ZoomAccess


def load_platforms(folder: Path, *, clock: Callable[[], datetime]) -> dict[str, Connected]:
    """Return the platforms described in *folder*, by name, if any. UsageError names the file and what is wrong."""
    found: dict[str, Connected] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            told = read_declared(_Platform, path.read_text(encoding="utf-8"), str(path))
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{path}: cannot be read") from error
        if told.name in found:
            raise UsageError(f"{path}: another file connects {told.name} already; give it another name")
        rule = Rule(**told.take.model_dump())
        found[told.name] = Connected(told.name, Zoom(told.zoom, name=told.name, clock=clock), rule)
    return found
