"""A database of every schema there was comes up to today's with all that is in it, on SQLite and PostgreSQL."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, Engine, MetaData, Table, create_engine, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError

import hub.storage.engine as engine_module
from hub.domain.audit import Entry
from hub.domain.errors import FatalError
from hub.services.sync.references import natural_key
from hub.storage.audit import AuditTrail, append
from hub.storage.engine import open_engine

AT = datetime(2026, 5, 1, 9, 30)  # noqa: DTZ001 - columns hold UTC without a zone
CONFIG = Config()
CONFIG.set_main_option("script_location", str(Path(engine_module.__file__).parent / "migrations"))
REVISIONS = [one.revision for one in reversed(list(ScriptDirectory.from_config(CONFIG).walk_revisions()))]
BODIES: dict[str, dict[str, Any]] = {
    "reviews": {"asked_at": "2026-05-01T09:30:00+00:00"},
    "writes": {"key": "k1"},
    "destructions": {"record_class": "recording", "state": "asked", "asked_at": "2026-05-01T09:30:00+00:00"},
    "incidents": {"reported_at": "2026-05-01T09:30:00+00:00"},
    "register_entries": {"noted_at": "2026-05-01T09:30:00+00:00"},
    "personal_requests": {"noted_at": "2026-05-01T09:30:00+00:00"},
    "certified_copies": {"at": "2026-05-01T09:30:00+00:00", "version": 1},
}
"""What migrations read of a body."""
pytestmark = pytest.mark.filterwarnings("ignore:Skipped unsupported reflection:sqlalchemy.exc.SAWarning")
OWN = ("alembic_version", "findable_")
"""Tables of others: the version itself, and what full text keeps by itself."""


SCHEMAS = [("sqlite", one) for one in REVISIONS] + [("postgresql", one) for one in REVISIONS[::4]]
"""Each on SQLite; on PostgreSQL, where each takes longer, every fourth: from there all that follow are run."""


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        found: str = request.getfixturevalue("postgres_url")
        return found
    return f"sqlite:///{tmp_path}/hub.db"


def brought_to(engine: Engine, revision: str) -> None:
    with engine.begin() as connection:
        CONFIG.attributes["connection"] = connection
        command.upgrade(CONFIG, revision)


def tables(engine: Engine) -> list[Table]:
    found = MetaData()
    names = [one for one in inspect(engine).get_table_names() if not one.startswith(OWN) and "audit" not in one]
    found.reflect(engine, only=names)
    return found.sorted_tables


def value(column: Column[Any], table: Table) -> Any:
    """Return what a column holds that nobody filled otherwise: told by its kind."""
    kind = column.type.python_type
    known: dict[type, Any] = {str: "x", int: 1, float: 1.0, bool: False, bytes: b"x", datetime: AT, date: AT.date()}
    if kind is str and column.name == "body":
        return json.dumps(BODIES.get(table.name, {}))
    if kind is str and column.name in ("fields", "argument", "result", "scope", "headers"):
        return "{}"
    return known[kind]


def filled(engine: Engine) -> dict[str, dict[str, Any]]:
    """Put a row into each table, parents first, and return them; a foreign key's value is the parent's."""
    rows: dict[str, dict[str, Any]] = {}
    with engine.begin() as connection:
        for table in tables(engine):
            row = {one.name: value(one, table) for one in table.columns}
            for column in table.columns:
                for key in column.foreign_keys:
                    row[column.name] = rows[key.column.table.name][key.column.name]
            connection.execute(insert(table).values(row))
            rows[table.name] = row
    return rows


def audited(connection: Connection, number: int) -> None:
    at = datetime(2026, 5, 1, 9, number, tzinfo=UTC)
    append(connection, [Entry(at, "ada@cro.example", "site", "r1", "name", '"a"', '"b"', "why", "a1@1", f"m{number}")])


def trail_of(engine: Engine, folder: Path) -> AuditTrail:
    return AuditTrail(
        engine,
        key_file=folder / "audit.pem",
        checkpoints_file=folder / "checkpoints.jsonl",
        clock=lambda: datetime.now(UTC),
    )


@pytest.mark.parametrize(("url", "revision"), SCHEMAS, indirect=["url"])
def test_a_database_of_each_schema_comes_up_with_all_that_is_in_it(url: str, revision: str, tmp_path: Path) -> None:
    old = create_engine(url)
    brought_to(old, revision)
    rows = filled(old)
    trail = "audit" in inspect(old).get_table_names()
    if trail:
        with old.begin() as connection:
            audited(connection, 1)
    old.dispose()
    engine = open_engine(url)
    try:
        kept = {table.name: table for table in tables(engine)}
        with engine.connect() as connection:
            for name, row in rows.items():
                assert lost(connection, kept[name], row) == {}, name
        with engine.begin() as connection:
            audited(connection, 2)
        assert trail_of(engine, tmp_path).verify().entries == 1 + trail
        refuses(engine, "UPDATE audit SET actor = 'another'")
    finally:
        engine.dispose()


def lost(connection: Connection, table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """Return what of a row is not as it was, by column; a column that a migration renamed or dropped is not asked."""
    came = connection.execute(select(table)).mappings().all()
    assert len(came) == 1, came
    return {name: came[0][name] for name, was in row.items() if name in came[0] and came[0][name] != was}


def refuses(engine: Engine, statement: str) -> None:
    with pytest.raises(DBAPIError), engine.begin() as connection:
        connection.execute(text(statement))


def test_a_database_of_a_newer_release_is_left_as_it_is(url: str) -> None:
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(FatalError, match="newer release"):
        open_engine(url)


def test_a_key_that_only_sqlite_could_keep_is_the_one_that_the_sync_looks_for(tmp_path: Path) -> None:
    url, study, title = f"sqlite:///{tmp_path}/hub.db", "0" * 31 + "a", "Ä long title, " * 40
    old = create_engine(url)
    brought_to(old, "0061")
    plain, long = f'["{study}","short"]', json.dumps([study, title], ensure_ascii=False, separators=(",", ":"))
    with old.begin() as connection:
        of = "INSERT INTO records (id, kind, fields, edited, version, deleted) VALUES (:id, 'study', '{}', '{}', 1, 0)"
        connection.execute(text(of), {"id": study})
        for number, key in enumerate((plain, long)):
            row = {"kind": "action_item", "key": key, "record_id": f"r{number}"}
            connection.execute(text("INSERT INTO natural_keys VALUES (:kind, :key, :record_id)"), row)
    old.dispose()
    engine = open_engine(url)
    with engine.connect() as connection:
        kept = {row.record_id: row.key for row in connection.execute(text("SELECT record_id, key FROM natural_keys"))}
    engine.dispose()
    assert kept == {"r0": plain, "r1": natural_key({"study_id": study, "title": title}, ("study_id", "title"))}
