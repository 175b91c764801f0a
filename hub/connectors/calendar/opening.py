"""The calendars that meetings are written into: one YAML file each."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from hub.connectors.calendar.caldav import CalDavAccess, CalDavCalendar
from hub.connectors.calendar.graph import GraphCalendar, GraphCalendarAccess
from hub.connectors.declared import Strict
from hub.connectors.described import Described, load_described
from hub.ports.events import EventCalendar


class _Calendar(Strict):
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")
    caldav: CalDavAccess | None = None
    graph: GraphCalendarAccess | None = None

    @model_validator(mode="after")
    def _described(self) -> Self:
        if (self.caldav is None) == (self.graph is None):
            raise ValueError("describe the calendar under caldav: or graph:, not both")
        return self

    def opened(self, clock: Callable[[], datetime]) -> EventCalendar:
        """Return the calendar."""
        if self.caldav is not None:
            return CalDavCalendar(self.caldav, name=self.name, clock=clock)
        assert self.graph is not None  # noqa: S101 - checked when it was read
        return GraphCalendar(self.graph, name=self.name, clock=clock)


def load_calendars(folder: Path, *, clock: Callable[[], datetime]) -> Described[EventCalendar]:
    """Return the calendars described in *folder*, and which files describe none."""

    def opened(told: _Calendar) -> dict[str, EventCalendar]:
        return {told.name: told.opened(clock)}

    return load_described(folder, _Calendar, opened, keys=lambda told: [f"the calendar {told.name}"])
