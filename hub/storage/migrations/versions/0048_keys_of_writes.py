"""A write under way is found by its idempotency key; nobody looks deliveries up by their record."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("deliveries_record", "deliveries")
    op.add_column("writes", sa.Column("key", sa.String(64), nullable=False, server_default=""))
    writes = sa.table("writes", *(sa.column(name, sa.String) for name in ("system", "record_id", "body", "key")))
    its, connection = writes.c, op.get_bind()
    for row in connection.execute(sa.select(its.system, its.record_id, its.body)).all():
        this = (its.system == row.system, its.record_id == row.record_id)
        connection.execute(sa.update(writes).where(*this).values(key=json.loads(row.body)["key"]))


def downgrade() -> None:
    raise RuntimeError("a release before cannot read what this one wrote; restore a backup instead")
