"""What the hub needs of a calendar that it writes meetings into."""

from dataclasses import dataclass
from typing import Protocol

from hub.domain.invited import Answered
from hub.domain.recurring import Series


@dataclass(frozen=True, slots=True)
class HeldSeries:
    """A series as a calendar holds it. *id* names it there, *etag* this state of it.

    *series* is what the calendar says, None where it says what the hub could not have written. *written* is the
    fingerprint of what the hub wrote last, empty where a write did not come to its end.
    """

    id: str
    etag: str
    series: Series | None
    written: str
    answers: tuple[Answered, ...] = ()
    """Of those who are invited, as the calendar knows them."""

    @property
    def altered(self) -> bool:
        """Tell whether somebody else has changed it since."""
        return bool(self.written) and (self.series is None or self.series.fingerprint != self.written)


class EventCalendar(Protocol):
    """One calendar of one mailbox or server. Errors as of `Target.push`."""

    def find(self, uid: str) -> HeldSeries | None:
        """Return the series of that name, None where there is none."""

    def put(self, series: Series, over: HeldSeries | None) -> None:
        """Write a series: a new one, or in the place of *over*.

        StaleError where it is not as *over* says any more; nothing is written then. A new one that is there already is
        not made twice. May be done again after an error: a write that did not come to its end is found as one.
        """

    def remove(self, held: HeldSeries) -> None:
        """Take a series away; StaleError as of `put`. One that is not there any more is no error."""

    def check(self) -> None:
        """Return where the calendar can be used. FatalError says in words what is wrong."""

    def close(self) -> None:
        """Let go of connections."""
