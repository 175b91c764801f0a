"""Natural keys of more than 300 letters, which SQLite took, are kept as the sync now shortens them."""

import hashlib
import json
import re

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0061"
branch_labels = None
depends_on = None

_LONGEST = 300
_ID = re.compile("[0-9a-f]{32}")


def upgrade() -> None:
    connection = op.get_bind()
    keys = sa.table("natural_keys", *(sa.column(name) for name in ("kind", "key", "record_id")))
    long = sa.select(keys.c.kind, keys.c.key).where(sa.func.length(keys.c.key) > _LONGEST)
    for kind, key in connection.execute(long).all():
        one = sa.and_(keys.c.kind == kind, keys.c.key == key)
        connection.execute(sa.update(keys).where(one).values(key=_shortened(connection, key)))


def _shortened(connection: sa.Connection, key: str) -> str:
    """Return the key with its references as they are; ids of records are nothing else."""
    values = json.loads(key)
    kept = [value for value in values if isinstance(value, str) and _ID.fullmatch(value) and _known(connection, value)]
    rest = _written([value for value in values if value not in kept])
    return _written([*kept, f"sha256:{hashlib.sha256(rest.encode()).hexdigest()}"])


def _written(values: list[object]) -> str:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def _known(connection: sa.Connection, id: str) -> bool:
    records = sa.table("records", sa.column("id"))
    return connection.execute(sa.select(records.c.id).where(records.c.id == id)).first() is not None


def downgrade() -> None:
    """Nothing: a key that is a hash leads nowhere in the release before, which knew long ones on SQLite only."""
