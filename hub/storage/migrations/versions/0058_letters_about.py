"""Which record a letter is about, so that a newer state of it finds its letters however many there are."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

_MANY = 500
_LONGEST = 300
"""Letters of an id that a record may have; the index would not take a much longer one."""


def upgrade() -> None:
    with op.batch_alter_table("dead_letters") as table:
        table.add_column(sa.Column("about", sa.Text(), nullable=False, server_default=""))
    letters = sa.table("dead_letters", *(sa.column(name) for name in ("id", "stage", "place", "parsed", "about")))
    whole = letters.c.stage.in_(("check", "merge"))
    fits = sa.func.length(letters.c.place) <= _LONGEST
    op.execute(sa.update(letters).where(whole, fits).values(about=letters.c.place))
    _read_in_part(op.get_bind(), letters)
    op.create_index("dead_letters_about", "dead_letters", ["system", "kind", "about"])


def _read_in_part(connection: sa.Connection, letters: sa.TableClause) -> None:
    last = ""
    known = sa.select(letters.c.id, letters.c.parsed).where(letters.c.stage == "read", letters.c.parsed != "")
    while rows := connection.execute(known.where(letters.c.id > last).order_by(letters.c.id).limit(_MANY)).all():
        for one, parsed in rows:
            about = json.loads(parsed).get("external_id") or ""
            if len(about) <= _LONGEST:
                connection.execute(sa.update(letters).where(letters.c.id == one).values(about=about))
        last = rows[-1][0]


def downgrade() -> None:
    op.drop_index("dead_letters_about", "dead_letters")
    with op.batch_alter_table("dead_letters") as table:
        table.drop_column("about")
