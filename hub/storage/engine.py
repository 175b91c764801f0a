"""The database connection, migrated when it is opened: SQLite in WAL mode, or PostgreSQL through psycopg.

SQLite takes its write lock when a transaction begins, so that what was read in it still holds when it writes.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg import DataError as PsycopgDataError
from psycopg import Error as PsycopgError
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from hub.domain.errors import FatalError, RetryableError, UsageError
from hub.storage.bulk import forget_staging

_BUSY_WAIT_MS = 15_000
_POOL = 8
_REST_S = 5.0
_MIGRATION_LOCK = 4_715_300
_joined: ContextVar[tuple[Engine, Connection] | None] = ContextVar("joined", default=None)
"""The transaction that this thread's work is part of."""
_PATIENCE = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
"""A server that vanishes without a word is noticed within half a minute."""


def open_engine(url: str) -> Engine:
    """Return an engine on a database at the newest schema. FatalError when it cannot be opened or written."""
    engine = _sqlite(url) if url.startswith("sqlite") else _postgresql(url)
    try:
        with told(_where(engine)):
            migrate(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _sqlite(url: str) -> Engine:
    path = Path(url.removeprefix("sqlite:///"))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FatalError(
            f"{path.parent}: cannot be written ({error.strerror}); set HUB_HOME to another folder"
        ) from error
    engine = create_engine(url)
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _postgresql(url: str) -> Engine:
    try:
        engine = create_engine(url, pool_size=_POOL, max_overflow=_POOL, connect_args=_PATIENCE)
    except ArgumentError as error:
        raise FatalError("HUB_DATABASE: is no address of a database (postgresql+psycopg://host/name)") from error
    event.listen(engine, "connect", _plan_anew)
    event.listen(engine, "rollback", forget_staging)
    event.listen(engine, "checkin", _set_down)
    event.listen(engine, "checkout", _look_after_a_rest)
    return engine


def migrate(engine: Engine) -> None:
    """Bring the schema up to date; a database that is current is only looked at.

    FatalError where a newer release wrote it: nothing is touched then.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    scripts = ScriptDirectory.from_config(config)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
        stands = MigrationContext.configure(connection).get_current_revision()
        if stands == scripts.get_current_head():
            return
        if stands is not None and stands not in {one.revision for one in scripts.walk_revisions()}:
            raise FatalError(
                f"{_where(engine)}: was written by a newer release ({stands}); run that one, or restore a backup"
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def told(where: str) -> Iterator[None]:
    """Turn a database error into one that says what to do about it."""
    try:
        yield
    except DBAPIError as error:
        reason = _reason(error)
        if isinstance(error.orig, PsycopgDataError) and "NUL" in reason:
            raise UsageError(
                "a text holds the character NUL, with which nothing can be stored: leave it out"
            ) from error
        if _passing(error, reason):
            raise RetryableError(f"{where}: the database is busy or away ({reason}); try again") from error
        raise FatalError(f"{where}: the database could not be used: {reason}") from error
    except PoolTimeout as error:
        raise RetryableError(f"{where}: every connection to the database is in use; try again") from error


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """One database transaction; its errors are the hub's own. Within `together` it is a part of that one."""
    outer = _outer(engine)
    with told(_where(engine)):
        if outer is not None:
            with outer.begin_nested():
                yield outer
            return
        with engine.begin() as connection:
            yield connection


@contextmanager
def together(engine: Engine) -> Iterator[Connection]:
    """One database transaction that holds all which this thread writes by `transaction` until the block ends.

    A part that fails is undone by itself; what stands when the block ends is committed at once, or nothing of it is.
    """
    with transaction(engine) as connection:
        token = _joined.set((engine, connection))
        try:
            yield connection
        finally:
            _joined.reset(token)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A view of the database that holds up no writer: at one moment on SQLite, each statement's own on PostgreSQL."""
    if (outer := _outer(engine)) is not None:
        with told(_where(engine)):
            yield outer
        return
    # autocommit spares PostgreSQL a BEGIN and a ROLLBACK for what is mostly one statement
    options: Any = {"deferred": True} if engine.dialect.name == "sqlite" else {"isolation_level": "AUTOCOMMIT"}
    with told(_where(engine)), engine.connect() as connection:
        yield connection.execution_options(**options)


def _outer(engine: Engine) -> Connection | None:
    joined = _joined.get()
    return joined[1] if joined is not None and joined[0] is engine else None


def _where(engine: Engine) -> str:
    return str(engine.url.database)


def _passing(error: DBAPIError, reason: str) -> bool:
    """Tell an outage, a lock or a lost race, which the next attempt may not meet, from what a person must mend."""
    if error.connection_invalidated or "locked" in reason:
        return True
    state = getattr(error.orig, "sqlstate", None)
    if isinstance(error, OperationalError) and not isinstance(error.orig, sqlite3.Error):
        return state is None or not state.startswith(("28", "3D"))
    if isinstance(error, IntegrityError):
        return state == "23505" or "UNIQUE" in reason  # another was faster
    return (state or "")[:2] in ("08", "40", "53", "55", "57")


def _reason(error: DBAPIError) -> str:
    """Return what the database said, without the row it said it of: that may be of a subject."""
    diagnosis = getattr(error.orig, "diag", None)
    return " ".join(str((diagnosis and diagnosis.message_primary) or error.orig).split())


def _plan_anew(connection: Any, _entry: Any) -> None:
    """Have statements planned for what tables hold now: a plan kept from when one was empty reads all of it.

    And never compiled, which takes longer than any of them (0.2 s) and is begun when one only seems to be long.
    """
    connection.execute("SET plan_cache_mode = force_custom_plan")
    connection.execute("SET jit = off")
    connection.commit()


def _set_down(_connection: Any, entry: Any) -> None:
    entry.info["rested_since"] = time.monotonic()


def _look_after_a_rest(connection: Any, entry: Any, _proxy: Any) -> None:
    """Ask a connection that was not used for a while whether it still is one, and have it opened anew where not."""
    if time.monotonic() - entry.info.get("rested_since", time.monotonic()) < _REST_S:
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except PsycopgError as error:
        raise DisconnectionError("the database closed it meanwhile") from error


def _begin(connection: Connection) -> None:
    deferred = connection.get_execution_options().get("deferred", False)
    connection.exec_driver_sql("BEGIN" if deferred else "BEGIN IMMEDIATE")


def _set_pragmas(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin in _begin, not where the driver guesses
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={_BUSY_WAIT_MS}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
