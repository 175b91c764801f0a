"""The parts of the hub that capture what is said in agreed channels. `hub.bootstrap` puts them in."""

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

from hub.domain.errors import UsageError
from hub.ports import Clock
from hub.settings import Settings

if TYPE_CHECKING:
    from hub.ports.communications import Agreed, CommunicationLog
    from hub.services.communications.capturing import Captured
    from hub.services.sync.steps import Sync


class CommunicationParts:
    """Each part made when it is first asked for, from what the hub has."""

    settings: Settings
    _part: Callable[..., Any]
    if TYPE_CHECKING:  # given by the hub

        @property
        def clock(self) -> Clock: ...  # noqa: D102
        @property
        def sync(self) -> Sync: ...  # noqa: D102
        @property
        def _engine(self) -> Any: ...

    @cached_property
    def communications(self) -> "CommunicationLog":
        """The communication log."""
        from hub.storage.communications import SqlCommunications

        def made() -> "CommunicationLog":
            return SqlCommunications(self._engine, clock=self.clock, new_id=lambda: uuid4().hex)

        return cast("CommunicationLog", self._part("communications", made))

    @cached_property
    def agreed(self) -> "dict[str, Agreed]":
        """The channels whose capture is agreed, by name."""
        from hub.connectors.chat import load_agreed

        made = self._part("agreed", lambda: load_agreed(self.settings.communications, clock=self.clock))
        return cast("dict[str, Agreed]", made)

    def capture(self, name: str) -> "Captured":
        """Read an agreed channel on. UsageError for a name that no file has."""
        from hub.services.communications.capturing import capture

        return capture(self.communications, self.agreed_channel(name), now=self.clock())

    def take_called(self, system: str) -> int:
        """Take what the calls kept for *system* tell of its agreed channels; return how many versions were new."""
        from hub.services.communications.capturing import called

        ours = [one for one in self.agreed.values() if one.calls == system]
        return called(self.communications, self.sync.calls, ours, system, now=self.clock())

    def agreed_channel(self, name: str) -> "Agreed":
        """Return an agreed channel. UsageError for a name that no file has."""
        if name not in self.agreed:
            raise UsageError(f"{name}: is no agreed channel; there are {', '.join(self.agreed) or 'none'}")
        return self.agreed[name]
