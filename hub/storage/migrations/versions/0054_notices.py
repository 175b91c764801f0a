"""Who was told by the communication plan: one row for each step of a clock and recipient."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("study", sa.String(200), nullable=False),
        sa.Column("meeting_id", sa.String(200), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
    )
    op.create_index("notices_study", "notices", ["study", "state"])
    op.create_index("notices_meeting", "notices", ["meeting_id"])


def downgrade() -> None:
    raise RuntimeError("who was told when is not given up; restore a backup instead")
