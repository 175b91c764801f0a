"""Days ahead that the record of a study holds, by the names that people give what happens on them."""

from dataclasses import dataclass, field
from datetime import date

from hub.domain.rare import RARE

HOLDS = "the study's record holds"
"""How a reason begins that tells what the record holds."""


@dataclass(frozen=True, slots=True)
class DueSource:
    """The record that a due day was taken from: *event* is its name in plain words, *version* that of the record then.

    *kind* is the record's kind, or "card" for a meeting of the hub and "plan" for one of a communication plan, which
    has no version: 0. *day* is the event's own day then, from which the due day may be counted; *last* is its last one
    where that was counted from.
    """

    kind: str
    record: str
    version: int
    event: str
    day: date | None = field(default=None, metadata=RARE)
    last: date | None = field(default=None, metadata=RARE)


@dataclass(frozen=True, slots=True)
class KnownDay:
    """A day ahead.

    *names* are the ways to say the event, in small letters; *places* those to say where it is, empty where it is the
    whole study's. *last* is its last day where it takes several. *only_next* marks what is meant only where "next" is
    said, such as the next call.
    """

    names: tuple[str, ...]
    day: date
    source: DueSource
    places: tuple[str, ...] = ()
    last: date | None = None
    only_next: bool = False
