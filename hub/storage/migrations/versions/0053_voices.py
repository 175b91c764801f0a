"""Voices of people who agreed to be known by them."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "voice_profiles",
        sa.Column("user_id", sa.String(40), sa.ForeignKey("users.id"), primary_key=True),
        sa.Column("agreed_at", sa.DateTime(), nullable=False),
        sa.Column("agreed_by", sa.String(254), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
    )
    op.create_table(
        "voice_samples",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("user_id", sa.String(40), sa.ForeignKey("voice_profiles.user_id"), nullable=False),
        sa.Column("meeting_id", sa.String(200), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("made_by", sa.String(200), nullable=False),
        sa.Column("learned_at", sa.DateTime(), nullable=False),
        sa.UniqueConstraint("user_id", "meeting_id"),
    )


def downgrade() -> None:
    op.drop_table("voice_samples")
    op.drop_table("voice_profiles")
