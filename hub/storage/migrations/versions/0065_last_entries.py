"""The last entry about a record, told by an index alone: a record may have thousands."""

from alembic import op

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("audit_record", "audit", ["record_id", "seq"])
    op.drop_index("ix_audit_record_id", "audit")


def downgrade() -> None:
    raise RuntimeError("a release before cannot read what this one wrote; restore a backup instead")
