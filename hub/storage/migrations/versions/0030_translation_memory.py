"""Segments that a liaison approved, and the terms agreed for a study."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name, further in (("approved_segments", _approval()), ("glossary_terms", [sa.Column("note", sa.Text(), nullable=False)])):
        op.create_table(
            name,
            sa.Column("key", sa.String(64), primary_key=True),
            sa.Column("study", sa.String(200), nullable=False),
            sa.Column("source_locale", sa.String(20), nullable=False),
            sa.Column("target_locale", sa.String(20), nullable=False),
            sa.Column("source", sa.Text(), nullable=False),
            sa.Column("target", sa.Text(), nullable=False),
            *further,
        )
        op.create_index(f"{name}_pair", name, ["target_locale", "source_locale", "study"])


def _approval() -> list[sa.Column[Any]]:
    return [
        sa.Column("place", sa.String(300), nullable=False),
        sa.Column("approved_by", sa.String(200), nullable=False),
        sa.Column("approved_at", sa.DateTime(), nullable=False),
    ]


def downgrade() -> None:
    op.drop_table("glossary_terms")
    op.drop_table("approved_segments")
