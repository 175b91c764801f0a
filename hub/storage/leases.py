"""Leases in the hub's database."""

from datetime import timedelta

from sqlalchemy import Engine, and_, delete, or_
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from hub.ports import Clock
from hub.storage import rows
from hub.storage.bus_tables import leases
from hub.storage.engine import transaction

_ASTRAY = 10


class SqlLeases:
    """`Leases` for one *holder*."""

    def __init__(self, engine: Engine, *, holder: str, clock: Clock) -> None:
        self._engine = engine
        self._holder = holder
        self._clock = clock

    def take(self, name: str, seconds: float) -> bool:
        """Take or renew a lease; see `Leases.take`."""
        now = rows.naive(self._clock())
        insert = sqlite_insert if self._engine.dialect.name == "sqlite" else postgresql_insert
        statement = insert(leases).values(name=name, holder=self._holder, until=now + timedelta(seconds=seconds))
        # one that ends too far ahead was taken by a clock that has been put back since
        astray = now + timedelta(seconds=_ASTRAY * seconds)
        free = or_(leases.c.holder == self._holder, leases.c.until < now, leases.c.until > astray)
        values = {"holder": statement.excluded.holder, "until": statement.excluded.until}
        statement = statement.on_conflict_do_update(index_elements=["name"], set_=values, where=free)
        with transaction(self._engine) as connection:
            return connection.execute(statement.returning(leases.c.name)).first() is not None

    def release(self, name: str) -> None:
        """Give a lease back; see `Leases.release`."""
        with transaction(self._engine) as connection:
            connection.execute(delete(leases).where(and_(leases.c.name == name, leases.c.holder == self._holder)))
