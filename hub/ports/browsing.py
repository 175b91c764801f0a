"""What people look through: records and the audit trail, page by page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hub.domain.audit import Entry
from hub.domain.places import Placed


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries of the trail are looked for; None leaves it open."""

    record: str | None = None
    kind: str | None = None
    actor: str | None = None
    field: str | None = None
    """Also one of those whose first values are told by one entry; such an entry is found whole."""
    since: datetime | None = None
    until: datetime | None = None
    text: str | None = None
    """Stands in the reason, the old or the new value."""

    @property
    def scans(self) -> bool:
        """Tell whether no index leads to what is looked for: every entry may have to be looked at."""
        led = self.record is not None or (self.since is not None and self.until is not None)
        return not led and any((self.kind, self.actor, self.field, self.text))


@dataclass(frozen=True, slots=True)
class Changed:
    """A record with its last entry in the trail: when it was, and its number."""

    placed: Placed
    at: datetime
    seq: int


@dataclass(frozen=True, slots=True)
class NoticesWanted:
    """Which notices of regulators are looked for: empty leaves it open. *text* stands in title, summary or category.

    *after* is what `place` gave of the last notice seen.
    """

    text: str = ""
    authority: str = ""
    language: str = ""
    after: tuple[str, str] | None = None
    limit: int = 50

    @staticmethod
    def place(one: Placed) -> tuple[str, str]:
        """Return where a notice stands in the list: newest first, those without a day last."""
        return str(one.record.fields.get("published") or ""), one.record.id


class Browser(Protocol):
    """Reads what is kept, without holding up who writes."""

    def records(self, kind: str, *, after: str, limit: int, study: str | None = None) -> list[Placed]:
        """Return records of *kind* by id, those that follow *after*; with *study* those of that protocol number alone.

        A page costs what is on it, however many records of other studies there are.
        """

    def changed(
        self, kind: str, *, since: datetime | None, until: datetime | None, after: int, limit: int
    ) -> tuple[list[Changed], int | None]:
        """Return records of *kind* in the order of their last entries in the trail, from the one after number *after*.

        Only those whose last entry is before *until*, and has no lesser number than the first that is not before
        *since*: what took long to be done comes late under an earlier time. Who walks on from the number that is
        returned (None at the end) misses none: a record that is changed meanwhile comes again, later. A page may hold
        fewer than *limit*, even none, with more to come.
        """

    def changes(self, ids: Sequence[str]) -> Mapping[str, datetime]:
        """Return when the last entry about each record was made; those without any are left out."""

    def placed(self, ids: Sequence[str]) -> Mapping[str, Placed]:
        """Return records by id; those that are unknown are left out."""

    def protocols(self, ids: Sequence[str]) -> Mapping[str, str | None]:
        """Return of what study records are, by id: its protocol number, None where they are of none that has one."""

    def departed(self, ids: Sequence[str]) -> Mapping[str, Placed]:
        """Return records that were destroyed, by id and without fields: whose their lines in the trail are."""

    def trail(
        self, wanted: Wanted, *, before: int | None, limit: int, floor: int | None = None
    ) -> list[tuple[int, Entry, str]]:
        """Return entries, newest first, those with a number *before* one: (number, entry, hash).

        With *floor* none is looked at whose number is less.
        """

    def notices(self, wanted: NoticesWanted) -> list[Placed]:
        """Return notices of regulators, newest first; those that were taken back are left out."""

    def notice_values(self, name: str) -> list[str]:
        """Return what the notices' field *name* (authority or language) holds, each once, in order."""

    def newest(self) -> int:
        """Return the number of the newest entry, 0 where there is none."""
