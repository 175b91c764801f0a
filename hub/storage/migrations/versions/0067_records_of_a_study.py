"""Records of a study are read page by page from an index, however many of other studies there are."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None

_MANY = 1000
_LONGEST = 64


def upgrade() -> None:
    op.add_column("records", sa.Column("study_id", sa.String(64)))
    records = sa.table("records", *(sa.column(one) for one in ("id", "kind", "fields", "study_id")))
    op.execute(sa.update(records).where(records.c.kind == "study").values(study_id=records.c.id))
    _fill(op.get_bind(), records)
    op.create_index("records_study", "records", ["kind", "study_id", "id"])


def _fill(connection: sa.Connection, records: sa.TableClause) -> None:
    last = ""
    known = sa.select(records.c.id, records.c.fields).where(records.c.kind != "study").order_by(records.c.id)
    named = sa.update(records).where(records.c.id == sa.bindparam("one")).values(study_id=sa.bindparam("study"))
    while rows := connection.execute(known.where(records.c.id > last).limit(_MANY)).all():
        told = [(id, json.loads(fields).get("study_id")) for id, fields in rows]
        some = [{"one": id, "study": of} for id, of in told if isinstance(of, str) and len(of) <= _LONGEST]
        if some:
            connection.execute(named, some)
        last = rows[-1].id


def downgrade() -> None:
    raise RuntimeError("a release before cannot read what this one wrote; restore a backup instead")
