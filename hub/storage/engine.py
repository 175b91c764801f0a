"""The database connection of the embedded store: SQLite in WAL mode, migrated when it is opened."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError

from hub.domain.errors import FatalError, RetryableError

_BUSY_WAIT_MS = 15_000


def open_engine(url: str) -> Engine:
    """Return an engine on a database at the newest schema. FatalError when it cannot be opened or written."""
    path = Path(url.removeprefix("sqlite:///"))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FatalError(
            f"{path.parent}: cannot be written ({error.strerror}); set HUB_HOME to another folder"
        ) from error
    engine = create_engine(url)
    event.listen(engine, "connect", _set_pragmas)
    with told(url):
        migrate(engine)
    return engine


def migrate(engine: Engine) -> None:
    """Bring the schema up to date; a database that is current is only looked at."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    newest = ScriptDirectory.from_config(config).get_current_head()
    with engine.begin() as connection:
        if MigrationContext.configure(connection).get_current_revision() == newest:
            return
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def told(where: str) -> Iterator[None]:
    """Turn a database error into one that says what to do about it."""
    try:
        yield
    except DBAPIError as error:
        reason = str(error.orig)
        if "locked" in reason:
            raise RetryableError(
                f"{where}: another program holds the database; try again when it has finished"
            ) from error
        raise FatalError(f"{where}: the database could not be used: {reason}") from error


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """One database transaction; its errors are the hub's own."""
    with told(str(engine.url.database)), engine.begin() as connection:
        yield connection


def _set_pragmas(connection: sqlite3.Connection, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={_BUSY_WAIT_MS}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
