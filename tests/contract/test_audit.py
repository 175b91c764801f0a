"""The trail tells what was done to it, on both databases: changed, removed, inserted, reordered, cut off, signed anew."""

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from hub.domain.audit import Entry
from hub.storage.audit import AuditTrail, append
from hub.storage.engine import open_engine, transaction

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request, tmp_path):
    url = (
        request.getfixturevalue("postgres_url") if request.param == "postgresql" else f"sqlite:///{tmp_path / 'hub.db'}"
    )
    engine = open_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def trail(engine, tmp_path):
    trail = AuditTrail(
        engine,
        key_file=tmp_path / "keys" / "audit.pem",
        checkpoints_file=tmp_path / "checkpoints.jsonl",
        clock=lambda: NOW,
    )
    for number in range(5):
        write(engine, number)
    trail.checkpoint()
    for number in range(5, 10):
        write(engine, number)
    return trail


def write(engine, number: int) -> None:
    entry = Entry(
        at=NOW + timedelta(seconds=number),
        actor="Anna",
        kind="site",
        record_id=f"r{number % 3}",
        field="name",
        old=None,
        new=f'"{number}"',
        reason="test",
        agreement="a@1",
        message_id=f"m{number}",
    )
    with transaction(engine) as connection:
        append(connection, [entry])


def harm(engine, *statements: str) -> None:
    """Do what only somebody with the database's own password can: take the triggers away first."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
            for name in names:
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            for table in ("audit", "audit_checkpoints"):
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        for statement in statements:
            connection.execute(text(statement))


def test_a_trail_that_nobody_touched_is_whole(trail):
    verdict = trail.verify()
    assert (verdict.whole, verdict.entries, verdict.checkpoints) == (True, 10, 1)


@pytest.mark.parametrize(
    "statement", ["UPDATE audit SET new = '1' WHERE seq = 3", "DELETE FROM audit WHERE seq = 3", "DELETE FROM audit"]
)
def test_the_database_refuses_to_change_or_delete_an_entry(trail, engine, statement):
    with pytest.raises((DBAPIError, sqlite3.Error), match="append-only"), engine.begin() as connection:
        connection.execute(text(statement))
    assert trail.verify().whole


@pytest.mark.parametrize("column", ["new", "actor", "reason", "field", "record_id", "message_id", "agreement"])
def test_a_changed_entry_is_named(trail, engine, column):
    harm(engine, f"UPDATE audit SET {column} = 'other' WHERE seq = 4")  # noqa: S608 - constants
    verdict = trail.verify()
    assert (verdict.whole, verdict.first_bad) == (False, 4)
    assert verdict.harm.startswith("changed")


def test_a_removed_entry_is_named(trail, engine):
    harm(engine, "DELETE FROM audit WHERE seq = 7")
    verdict = trail.verify()
    assert (verdict.whole, verdict.first_bad) == (False, 7)
    assert verdict.harm.startswith("removed")


def test_an_entry_removed_with_the_others_numbered_anew_is_named(trail, engine):
    harm(
        engine,
        "DELETE FROM audit WHERE seq = 7",
        *(f"UPDATE audit SET seq = {n - 1} WHERE seq = {n}" for n in (8, 9, 10)),  # noqa: S608 - constants
    )
    verdict = trail.verify()
    assert (verdict.whole, verdict.first_bad) == (False, 7)


def test_two_entries_that_changed_places_are_named(trail, engine):
    harm(
        engine,
        "UPDATE audit SET seq = 100 WHERE seq = 6",
        "UPDATE audit SET seq = 6 WHERE seq = 7",
        "UPDATE audit SET seq = 7 WHERE seq = 100",
    )
    verdict = trail.verify()
    assert (verdict.whole, verdict.first_bad) == (False, 6)


def test_an_inserted_entry_is_named(trail, engine):
    columns = "at, actor, kind, record_id, field, old, new, reason, agreement, message_id, hash"
    harm(
        engine,
        *(f"UPDATE audit SET seq = {n + 1} WHERE seq = {n}" for n in (10, 9, 8)),  # noqa: S608 - constants
        f"INSERT INTO audit (seq, {columns}) SELECT 8, {columns} FROM audit WHERE seq = 2",  # noqa: S608 - constants
    )
    verdict = trail.verify()
    assert (verdict.whole, verdict.first_bad) == (False, 8)


def test_last_entries_that_were_cut_off_are_missed(trail, engine):
    harm(engine, "DELETE FROM audit WHERE seq > 8")
    verdict = trail.verify()
    assert (verdict.whole, verdict.first_bad) == (False, 9)
    assert "cut off" in verdict.harm


def test_entries_cut_off_with_the_head_moved_back_are_missed_up_to_what_was_signed(trail, engine):
    harm(
        engine,
        "DELETE FROM audit WHERE seq > 3",
        "DELETE FROM audit_checkpoints",
        "UPDATE audit_head SET seq = 3, hash = (SELECT hash FROM audit WHERE seq = 3)",
    )
    verdict = trail.verify()
    assert not verdict.whole
    assert "up to 5 were signed" in verdict.harm


def test_a_checkpoint_signed_with_another_key_is_not_believed(trail, tmp_path):
    (tmp_path / "keys" / "audit.pem").unlink()
    verdict = trail.verify()
    assert not verdict.whole
    assert "signature" in verdict.harm
