"""Messages that were stored at once stand together in a row of the outbox."""

import sqlalchemy as sa
from alembic import op

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("messages", sa.Integer(), nullable=False, server_default="1"))
    if op.get_bind().dialect.name == "postgresql":
        # a row lives for a moment: to make it smaller takes longer than to write it
        op.execute("ALTER TABLE outbox ALTER COLUMN body SET STORAGE EXTERNAL")


def downgrade() -> None:
    raise RuntimeError("a release before cannot read what this one wrote; restore a backup instead")
