"""A meeting and the people in it."""

from dataclasses import dataclass, field
from datetime import datetime

from hub.domain.rare import RARE


@dataclass(frozen=True, slots=True)
class Participant:
    """A person on the roster of a meeting; *name* as it shall stand in the minutes.

    *country* is where the person works: DE, or DE-BY where holidays differ within it.
    """

    name: str
    role: str | None = None
    organization: str | None = None
    email: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Meeting:
    """What is known of a meeting before anybody spoke.

    *started_at* is None where nobody said when it was: dates spoken in it then stay unresolved.
    *timezone* is an IANA name. *agenda* are the titles of what was to be spoken of, in their order.
    """

    id: str
    title: str | None = None
    started_at: datetime | None = None
    timezone: str | None = None
    participants: tuple[Participant, ...] = ()
    agenda: tuple[str, ...] = field(default=(), metadata=RARE)
