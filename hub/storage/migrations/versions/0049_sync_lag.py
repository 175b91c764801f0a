"""Who writes to a system waits while it is read; how many messages are still to be delivered to each."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("gates", sa.Column("held_until", sa.DateTime()))
    op.create_table(
        "lags",
        sa.Column("system", sa.String(100), primary_key=True),
        sa.Column("partition", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("behind", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
    )


def downgrade() -> None:
    raise RuntimeError("a release before cannot read what this one wrote; restore a backup instead")
