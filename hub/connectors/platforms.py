"""The meeting platforms that are connected: one YAML file each, with the rule for whom their meetings are taken in."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from hub.connectors.declared import Strict
from hub.connectors.described import Described, load_described
from hub.connectors.places.recordings import PlaceAccess, Recordings
from hub.connectors.rest.tokens import Tokens
from hub.connectors.teams import Teams, TeamsAccess
from hub.connectors.webex import Webex, WebexAccess
from hub.connectors.zoom import Zoom, ZoomAccess
from hub.ports.platforms import Connected, MeetingPlatform, Rule


class _Taking(Strict):
    """Whose meetings these are, and on what ground they are taken in."""

    organizations: tuple[str, ...] = Field(min_length=1)
    account: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")
    consent: str = Field(min_length=1)
    study: str | None = None
    series: str | None = None
    titles: str = ""
    language: str | None = Field(default=None, pattern=r"^[a-z]{2,3}$")
    back_days: int = Field(default=7, ge=1, le=180)


class _Platform(Strict):
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")
    platform: Literal["zoom", "teams", "webex", "place"]
    take: _Taking
    zoom: ZoomAccess | None = None
    teams: TeamsAccess | None = None
    webex: WebexAccess | None = None
    place: PlaceAccess | None = None

    @model_validator(mode="after")
    def _described(self) -> Self:
        if getattr(self, self.platform) is None or any(
            getattr(self, other) is not None for other in ("zoom", "teams", "webex", "place") if other != self.platform
        ):
            raise ValueError(f"describe the platform under {self.platform}: and no other")
        return self

    def opened(self, clock: Callable[[], datetime], tokens: Callable[[], Tokens] | None) -> MeetingPlatform:
        """Return the platform."""
        if self.place is not None:
            return Recordings(self.place, name=self.name, clock=clock)
        if self.webex is not None:
            return Webex(self.webex, name=self.name, clock=clock, tokens=tokens)
        if self.teams is not None:
            return Teams(self.teams, name=self.name, clock=clock)
        assert self.zoom is not None  # noqa: S101 - checked above
        return Zoom(self.zoom, name=self.name, clock=clock, tokens=tokens)


def load_platforms(
    folder: Path, *, clock: Callable[[], datetime], tokens: Callable[[], Tokens] | None = None
) -> Described[Connected]:
    """Return the platforms described in *folder*, and which files connect none.

    *tokens* is where refresh tokens are kept that are handed out anew at each use.
    """

    def opened(told: _Platform) -> dict[str, Connected]:
        platform = told.opened(clock, tokens)
        called, deletions = getattr(platform, "called", None), getattr(platform, "deletions", None)
        return {told.name: Connected(told.name, platform, Rule(**told.take.model_dump()), called, deletions)}

    return load_described(folder, _Platform, opened, keys=lambda told: [f"the platform {told.name}"])
