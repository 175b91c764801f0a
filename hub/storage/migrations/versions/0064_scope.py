"""Whose a meeting is, told by an index alone: lists of what waits ask it of each thing, and most may be others'."""

from alembic import op

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("cards_scope", "cards", ["meeting_id", "unblinding", "study"])


def downgrade() -> None:
    raise RuntimeError("a release before cannot read what this one wrote; restore a backup instead")
