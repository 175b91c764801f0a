"""Incidents, the register, personal requests, destructions and certified copies are read page by page from an index."""

import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None

_MANY = 500
_TOLD = {
    "incidents": "reported_at",
    "register_entries": "noted_at",
    "personal_requests": "noted_at",
    "destructions": "asked_at",
    "certified_copies": "at",
}
"""The time that each kind is listed by."""


def upgrade() -> None:
    for name, column in _TOLD.items():
        op.add_column(name, sa.Column(column, sa.DateTime()))
    op.add_column("certified_copies", sa.Column("version", sa.Integer()))
    for name in _TOLD:
        _fill(op.get_bind(), name)
    op.create_index("incidents_newest", "incidents", ["state", "reported_at", "id"])
    op.create_index("incidents_study", "incidents", ["study", "state", "reported_at", "id"])
    op.drop_index("ix_incidents_study", "incidents")
    op.drop_index("ix_incidents_state", "incidents")
    op.create_index("register_entries_newest", "register_entries", ["noted_at", "id"])
    op.create_index("register_entries_study", "register_entries", ["study", "noted_at", "id"])
    op.drop_index("ix_register_entries_study", "register_entries")
    op.create_index("personal_requests_newest", "personal_requests", ["noted_at", "id"])
    op.create_index("destructions_newest", "destructions", ["asked_at", "id"])
    op.create_index("certified_copies_version", "certified_copies", ["meeting_id", "version", "at", "id"])
    op.drop_index("ix_certified_copies_meeting_id", "certified_copies")


def _fill(connection: sa.Connection, name: str) -> None:
    time = _TOLD[name]
    columns = ("id", "body", time, *(("version",) if name == "certified_copies" else ()))
    table, last = sa.table(name, *(sa.column(one) for one in columns)), ""
    known = sa.select(table.c.id, table.c.body).order_by(table.c.id).limit(_MANY)
    while rows := connection.execute(known.where(table.c.id > last)).all():
        for id, body in rows:
            told = json.loads(body)
            at = datetime.fromisoformat(told[time]).astimezone(UTC).replace(tzinfo=None)
            values = {time: at} | {one: told[one] for one in columns[3:]}
            connection.execute(sa.update(table).where(table.c.id == id).values(values))
        last = rows[-1].id


def downgrade() -> None:
    raise RuntimeError("a release before cannot read what this one wrote; restore a backup instead")
