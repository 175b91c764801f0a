"""Actions are found by the name of their owner."""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("board_actions", sa.Column("owner", sa.Text()))
    told = "json_extract(body, '$.owner')" if op.get_bind().dialect.name == "sqlite" else "body::json ->> 'owner'"
    op.execute(f"UPDATE board_actions SET owner = {told}")  # noqa: S608 - of two constants
    undated = sa.text("(due IS NULL)")
    op.create_index("board_actions_named", "board_actions", ["owner", "state", undated, "due", "id"])


def downgrade() -> None:
    op.drop_index("board_actions_named", "board_actions")
    op.drop_column("board_actions", "owner")
