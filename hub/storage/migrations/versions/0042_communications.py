"""The communication log: versions of messages, and where each channel is read on from."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "communication_log",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("message", sa.String(40), nullable=False),
        sa.Column("version", sa.String(100), nullable=False),
        sa.Column("thread", sa.String(40), nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("study", sa.String(200), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(), nullable=False),
        sa.Column("stands_since", sa.DateTime(), nullable=False),
        sa.Column("kept_at", sa.DateTime(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.UniqueConstraint("message", "version", name="communication_log_once"),
    )
    op.create_index("communication_log_study", "communication_log", ["study", "number"])
    op.create_index("communication_log_thread", "communication_log", ["thread", "number"])
    op.create_index("communication_log_channel", "communication_log", ["channel", "said_at"])
    op.create_table(
        "communication_cursors",
        sa.Column("channel", sa.String(40), primary_key=True),
        sa.Column("cursor", sa.Text(), nullable=False),
    )


def downgrade() -> None:
    raise RuntimeError("the communication log is not given up; restore a backup instead")
