"""The life of minutes: meetings with their scope, versions, approval, copies, distribution, uploads; full text."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0007"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEPT = ("versions", "signatures")
"""What is added to and never changed."""


def upgrade() -> None:
    _meetings()
    _approval()
    _ways_out()
    if op.get_bind().dialect.name == "sqlite":
        _sqlite()
    else:
        _postgresql()


def _meetings() -> None:
    op.create_table(
        "cards",
        sa.Column("meeting_id", sa.String(200), primary_key=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("study", sa.String(200)),
        sa.Column("unblinding", sa.Boolean(), nullable=False),
        sa.Column("series", sa.String(200)),
        sa.Column("standing", sa.String(20), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
    )
    op.create_index("cards_newest", "cards", ["at", "meeting_id"])
    op.create_index("cards_standing", "cards", ["standing", "at"])
    op.create_table(
        "card_parties",
        sa.Column("organization", sa.String(200), primary_key=True),
        sa.Column("meeting_id", sa.String(200), primary_key=True),
    )
    op.create_table(
        "findable",
        sa.Column("id", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("meeting_id", sa.String(200), nullable=False),
        sa.Column("part", sa.String(20), nullable=False),
        sa.Column("ref", sa.String(100), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
    )
    op.create_index("findable_meeting", "findable", ["meeting_id", "part"])
    for name in ("kept_transcripts", "working_drafts"):
        op.create_table(
            name,
            sa.Column("meeting_id", sa.String(200), primary_key=True),
            sa.Column("body", sa.Text(), nullable=False),
        )
    op.create_table(
        "versions",
        sa.Column("meeting_id", sa.String(200), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("body", sa.Text(), nullable=False),
    )
    op.create_table(
        "uploads",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("meeting_id", sa.String(200), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
    )
    op.create_index("ix_uploads_state", "uploads", ["state"])


def _approval() -> None:
    op.create_table(
        "reviews",
        sa.Column("meeting_id", sa.String(200), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
    )
    op.create_index("ix_reviews_state", "reviews", ["state"])
    for name in ("signatures", "remarks"):
        op.create_table(
            name,
            sa.Column("id", sa.String(64), primary_key=True),
            sa.Column("meeting_id", sa.String(200), nullable=False),
            sa.Column("version", sa.Integer(), nullable=False),
            sa.Column("body", sa.Text(), nullable=False),
        )
        op.create_index(f"{name}_version", name, ["meeting_id", "version"])
    for name in ("approval_routes", "distribution_rules"):
        op.create_table(
            name,
            sa.Column("study", sa.String(200), primary_key=True),
            sa.Column("body", sa.Text(), nullable=False),
        )


def _ways_out() -> None:
    op.create_table(
        "localized_copies",
        sa.Column("meeting_id", sa.String(200), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("locale", sa.String(20), primary_key=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
    )
    op.create_index("ix_localized_copies_state", "localized_copies", ["state"])
    op.create_table(
        "dispatches",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("meeting_id", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("next_at", sa.DateTime()),
        sa.Column("body", sa.Text(), nullable=False),
    )
    op.create_index("dispatches_version", "dispatches", ["meeting_id", "version"])
    op.create_index("dispatches_waiting", "dispatches", ["state", "next_at"])
    op.create_table(
        "board_actions",
        sa.Column("id", sa.String(300), primary_key=True),
        sa.Column("meeting_id", sa.String(200), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("due", sa.Date()),
        sa.Column("study", sa.String(200)),
        sa.Column("owner_email", sa.String(254)),
        sa.Column("body", sa.Text(), nullable=False),
    )
    op.create_index("board_actions_due", "board_actions", ["state", "due", "id"])
    op.create_index("board_actions_owner", "board_actions", ["owner_email", "due"])
    op.create_index("board_actions_meeting", "board_actions", ["meeting_id"])


def _sqlite() -> None:
    op.execute(
        "CREATE VIRTUAL TABLE findable_fts USING fts5(text, content='findable', content_rowid='id', "
        "tokenize='unicode61 remove_diacritics 0', prefix='3 4')"
    )
    put = "INSERT INTO findable_fts(rowid, text) VALUES (new.id, new.text);"
    gone = "INSERT INTO findable_fts(findable_fts, rowid, text) VALUES ('delete', old.id, old.text);"
    for name, when, steps in (("put", "INSERT", put), ("gone", "DELETE", gone), ("changed", "UPDATE", gone + put)):
        op.execute(f"CREATE TRIGGER findable_{name} AFTER {when} ON findable BEGIN {steps} END")
    for table in KEPT:
        for action in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} are never changed'); END"
            )


def _postgresql() -> None:
    op.execute("CREATE INDEX findable_words ON findable USING gin (to_tsvector('simple', text))")
    op.execute(
        "CREATE FUNCTION is_kept() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% are never changed', TG_TABLE_NAME; END $$"
    )
    for table in KEPT:
        op.execute(
            f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION is_kept()"
        )


def downgrade() -> None:
    raise RuntimeError("versions and signatures are not given up; restore a backup instead")
