"""Records that were merged, the merges and splits that people made, and the candidates for one."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("records", sa.Column("merged_into", sa.String(length=64), nullable=True))
    merged = sa.text("merged_into IS NOT NULL")
    op.create_index(
        "records_merged", "records", ["id", "merged_into"], sqlite_where=merged, postgresql_where=merged
    )
    op.create_index("natural_keys_record", "natural_keys", ["record_id"])
    op.create_table(
        "identity_turns",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            primary_key=True,
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("id", sa.String(length=64), nullable=False, unique=True),
        sa.Column("kept", sa.String(length=64), nullable=False),
        sa.Column("other", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
    )
    op.create_index("identity_turns_kept", "identity_turns", ["kept"])
    op.create_index("identity_turns_other", "identity_turns", ["other"])
    op.create_table(
        "identity_candidates",
        sa.Column("id", sa.String(length=64), primary_key=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
    )
    op.create_index("identity_candidates_state", "identity_candidates", ["state", "at"])


def downgrade() -> None:
    op.drop_table("identity_candidates")
    op.drop_table("identity_turns")
    op.drop_index("natural_keys_record", "natural_keys")
    op.drop_index("records_merged", "records")
    with op.batch_alter_table("records") as records:
        records.drop_column("merged_into")
