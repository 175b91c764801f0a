"""Meetings, transcripts, minutes and the results of stages."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "meetings",
        sa.Column("id", sa.String(200), primary_key=True),
        sa.Column("title", sa.Text),
        sa.Column("started_at", sa.String(40)),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("stored_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "transcripts",
        sa.Column("meeting_id", sa.String(200), sa.ForeignKey("meetings.id"), primary_key=True),
        sa.Column("recording_sha256", sa.String(64)),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("stored_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "minutes",
        sa.Column("meeting_id", sa.String(200), sa.ForeignKey("meetings.id"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("stored_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "stage_results",
        sa.Column("recording_sha256", sa.String(64), primary_key=True),
        sa.Column("stage", sa.String(40), primary_key=True),
        sa.Column("fingerprint", sa.String(200), primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("stored_at", sa.DateTime, nullable=False),
    )


def downgrade() -> None:
    for table in ("stage_results", "minutes", "transcripts", "meetings"):
        op.drop_table(table)
