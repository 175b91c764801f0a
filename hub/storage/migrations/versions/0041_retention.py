"""How long records are kept, what holds them, and what was destroyed."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "retention_periods",
        sa.Column("record_class", sa.String(20), primary_key=True),
        sa.Column("study", sa.String(200), primary_key=True),
        sa.Column("body", sa.Text(), nullable=False),
    )
    op.create_table(
        "legal_holds",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("study", sa.String(200), nullable=False),
        sa.Column("meeting_id", sa.String(200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
    )
    op.create_index("ix_legal_holds_study", "legal_holds", ["study"])
    op.create_index("ix_legal_holds_meeting_id", "legal_holds", ["meeting_id"])
    op.create_table(
        "destructions",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("meeting_id", sa.String(200), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
    )
    op.create_index("ix_destructions_meeting_id", "destructions", ["meeting_id"])


def downgrade() -> None:
    raise RuntimeError("certificates of destruction are not given up; restore a backup instead")
