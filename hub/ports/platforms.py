"""What the hub needs of a meeting platform."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from hub.domain.platforms import HeldFile, HeldMeeting, Origin, Unread


class MeetingPlatform(Protocol):
    """Finds meetings that were recorded, and hands over what was recorded."""

    def held(self, since: datetime, until: datetime) -> Iterator[HeldMeeting | Unread]:
        """Yield the meetings that began in the span and have something finished to hand over, page by page.

        What cannot be read is told among them with its reason, and the others go on.

        Errors as of `Source.pull`; the caller comes again later with the same span.
        """

    def fetch(self, file: HeldFile, target: Path, *, most: int) -> None:
        """Write a file of a meeting to *target*, in pieces.

        RejectedError where it is not there any more, may not be had, or has more than *most* bytes.
        """

    def deleted(self, origin: Origin) -> bool:
        """Tell whether what was taken in has been deleted there; False where that cannot be known for sure.

        Asked of what a look does not show any more, or a call says is deleted. Errors as of `held`.
        """

    def check(self) -> None:
        """Return where the platform can be used. FatalError says in words what is wrong with the configuration."""


@dataclass(frozen=True, slots=True)
class Rule:
    """For whom the meetings of a platform are taken in."""

    organizations: tuple[str, ...]
    account: str
    """Address of the account that takes them in; its grants decide."""
    consent: str
    """How the people in a recorded meeting are told, as the study's plan has it."""
    study: str | None = None
    series: str | None = None
    titles: str = ""
    """Only meetings whose title holds this; empty: all."""
    language: str | None = None
    """Code of what is spoken there where the platform does not say it; None: noticed of each meeting."""
    back_days: int = 7
    """How far back a sweep looks: a recording may be ready days after its meeting."""


@dataclass(frozen=True, slots=True)
class Connected:
    """A platform with its rule."""

    name: str
    platform: MeetingPlatform
    rule: Rule
    called: Callable[[bytes], None] | None = None
    """Does what a call of the platform asks of us, before the sweep that follows it; None where calls ask nothing."""
    deletions: Callable[[bytes], Iterator[str]] | None = None
    """Yields the ids (`HeldMeeting.meeting_id`) of meetings of which a call says that something was deleted."""
