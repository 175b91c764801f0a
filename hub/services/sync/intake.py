"""Whose page is taken in, and what came of it."""

from dataclasses import dataclass, field, replace

from hub.domain.agreements import Agreement
from hub.domain.changes import Page
from hub.domain.errors import OvertakenError
from hub.domain.sync import Cursor, Letter


@dataclass(frozen=True, slots=True)
class Intake:
    """Whose page it is and when it was asked for."""

    system: str
    kind: str
    agreements: tuple[Agreement, ...]
    """The active ones that this system takes part in and this kind flows under."""
    written: int = 0
    """Number of the hub's last write to the system before the page was asked for."""
    read: int | None = None
    """Number of the last page of it that was taken in before this one was asked for; None where it is not read."""
    listing: str | None = None
    """Names the complete listing that the page is part of."""
    replayed: Letter | None = None
    """The letter that is worked off again."""
    former: tuple[str | None] | None = None
    """Where the source stood when the page was asked for; its cursor moves on only from there, and stays where None."""
    person: str = ""
    """Who entered it in the hub; else the system itself stands in the trail."""
    heeded: bool = False
    """It tells deletions that were known and ignored until now."""
    limited: bool = field(init=False)
    """Some agreement is of certain studies only."""

    def __post_init__(self) -> None:
        """Look through the agreements once, not for every change."""
        object.__setattr__(self, "limited", any(agreement.studies for agreement in self.agreements))

    @property
    def turns(self) -> str:
        """Name of the series that numbers the pages that are taken in, one after the other."""
        return f"reads:{self.system}.{self.kind}"

    def after(self, pages: int) -> "Intake":
        """Return it as it is where so many *pages* of it, and no others, were taken in."""
        return replace(self, read=None if self.read is None else self.read + pages)

    def as_of(self, before: "Intake | None") -> "Intake":
        """Return it as old as the page *before* it. OvertakenError where that is not known: it may be of any age."""
        if before is None:
            raise OvertakenError(f"{self.kind} of {self.system}: it is not known how old the rest of an answer is")
        return replace(self, written=before.written, read=before.read)

    def cursor(self, page: Page) -> Cursor | None:
        """Return how far *page* brings the reading, None where it is not read in its turn."""
        return Cursor(self.system, self.kind, page.cursor, self.former, not page.more or None) if self.former else None


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a page."""

    read: int = 0
    edits: int = 0
    refused: int = 0
    disputed: int = 0
    set_aside: int = 0
    waiting: int = 0
    unnamed: int = 0
    """Of those set aside: how many did not even tell which record they are of."""
    put_off: int = 0
    """Kinds that were not read to their end now, since another worker does or the system is to be left alone."""

    def __add__(self, other: "Taken") -> "Taken":
        return Taken(*(getattr(self, name) + getattr(other, name) for name in Taken.__dataclass_fields__))
