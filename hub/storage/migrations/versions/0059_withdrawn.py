"""Whether the recording of a meeting was deleted on the platform that it came from, so that a list of those is short."""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cards", sa.Column("withdrawn", sa.String(20), nullable=False, server_default=""))
    op.create_index("cards_withdrawn", "cards", ["withdrawn", "at", "meeting_id"])


def downgrade() -> None:
    raise RuntimeError("a release before cannot read what this one wrote; restore a backup instead")
