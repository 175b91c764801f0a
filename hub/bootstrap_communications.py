"""The parts of the hub that capture what is said in agreed channels. `hub.bootstrap` puts them in."""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

from hub.domain.errors import UsageError
from hub.ports import BlobStore, Clock, WorkCalendars
from hub.settings import Settings

if TYPE_CHECKING:
    from hub.connectors.described import Described
    from hub.domain.governance import Plans
    from hub.ports.communications import Agreed, CommunicationLog
    from hub.ports.events import EventCalendar
    from hub.ports.mailboxes import AgreedMailbox
    from hub.services.communications.capturing import Captured
    from hub.services.communications.mailing import TakenIn
    from hub.services.governance.telling import Told
    from hub.services.review.delivering import Post
    from hub.services.review.room import Room
    from hub.services.sync.steps import Sync


class CommunicationParts:
    """Each part made when it is first asked for, from what the hub has."""

    settings: Settings
    _part: Callable[..., Any]
    _described: Callable[..., Any]
    if TYPE_CHECKING:  # given by the hub

        @property
        def clock(self) -> Clock: ...  # noqa: D102  # told where it is made
        @property
        def sync(self) -> Sync: ...  # noqa: D102  # told where it is made
        @property
        def room(self) -> Room: ...  # noqa: D102  # told where it is made
        @property
        def blobs(self) -> BlobStore: ...  # noqa: D102  # told where it is made
        @property
        def post(self) -> Post: ...  # noqa: D102  # told where it is made
        @property
        def calendars(self) -> WorkCalendars: ...  # noqa: D102  # told where it is made
        @property
        def _engine(self) -> Any: ...

    @cached_property
    def communications(self) -> "CommunicationLog":
        """The communication log."""
        from hub.storage.communications import SqlCommunications

        def made() -> "CommunicationLog":
            return SqlCommunications(self._engine, clock=self.clock, new_id=lambda: uuid4().hex)

        return cast("CommunicationLog", self._part("communications", made))

    @property
    def agreed(self) -> "dict[str, Agreed]":
        """The channels whose capture is agreed, by name."""
        return self._agreed.found

    @cached_property
    def _agreed(self) -> "Described[Agreed]":
        from hub.connectors.chat import load_agreed

        made = self._described("agreed", lambda: load_agreed(self.settings.communications, clock=self.clock))
        return cast("Described[Agreed]", made)

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
            raise UsageError(self._agreed.without(name, "agreed channel"))
        return self.agreed[name]

    @property
    def mailboxes(self) -> "dict[str, AgreedMailbox]":
        """The mailboxes whose capture is agreed, by name."""
        return self._mailboxes.found

    @cached_property
    def _mailboxes(self) -> "Described[AgreedMailbox]":
        from hub.connectors.mail.mailboxes import load_mailboxes

        made = self._described("mailboxes", lambda: load_mailboxes(self.settings.mailboxes, clock=self.clock))
        return cast("Described[AgreedMailbox]", made)

    def agreed_mailbox(self, name: str) -> "AgreedMailbox":
        """Return an agreed mailbox. UsageError for a name that no file has."""
        if name not in self.mailboxes:
            raise UsageError(self._mailboxes.without(name, "agreed mailbox"))
        return self.mailboxes[name]

    def take_mail(self, name: str) -> "TakenIn":
        """Read an agreed mailbox on. UsageError for a name that no file has."""
        from hub.services.communications.mailing import take_in

        return take_in(self.room, self.communications, self.agreed_mailbox(name), keep_file=self._keep_file)

    @property
    def event_calendars(self) -> "dict[str, EventCalendar]":
        """The calendars that governance meetings are written into, by name."""
        return self._event_calendars.found

    @cached_property
    def _event_calendars(self) -> "Described[EventCalendar]":
        from hub.connectors.calendar.opening import load_calendars

        made = self._described("event_calendars", lambda: load_calendars(self.settings.calendars, clock=self.clock))
        return cast("Described[EventCalendar]", made)

    def event_calendar(self, name: str) -> "EventCalendar":
        """Return a calendar. UsageError for a name that no file has."""
        if name not in self.event_calendars:
            raise UsageError(self._event_calendars.without(name, "connected calendar"))
        return self.event_calendars[name]

    @cached_property
    def plans(self) -> "Plans":
        """The communication plans whose clocks run, and what of their files will not do."""
        from hub.connectors.calendar.plan import load_plans

        return cast("Plans", self._part("plans", lambda: load_plans(self.settings.plans)))

    def run_plans(self) -> "Told":
        """Tell whom the communication plans say is to be told by now."""
        from hub.services.governance.telling import Ways, run_plans
        from hub.translation.wording import wording

        post = self.post
        ways = Ways(post.mailer, post.announcer, wording, self.settings.pages_url)
        return run_plans(self.room, ways, tuple(self.plans.running.values()), self.calendars)

    def _keep_file(self, content: bytes) -> str:
        with NamedTemporaryFile(prefix="hub-mail-") as held:
            held.write(content)
            held.flush()
            return self.blobs.put(Path(held.name))
