"""The register of duties, incidents, releases by study, what unblinds, personal requests, review plans and reminders."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _table("register_entries", _id(), _study(indexed=True))
    _table(
        "incidents",
        _id(),
        _study(indexed=True),
        sa.Column("state", sa.String(20), nullable=False, index=True),
        sa.Column("key", sa.String(200), nullable=False, index=True),
    )
    _table("releases", _id(), _study(indexed=True))
    _table("release_rules", sa.Column("study", sa.String(200), primary_key=True))
    _table("blinding_rules", sa.Column("study", sa.String(200), primary_key=True))
    _table(
        "personal_requests",
        _id(),
        sa.Column("organization", sa.String(200), nullable=False, index=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
    )
    op.create_index("personal_requests_open", "personal_requests", ["state", "received_on"])
    _table(
        "review_plans",
        sa.Column("organization", sa.String(200), primary_key=True),
        sa.Column("kind", sa.String(40), primary_key=True),
    )
    _table("reminders", _id(), sa.Column("state", sa.String(20), nullable=False, index=True))


def _table(name: str, *columns: sa.Column) -> None:  # type: ignore[type-arg]  # of several kinds
    op.create_table(name, *columns, sa.Column("body", sa.Text(), nullable=False))


def _id() -> sa.Column[str]:
    return sa.Column("id", sa.String(64), primary_key=True)


def _study(*, indexed: bool) -> sa.Column[str]:
    return sa.Column("study", sa.String(200), nullable=False, index=indexed)


def downgrade() -> None:
    raise RuntimeError("records of oversight are not given up; restore a backup instead")
