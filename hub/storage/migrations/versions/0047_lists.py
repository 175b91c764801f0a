"""Lists are read in their order from an index, however many meetings there are."""

import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0042"
branch_labels = None
depends_on = None

_UNDATED = sa.text("(due IS NULL)")


def upgrade() -> None:
    op.drop_index("cards_standing", "cards")
    op.create_index("cards_standing", "cards", ["standing", "at", "meeting_id"])
    op.create_index("cards_study", "cards", ["study", "at", "meeting_id"])
    op.add_column("reviews", sa.Column("asked_at", sa.DateTime()))
    _tell_when_reviews_were_asked_for()
    op.drop_index("ix_reviews_state", "reviews")
    op.create_index("reviews_waiting", "reviews", ["state", "asked_at", "meeting_id", "version"])
    op.drop_index("ix_localized_copies_state", "localized_copies")
    op.create_index("localized_copies_waiting", "localized_copies", ["state", "meeting_id", "version", "locale"])
    op.create_index("dispatches_state", "dispatches", ["state", "id"])
    op.drop_index("board_actions_due", "board_actions")
    op.drop_index("board_actions_owner", "board_actions")
    op.create_index("board_actions_day", "board_actions", [_UNDATED, "due", "id"])
    op.create_index("board_actions_state", "board_actions", ["state", _UNDATED, "due", "id"])
    op.create_index("board_actions_owner", "board_actions", ["owner_email", "state", _UNDATED, "due", "id"])


def _tell_when_reviews_were_asked_for() -> None:
    reviews = sa.table(
        "reviews",
        sa.column("meeting_id", sa.String),
        sa.column("version", sa.Integer),
        sa.column("asked_at", sa.DateTime),
        sa.column("body", sa.Text),
    )
    its, connection = reviews.c, op.get_bind()
    for row in connection.execute(sa.select(its.meeting_id, its.version, its.body)).all():
        asked = datetime.fromisoformat(json.loads(row.body)["asked_at"]).astimezone(UTC).replace(tzinfo=None)
        this = (its.meeting_id == row.meeting_id, its.version == row.version)
        connection.execute(sa.update(reviews).where(*this).values(asked_at=asked))


def downgrade() -> None:
    raise RuntimeError("a release before cannot read what this one wrote; restore a backup instead")
