"""The database of a backup: SQLite's own online copy, or every table of PostgreSQL as of one moment."""

import sqlite3
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, MetaData, Table, create_engine, func, inspect, select
from sqlalchemy.exc import SAWarning

from hub.domain.errors import FatalError, UsageError
from hub.storage.engine import told
from hub.storage.voice_tables import NEVER_COPIED

COPY = "hub.db"
TABLES = "tables"
_VERSION = "alembic_version"
_CHUNK_BYTES = 1 << 20
_PAGES = 1000


def save(engine: Engine, folder: Path) -> tuple[str, dict[str, int], tuple[int, str]]:
    """Copy the database into *folder* while others write; return its schema, the rows of each table, and the head."""
    with told(str(engine.url.database)):
        if engine.dialect.name == "sqlite":
            return _save_sqlite(engine, folder / COPY)
        return _save_postgresql(engine, folder / TABLES)


def put_back(url: str, folder: Path, revision: str) -> None:
    """Put a copy in place. UsageError where the database holds something, or is of another kind than the copy."""
    if url.startswith("sqlite"):
        _put_back_sqlite(Path(url.removeprefix("sqlite:///")), folder / COPY)
    else:
        _put_back_postgresql(url, folder / TABLES, revision)


def rows_of(connection: Connection) -> dict[str, int]:
    """Return how many rows each table holds."""
    return {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in _tables(connection)
    }


def _save_sqlite(engine: Engine, target: Path) -> tuple[str, dict[str, int], tuple[int, str]]:
    with sqlite3.connect(str(engine.url.database)) as source, sqlite3.connect(target) as copy:
        source.backup(copy, pages=_PAGES, sleep=0.01)
    source.close()
    copy.close()
    _emptied(target)
    copied = create_engine(f"sqlite:///{target}")
    try:
        with copied.connect() as connection:
            return _told(connection)
    finally:
        copied.dispose()


def _emptied(copy: Path) -> None:
    """Take out of a copy what no backup holds, so that nothing of it is left in its pages."""
    connection = sqlite3.connect(copy, isolation_level=None)
    try:
        connection.execute("PRAGMA secure_delete = ON")
        known = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for name in NEVER_COPIED:
            if name in known:
                connection.execute(f"DELETE FROM {name}")  # noqa: S608 - names of our own tables
    finally:
        connection.close()


def _save_postgresql(engine: Engine, folder: Path) -> tuple[str, dict[str, int], tuple[int, str]]:
    folder.mkdir()
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        for table in _tables(connection):
            with (folder / f"{table.name}.copy").open("wb") as stream:
                for piece in _copied_out(connection, table) if table.name not in NEVER_COPIED else ():
                    stream.write(piece)
        return _told(connection)


def _copied_out(connection: Connection, table: Table) -> Iterator[bytes]:
    driver: Any = connection.connection.driver_connection
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({names}) TO STDOUT') as copy:
        yield from (bytes(piece) for piece in copy)


def _told(connection: Connection) -> tuple[str, dict[str, int], tuple[int, str]]:
    revision = MigrationContext.configure(connection).get_current_revision()
    tables = {table.name: table for table in _tables(connection)}
    head = connection.execute(select(tables["audit_head"])).one()
    counts = rows_of(connection) | {name: 0 for name in NEVER_COPIED if name in tables}
    return str(revision), counts, (int(head.seq), str(head.hash))


def _tables(connection: Connection) -> list[Table]:
    """Return the tables, those that others refer to first; what SQLite keeps of full text is made from them."""
    names = [name for name in inspect(connection).get_table_names() if not name.startswith("findable_fts")]
    metadata = MetaData()
    with warnings.catch_warnings():
        # columns are all that is asked for, and an index of an expression cannot be read back
        warnings.filterwarnings("ignore", "Skipped unsupported reflection of expression", SAWarning)
        metadata.reflect(connection, only=[name for name in names if name != _VERSION])
    return metadata.sorted_tables


def _put_back_sqlite(target: Path, copy: Path) -> None:
    if target.exists():
        raise UsageError(f"{target}: is there; restore into an empty HUB_HOME")
    if not copy.is_file():
        raise UsageError(f"{copy.parent}: is a backup of PostgreSQL; set HUB_DATABASE to an empty one")
    target.parent.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(copy) as source, sqlite3.connect(target) as made:
        source.backup(made)
    source.close()
    made.close()


def _put_back_postgresql(url: str, folder: Path, revision: str) -> None:
    if not folder.is_dir():
        raise UsageError(f"{folder.parent}: is a backup of SQLite; unset HUB_DATABASE")
    engine = create_engine(url)
    try:
        with told(str(engine.url.database)), engine.begin() as connection:
            if inspect(connection).get_table_names():
                raise UsageError(f"{engine.url.database}: the database holds tables; restore into an empty one")
            _migrated(connection, revision)
            for table in _tables(connection):
                _copied_in(connection, table, folder / f"{table.name}.copy")
    finally:
        engine.dispose()


def _migrated(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[1] / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _copied_in(connection: Connection, table: Table, file: Path) -> None:
    if not file.is_file():
        raise FatalError(f"{file}: is missing from the backup")
    driver: Any = connection.connection.driver_connection
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    with driver.cursor() as cursor, file.open("rb") as stream:
        if connection.execute(select(func.count()).select_from(table)).scalar_one():
            connection.execute(table.delete())  # the few rows that a migration makes
        with cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
            while piece := stream.read(_CHUNK_BYTES):
                copy.write(piece)
    _count_on(connection, table)


def _count_on(connection: Connection, table: Table) -> None:
    """Let the numbers that the database gives go on after the last one."""
    for column in table.primary_key:
        if column.identity is None and "nextval" not in str(getattr(column.server_default, "arg", "")):
            continue
        sequence = func.pg_get_serial_sequence(table.name, column.name)
        last = select(func.coalesce(func.max(column), 0) + 1).scalar_subquery()
        connection.execute(select(func.setval(sequence, last, False)))  # noqa: FBT003 - the function's own form
