"""What is asked for by many keys is found in its index, whatever PostgreSQL believes of the table."""

import pytest
from sqlalchemy import select

from hub.domain.sync import Base, Effects
from hub.storage import lookups
from hub.storage.engine import open_engine
from hub.storage.ledger import SqlLedger
from hub.storage.lookups import by_key
from hub.storage.sync_tables import bases
from tests.contract.ledger_kit import NOW

COUNT = 2000
IDS = [f"{n:032x}" for n in range(COUNT)]
NEW = {bases.c.system: "new"}


@pytest.fixture
def connection(postgres_url):
    """A database that was counted before the bases of the second system came."""
    engine = open_engine(postgres_url)
    _keep(engine, "known")
    with engine.begin() as one:
        one.exec_driver_sql("ANALYZE bases")
    _keep(engine, "new")
    with engine.connect() as one:
        yield one
    engine.dispose()


def _keep(engine, system):
    with SqlLedger(engine, clock=lambda: NOW).unit() as unit:
        made = (Base(system, one, "site", one, {"n": "a value of some length " * 20}) for one in IDS)
        unit.save(Effects(first_bases=tuple(made)))


def _plan(connection, query) -> str:
    told = query.compile(connection)
    found = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {told}", told.params)
    return "\n".join(found.scalars())


@pytest.mark.parametrize(("column", "index"), [("record_id", "bases_record"), ("external_id", "bases_pkey")])
def test_a_system_that_was_not_there_when_rows_were_counted_is_not_looked_through(connection, column, index):
    beside = NEW if column == "record_id" else {**NEW, bases.c.kind: "site"}
    plan = _plan(connection, by_key(connection, bases.c, bases.c[column], IDS[:500], beside))
    assert index in plan, plan
    assert "Rows Removed" not in plan, plan
    assert "Seq Scan" not in plan, plan


def test_rows_come_in_the_order_of_their_keys(connection):
    query = by_key(connection, [bases.c.record_id], bases.c.record_id, IDS[:500], NEW)
    assert connection.execute(query).scalars().all() == IDS[:500]


def test_what_is_removed_is_found_in_its_index_too(connection):
    statement = lookups.removal(connection, bases, bases.c.record_id, IDS[:500], NEW, rest=bases.c.kind == "site")
    plan = _plan(connection, statement)
    assert "Tid Scan" in plan, plan
    assert "Seq Scan" not in plan, plan
    left = connection.execute(select(bases.c.record_id).where(bases.c.system == "new")).scalars().all()
    assert sorted(left) == IDS[500:]
