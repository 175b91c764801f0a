"""Destruction of what is of a study; the communication log lets go of what is agreed to go, and of nothing else."""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0053"
branch_labels = None
depends_on = None

_AGREED = (
    "EXISTS (SELECT 1 FROM study_destructions WHERE study = OLD.study AND record_class = 'communication' "
    "AND state = 'approved' AND OLD.stands_since < study_destructions.before)"
)
_WORDS = "the communication log is kept as it is"


def upgrade() -> None:
    op.create_table(
        "study_destructions",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("study", sa.String(200), nullable=False),
        sa.Column("record_class", sa.String(20), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("before", sa.DateTime(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
    )
    op.create_index("study_destructions_study", "study_destructions", ["study", "record_class", "state"])
    op.create_table(
        "departed",
        sa.Column("id", sa.String(100), primary_key=True),
        sa.Column("study", sa.String(200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
    )
    op.create_index("communication_log_age", "communication_log", ["study", "said_at"])
    if op.get_bind().dialect.name == "sqlite":
        _sqlite()
    else:
        _postgresql()


def _sqlite() -> None:
    for action, when in (("UPDATE", ""), ("DELETE", f"WHEN NOT {_AGREED} ")):
        op.execute(
            f"CREATE TRIGGER communication_log_no_{action.lower()} BEFORE {action} ON communication_log {when}"
            f"BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END"
        )


def _postgresql() -> None:
    op.execute(
        "CREATE FUNCTION communication_log_is_kept() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_WORDS}'; END $$"
    )
    op.execute(
        "CREATE FUNCTION communication_log_is_kept_until_agreed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF NOT {_AGREED} THEN RAISE EXCEPTION '{_WORDS}'; END IF; RETURN OLD; END $$"
    )
    op.execute(
        "CREATE TRIGGER communication_log_kept BEFORE UPDATE OR TRUNCATE ON communication_log "
        "FOR EACH STATEMENT EXECUTE FUNCTION communication_log_is_kept()"
    )
    op.execute(
        "CREATE TRIGGER communication_log_kept_until_agreed BEFORE DELETE ON communication_log "
        "FOR EACH ROW EXECUTE FUNCTION communication_log_is_kept_until_agreed()"
    )


def downgrade() -> None:
    raise RuntimeError("certificates of destruction are not given up; restore a backup instead")
