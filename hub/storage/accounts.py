"""Accounts and grants in the hub's database."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Engine, bindparam, func, insert, select, update

from hub.domain.accounts import Account, Held
from hub.domain.audit import Entry
from hub.domain.errors import MissingError, StaleError, StandingError
from hub.storage import account_rows as rows
from hub.storage.account_tables import grants, users
from hub.storage.audit import append
from hub.storage.engine import reading, together, transaction
from hub.storage.upsert import upsert

_ALONE = 4_715_301
_ONE = select(users).where(users.c.id == bindparam("id"))
_HELD = (
    select(grants)
    .where(grants.c.user_id == bindparam("user_id"), grants.c.revoked_at.is_(None))
    .order_by(grants.c.given_at, grants.c.id)
)
"""Asked with each request: put together once."""
_WHOSE = select(users.c.id, users.c.organization).where(users.c.id.in_(bindparam("ids", expanding=True)))


class SqlAccounts:
    """`Accounts` on SQLite or PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def account(self, id: str) -> Account:
        """Return an account; see `Accounts.account`."""
        with reading(self._engine) as connection:
            row = connection.execute(_ONE, {"id": id}).first()
        if row is None:
            raise MissingError(f"user {id}: there is none")
        return rows.account(row)

    def named(self, *, email: str | None = None, subject: str | None = None) -> Account | None:
        """Return an account by address or subject; see `Accounts.named`."""
        asked = users.c.subject == subject if subject is not None else users.c.email == (email or "").strip().lower()
        with reading(self._engine) as connection:
            row = connection.execute(select(users).where(asked)).first()
        return rows.account(row) if row is not None else None

    def accounts(self, *, after: str = "", limit: int = 100) -> list[Account]:
        """Return accounts by address; see `Accounts.accounts`."""
        query = select(users).where(users.c.email > after).order_by(users.c.email).limit(limit)
        with reading(self._engine) as connection:
            return [rows.account(row) for row in connection.execute(query)]

    def add(self, account: Account, *, audit: Sequence[Entry]) -> None:
        """Store a new account; see `Accounts.add`."""
        with transaction(self._engine) as connection:
            made = upsert(connection, users).values(rows.account_row(account))
            made = made.on_conflict_do_nothing(index_elements=["email"]).returning(users.c.id)
            if connection.execute(made).first() is None:
                raise StandingError(f"{account.user.email}: has an account already")
            append(connection, audit)

    def change(self, account: Account, *, audit: Sequence[Entry]) -> Account:
        """Store what changed of an account; see `Accounts.change`."""
        after = replace(account, version=account.version + 1)
        these = (users.c.id == account.user.id, users.c.version == account.version)
        with transaction(self._engine) as connection:
            if connection.execute(update(users).where(*these).values(rows.account_row(after))).rowcount != 1:
                raise StaleError(f"{account.user.email}: the account was changed meanwhile; read it again")
            append(connection, audit)
        return after

    def held(self, user_id: str) -> list[Held]:
        """Return the grants of a user; see `Accounts.held`."""
        with reading(self._engine) as connection:
            return [rows.held(row) for row in connection.execute(_HELD, {"user_id": user_id})]

    def organizations(self, ids: Sequence[str]) -> Mapping[str, str]:
        """Return whose people are; see `Accounts.organizations`."""
        if not ids:
            return {}
        with reading(self._engine) as connection:
            found = connection.execute(_WHOSE, {"ids": list(ids)})
            return {row.id: row.organization for row in found}

    def give(self, held: Held, *, audit: Sequence[Entry]) -> None:
        """Store a grant; see `Accounts.give`."""
        with transaction(self._engine) as connection:
            connection.execute(insert(grants).values(rows.held_row(held)))
            append(connection, audit)

    def revoke(self, id: str, at: datetime, *, audit: Sequence[Entry]) -> None:
        """End a grant; see `Accounts.revoke`."""
        these = (grants.c.id == id, grants.c.revoked_at.is_(None))
        with transaction(self._engine) as connection:
            if connection.execute(update(grants).where(*these).values(revoked_at=rows.stored(at))).rowcount != 1:
                raise MissingError(f"grant {id}: there is none in force")
            append(connection, audit)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold one transaction for everything; see `Accounts.alone`."""
        with together(self._engine) as connection:  # SQLite has one writer at a time as it is
            if connection.dialect.name == "postgresql":
                connection.execute(select(func.pg_advisory_xact_lock(_ALONE)))
            yield

    def note(self, audit: Sequence[Entry]) -> None:
        """Append to the audit trail; see `Accounts.note`."""
        with transaction(self._engine) as connection:
            append(connection, audit)
