"""The channels that are described in a folder, one YAML file each, and what announces in them."""

import time
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from hub.connectors.chat.slack import Slack
from hub.connectors.chat.slack_web import SlackAccess
from hub.connectors.chat.workflow import Workflow, WorkflowAccess
from hub.connectors.declared import Strict, read_declared, waiting
from hub.connectors.rest.client import Limits
from hub.connectors.wire import Wire
from hub.domain.errors import UsageError
from hub.ports.review import Announcement

_LIMITS = Limits(15.0, 1 << 20)


class _Chat(Strict):
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")
    chat: Literal["slack", "teams"]
    slack: SlackAccess | None = None
    teams: WorkflowAccess | None = None

    @model_validator(mode="after")
    def _described(self) -> Self:
        other = "teams" if self.chat == "slack" else "slack"
        if getattr(self, self.chat) is None or getattr(self, other) is not None:
            raise ValueError(f"describe the channel under {self.chat}: and no other")
        return self


class Chats:
    """`Announcer` in the channels that the files of *folder* describe, which are read when one is first asked for.

    A file that describes none has what goes to chats wait, and nothing else.
    """

    def __init__(self, folder: Path, *, clock: Callable[[], datetime], limits: Limits = _LIMITS) -> None:
        self._folder, self._clock, self._limits = folder, clock, limits

    @cached_property
    def _told(self) -> dict[str, _Chat]:
        return _load(self._folder)

    def names(self) -> tuple[str, ...]:
        """Return the channels; see `Announcer.names`. UsageError names the file and what is wrong, without secrets."""
        return tuple(self._told)

    def announce(self, name: str, message: Announcement) -> str:
        """Post *message* in the channel of that name; see `Announcer.announce`."""
        with waiting():
            told = self._told.get(name)
        if told is None:
            raise UsageError(f"{name}: no chat of this name is set up in HUB_HOME/chats")
        wire = Wire(name=name, limits=self._limits, monotonic=time.monotonic)
        try:
            return self._channel(told, wire).announce(message)
        finally:
            wire.close()

    def _channel(self, told: _Chat, wire: Wire) -> Slack | Workflow:
        if told.slack is not None:
            return Slack(told.slack, wire, name=told.name, clock=self._clock)
        assert told.teams is not None  # noqa: S101 - checked when it was read
        return Workflow(told.teams, wire, name=told.name, clock=self._clock)


def _load(folder: Path) -> dict[str, _Chat]:
    found: dict[str, _Chat] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            one = read_declared(_Chat, path.read_text(encoding="utf-8"), str(path))
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{path}: cannot be read") from error
        if one.name in found:
            raise UsageError(f"{path}: another file describes {one.name} already; give it another name")
        found[one.name] = one
    return found
