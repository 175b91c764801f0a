"""The channels whose capture is agreed: one YAML file a study. What no file names is never read."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from hub.connectors.chat.slack_capture import SlackCapture
from hub.connectors.chat.slack_web import SlackAccess
from hub.connectors.chat.teams_capture import ChannelAccess, TeamsCapture
from hub.connectors.declared import Strict
from hub.connectors.described import Described, load_described
from hub.connectors.rest.client import Limits
from hub.connectors.wire import Wire
from hub.domain.communications import Channel
from hub.ports.communications import Agreed, Capture

_LIMITS = Limits(30.0, 16 << 20)


class _Channel(Strict):
    """One channel; *calls* is the system that the webhook sender of its platform names."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")
    since: date
    agreed: str | None = Field(default=None, min_length=1, max_length=500)
    organizations: tuple[str, ...] | None = Field(default=None, min_length=1)
    unblinding: bool = False
    back_days: int = Field(default=3, ge=1, le=90)
    every_s: float = Field(default=300.0, ge=10)
    calls: str = ""
    slack: SlackAccess | None = None
    teams: ChannelAccess | None = None

    @model_validator(mode="after")
    def _described(self) -> Self:
        if (self.slack is None) == (self.teams is None):
            raise ValueError("describe the channel under slack: or teams:, not both")
        return self

    @property
    def platform(self) -> str:
        """Return where the channel is."""
        return "slack" if self.slack else "teams"

    @property
    def id(self) -> str:
        """Return what the channel is known by there."""
        return self.slack.channel if self.slack else f"{self.teams.team}/{self.teams.channel}" if self.teams else ""


class _Study(Strict):
    """The channels of a study and the ground on which they are captured."""

    study: str = Field(min_length=1, max_length=200)
    organizations: tuple[str, ...] = Field(min_length=1)
    agreed: str = Field(min_length=1, max_length=500)
    channels: tuple[_Channel, ...] = Field(min_length=1)


def load_agreed(folder: Path, *, clock: Callable[[], datetime], limits: Limits = _LIMITS) -> Described[Agreed]:
    """Return the agreed channels described in *folder*, and which files describe none.

    A channel stands in one file and belongs to one study.
    """

    def opened(told: _Study) -> dict[str, Agreed]:
        return {one.name: _opened(told, one, clock, limits) for one in told.channels}

    def keys(told: _Study) -> list[str]:
        return [key for one in told.channels for key in (f"the channel {one.name}", f"{one.platform} {one.id}")]

    return load_described(folder, _Study, opened, keys=keys)


def _opened(study: _Study, one: _Channel, clock: Callable[[], datetime], limits: Limits) -> Agreed:
    since = datetime(one.since.year, one.since.month, one.since.day, tzinfo=UTC)
    channel = Channel(
        name=one.name,
        platform=one.platform,
        id=one.id,
        study=study.study,
        organizations=one.organizations or study.organizations,
        agreed=one.agreed or study.agreed,
        since=since,
        unblinding=one.unblinding,
    )
    reads = _capture(one, since, clock, limits)
    return Agreed(channel, reads, calls=one.calls, signed=one.slack is not None, every_s=one.every_s)


def _capture(one: _Channel, since: datetime, clock: Callable[[], datetime], limits: Limits) -> Capture:
    back = timedelta(days=one.back_days)
    if one.slack is not None:
        wire = Wire(name=one.name, limits=limits, monotonic=time.monotonic)
        return SlackCapture(one.slack, wire, name=one.name, since=since, back=back, clock=clock)
    assert one.teams is not None  # noqa: S101 - checked when it was read
    return TeamsCapture(one.teams, name=one.name, since=since, back=back, limits=limits, clock=clock)
