"""Meetings with something to be looked at at once are found by an index, however many others are newer."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cards", sa.Column("alarming", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("cards_alarming", "cards", ["alarming", "standing", "at", "meeting_id"])
    cards = sa.table("cards", *(sa.column(name) for name in ("meeting_id", "body", "alarming")))
    its, connection = cards.c, op.get_bind()
    rows = connection.execute(sa.select(its.meeting_id, its.body).where(its.body.contains('"alerts"'))).all()
    these = [row.meeting_id for row in rows if json.loads(row.body).get("alerts")]
    for meeting_id in these:
        connection.execute(sa.update(cards).where(its.meeting_id == meeting_id).values(alarming=True))


def downgrade() -> None:
    raise RuntimeError("a release before cannot read what this one wrote; restore a backup instead")
