"""Rows that go to PostgreSQL by COPY are those that INSERT would have written, on SQLite as well."""

from datetime import datetime

import pytest
from sqlalchemy import Boolean, Column, DateTime, Float, Integer, LargeBinary, MetaData, String, Table, select
from sqlalchemy.exc import IntegrityError

from hub.storage import bulk
from hub.storage.copying import written
from hub.storage.engine import transaction

THINGS = Table(
    "things",
    MetaData(),
    Column("id", String(20), primary_key=True),
    Column("text", String),
    Column("count", Integer),
    Column("share", Float),
    Column("done", Boolean),
    Column("at", DateTime),
    Column("body", LargeBinary),
    Column("event", LargeBinary),
)
AT = datetime(2026, 5, 19, 12, 0, 0, 250)  # noqa: DTZ001  # as the tables keep times
TEXTS = ["plain", "", "tab\tbreak\nreturn\r", r"back\slash \N", '{"a":"\\"é"}', "日本", None]
ROWS = [
    {
        "id": f"t{number}",
        "text": TEXTS[number % len(TEXTS)],
        "count": number - 3 if number % 2 else None,
        "share": 0.1 * number,
        "done": number % 3 == 0,
        "at": AT,
        "body": bytes([number, 0, 92, 255]),
        "event": [r"\x41 \ é".encode(), b'{"a":"\\"\n\t"}', b""][number % 3],
    }
    for number in range(42)
]


@pytest.fixture
def things(engine):
    with transaction(engine) as connection:
        THINGS.create(connection)
    return engine


def held(engine):
    with transaction(engine) as connection:
        return {row.id: dict(row._mapping) for row in connection.execute(select(THINGS))}


def test_what_is_read_back_is_what_was_added(things):
    with transaction(things) as connection:
        bulk.add(connection, THINGS, ROWS)
    assert held(things) == {row["id"]: row for row in ROWS}


def test_rows_thought_to_be_new_take_the_place_of_those_that_are_there(things):
    with transaction(things) as connection:
        bulk.add(connection, THINGS, ROWS[:30])
        bulk.put(connection, THINGS, [row | {"count": 7} for row in ROWS[20:]], fresh=True)
    assert {row["id"] for row in held(things).values() if row["count"] == 7} == {row["id"] for row in ROWS[20:]} | {
        row["id"] for row in ROWS[:20] if row["count"] == 7
    }
    assert len(held(things)) == len(ROWS)


def test_rows_thought_to_be_new_leave_alone_what_is_there(things):
    with transaction(things) as connection:
        bulk.add(connection, THINGS, ROWS[:30])
        bulk.put(connection, THINGS, [row | {"text": "second"} for row in ROWS], bulk.left_alone, fresh=True)
    assert {row["id"] for row in held(things).values() if row["text"] == "second"} == {row["id"] for row in ROWS[30:]}


def test_a_row_that_is_there_already_is_an_error_as_that_of_any_statement(things):
    with pytest.raises(IntegrityError), things.begin() as connection:
        bulk.add(connection, THINGS, [*ROWS, ROWS[0]])
    assert held(things) == {}


def test_a_text_that_postgresql_cannot_keep_is_refused():
    with pytest.raises(ValueError, match="NUL"):
        written([{"text": "a"}, {"text": "b\0c"}], ["text"])
