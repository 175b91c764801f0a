"""Training, certified copies, and the destruction of minutes and of receipts once two people have agreed to it."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0047"
branch_labels = None
depends_on = None

KEPT = ("versions", "signatures")
"""What is added to, never changed, and deleted only with the minutes whose destruction stands approved."""
_AGREED = (
    "EXISTS (SELECT 1 FROM destructions WHERE meeting_id = OLD.meeting_id "
    "AND record_class = 'minutes' AND state = 'approved')"
)


def upgrade() -> None:
    op.create_table(
        "qualifications",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
    )
    op.create_index("ix_qualifications_user_id", "qualifications", ["user_id"])
    op.create_table(
        "curricula",
        sa.Column("study", sa.String(200), primary_key=True),
        sa.Column("body", sa.Text(), nullable=False),
    )
    op.create_table(
        "certified_copies",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("meeting_id", sa.String(200), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
    )
    op.create_index("ix_certified_copies_meeting_id", "certified_copies", ["meeting_id"])
    op.create_index("ix_certified_copies_sha256", "certified_copies", ["sha256"])
    _destructions()
    if op.get_bind().dialect.name == "sqlite":
        _sqlite()
    else:
        _postgresql()


def _destructions() -> None:
    op.add_column("destructions", sa.Column("record_class", sa.String(20), nullable=False, server_default=""))
    op.create_index("ix_destructions_state", "destructions", ["state"])
    table = sa.table("destructions", sa.column("id"), sa.column("body"), sa.column("record_class"))
    connection = op.get_bind()
    for row in connection.execute(sa.select(table.c.id, table.c.body)).all():
        named = table.update().where(table.c.id == row.id)
        connection.execute(named.values(record_class=json.loads(row.body)["record_class"]))


def _sqlite() -> None:
    for table in KEPT:
        op.execute(f"DROP TRIGGER {table}_no_delete")
        op.execute(
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} WHEN NOT {_AGREED} "
            f"BEGIN SELECT RAISE(ABORT, '{table} are never changed'); END"
        )


def _postgresql() -> None:
    op.execute(
        "CREATE FUNCTION is_kept_until_agreed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF NOT {_AGREED} THEN RAISE EXCEPTION '% are never changed', TG_TABLE_NAME; END IF; RETURN OLD; END $$"
    )
    for table in KEPT:
        op.execute(f"DROP TRIGGER {table}_kept ON {table}")
        op.execute(
            f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION is_kept()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_kept_until_agreed BEFORE DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION is_kept_until_agreed()"
        )


def downgrade() -> None:
    raise RuntimeError("records of training and certificates are not given up; restore a backup instead")
