"""How the members of a group share numbered parts among them, by leases that run out when a member dies."""

import math
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Engine, delete, func, select, update

from hub.ports import Clock
from hub.storage.bus_tables import leases
from hub.storage.engine import transaction
from hub.storage.upsert import upsert

_LOOKS_PER_LEASE = 10


class Shares:
    """The parts of a group's work that one member holds.

    A member that does not call `refresh` for *lease_s* seconds of *clock* loses what it holds. The machines' clocks
    may differ by less than that; where a slow member and its successor overlap, both may read the same messages.
    """

    def __init__(self, engine: Engine, *, prefix: str, parts: int, holder: str, clock: Clock, lease_s: float) -> None:
        self._engine = engine
        self._prefix = prefix
        self._parts = parts
        self._holder = holder
        self._clock = clock
        self._lease = timedelta(seconds=lease_s)
        self._held: frozenset[int] = frozenset()
        self._due: datetime | None = None

    def refresh(self) -> frozenset[int]:
        """Return the parts held now, after renewing, taking and giving back; cheap while nothing is due."""
        now = self._clock().astimezone(UTC).replace(tzinfo=None)
        if self._due is None or now >= self._due:
            with transaction(self._engine) as connection:
                self._held = frozenset(self._share(connection, now))
            self._due = now + self._lease / _LOOKS_PER_LEASE
        return self._held

    def release(self) -> None:
        """Leave the group: give everything back."""
        self._held, self._due = frozenset(), None
        with transaction(self._engine) as connection:
            connection.execute(delete(leases).where(self._own()))

    def _share(self, connection: Connection, now: datetime) -> set[int]:
        # 1 one member of the group at a time, in both databases
        self._take(connection, "turn", now, until=now, by_force=True)
        # 2 be counted
        self._take(connection, f"member/{self._holder}", now, until=now + self._lease, by_force=True)
        fair = math.ceil(self._parts / self._members(connection, now))
        # 3 renew what nobody has taken meanwhile, and give back what is over the fair share
        held = sorted(self._kept(connection))
        self._give_back(connection, held[fair:])
        held = held[:fair]
        names = [self._name(part) for part in held]
        connection.execute(update(leases).where(leases.c.name.in_(names)).values(until=now + self._lease))
        # 4 take what is free
        taken = set(held)
        for part in self._free(connection, now):
            if len(taken) < fair and self._take(connection, self._part(part), now, until=now + self._lease):
                taken.add(part)
        return taken

    def _members(self, connection: Connection, now: datetime) -> int:
        query = select(func.count()).where(self._under("member/"), leases.c.until > now)
        return int(connection.execute(query).scalar_one())

    def _kept(self, connection: Connection) -> list[int]:
        query = select(leases.c.name).where(self._under("part/"), leases.c.holder == self._holder)
        return [_number(name) for name in connection.execute(query).scalars()]

    def _free(self, connection: Connection, now: datetime) -> list[int]:
        query = select(leases.c.name).where(self._under("part/"), leases.c.until > now)
        busy = {_number(name) for name in connection.execute(query).scalars()}
        return [part for part in range(self._parts) if part not in busy]

    def _give_back(self, connection: Connection, parts: Iterable[int]) -> None:
        names = [self._name(part) for part in parts]
        if names:
            connection.execute(delete(leases).where(leases.c.name.in_(names)))

    def _take(
        self, connection: Connection, name: str, now: datetime, *, until: datetime, by_force: bool = False
    ) -> bool:
        row = {"holder": self._holder, "until": until}
        free = None if by_force else leases.c.until <= now
        statement = upsert(connection, leases).values(name=f"{self._prefix}/{name}", **row)
        statement = statement.on_conflict_do_update(index_elements=[leases.c.name], set_=row, where=free)
        return bool(connection.execute(statement).rowcount)

    def _own(self) -> ColumnElement[bool]:
        return (leases.c.holder == self._holder) & self._under("")

    def _under(self, kind: str) -> ColumnElement[bool]:
        return leases.c.name.startswith(f"{self._prefix}/{kind}", autoescape=True)

    def _part(self, part: int) -> str:
        return f"part/{part}"

    def _name(self, part: int) -> str:
        return f"{self._prefix}/{self._part(part)}"


def _number(name: str) -> int:
    return int(name.rpartition("/")[2])
