"""What is said in an agreed channel comes into the log: by signed calls, and by reading it, whichever is first."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from hub.domain.communications import Kind, Said
from hub.domain.errors import RejectedError
from hub.ports import Calls
from hub.ports.communications import Agreed, CommunicationLog

_MOST_REQUESTS = 200
"""Of one look at a channel: a first load goes on with the next look."""


@dataclass(frozen=True, slots=True)
class Captured:
    """What a look at a channel came to: new versions, whether there is more, what could not be read and why."""

    new: int = 0
    more: bool = False
    aside: tuple[str, ...] = ()


@dataclass(slots=True)
class _Look:
    """One look at a channel while it lasts."""

    new: int = 0
    aside: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    """Messages of the listing under way."""
    from_its_start: bool = False
    """Whether all of that listing was read in this look, so that what it does not show is known."""


def capture(log: CommunicationLog, agreed: Agreed, *, now: datetime) -> Captured:
    """Read a channel on from where it was left. Done again, also after a crash, nothing is kept twice.

    A message that a whole listing does not show any more, and that is not there either, is kept as deleted.
    """
    look = _Look()
    for _ in range(_MOST_REQUESTS):
        heard = agreed.capture.pull(log.cursor(agreed.channel))
        if heard.begins:
            look.seen, look.from_its_start = set(), True
        look.seen |= {one.id for one in heard.said}
        look.aside += heard.aside
        look.new += log.keep(agreed.channel, _since(agreed, heard.said), cursor=heard.cursor)
        if heard.whole and look.from_its_start:
            look.new += _missing(log, agreed, heard.whole, look.seen, now)
        if not heard.more:
            return Captured(look.new, more=False, aside=tuple(look.aside))
    return Captured(look.new, more=True, aside=tuple(look.aside))


def called(log: CommunicationLog, calls: Calls, agreed: Sequence[Agreed], system: str, *, now: datetime) -> int:
    """Take in what the waiting calls of *system* tell of its channels *agreed*; return how many versions were new.

    What signed calls hold is kept, channels whose calls are not signed are read. Then the bodies are thrown away, with
    what they held of channels that are not agreed.
    """
    come = calls.bodies(system)
    if not come:
        return 0
    new = sum(_told(log, one, body) for body in come.values() for one in agreed)
    new += sum(capture(log, one, now=now).new for one in agreed if not one.signed)
    calls.handled(list(come), keep_bodies=False)
    return new


def _told(log: CommunicationLog, agreed: Agreed, body: bytes) -> int:
    try:
        return log.keep(agreed.channel, _since(agreed, agreed.capture.told(body)))
    except RejectedError:  # it cannot be read: reading the channel brings what it was about
        return 0


def _since(agreed: Agreed, said: Sequence[Said]) -> list[Said]:
    return [one for one in said if one.at >= agreed.channel.since]


def _missing(
    log: CommunicationLog, agreed: Agreed, span: tuple[datetime, datetime], seen: set[str], now: datetime
) -> int:
    lost = [one for one in log.standing(agreed.channel, *span) if one.id not in seen and agreed.capture.gone(one)]
    deleted = [replace(one, text="", files=(), kind=Kind.DELETED, version="deleted", changed_at=now) for one in lost]
    return log.keep(agreed.channel, deleted)
