"""Sessions and API tokens in the hub's database."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine, bindparam, insert, or_, select, update

from hub.domain.accounts import ApiToken, Session
from hub.domain.audit import Entry
from hub.domain.errors import MissingError
from hub.storage import account_rows as rows
from hub.storage.account_tables import api_tokens, sessions
from hub.storage.audit import append
from hub.storage.engine import reading, transaction

_ONE = select(sessions).where(sessions.c.id == bindparam("id"), sessions.c.ended_at.is_(None))
"""Asked with each request: put together once."""


class SqlSessions:
    """`Sessions` on SQLite or PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def open(self, session: Session, *, audit: Sequence[Entry]) -> None:
        """Store a session; see `Sessions.open`."""
        with transaction(self._engine) as connection:
            connection.execute(insert(sessions).values(rows.session_row(session)))
            append(connection, audit)

    def session(self, id: str) -> Session | None:
        """Return a session; see `Sessions.session`."""
        with reading(self._engine) as connection:
            row = connection.execute(_ONE, {"id": id}).first()
        return rows.session(row) if row is not None else None

    def sessions(self, user_id: str) -> list[Session]:
        """Return the sessions of a user; see `Sessions.sessions`."""
        query = select(sessions).where(sessions.c.user_id == user_id, sessions.c.ended_at.is_(None))
        with reading(self._engine) as connection:
            return [rows.session(row) for row in connection.execute(query.order_by(sessions.c.began_at.desc()))]

    def all(self, user_id: str) -> list[Session]:
        """Return every session of a user; see `Sessions.all`."""
        query = select(sessions).where(sessions.c.user_id == user_id).order_by(sessions.c.began_at.desc())
        with reading(self._engine) as connection:
            return [rows.session(row) for row in connection.execute(query)]

    def forget(self, user_id: str, *, audit: Sequence[Entry]) -> int:
        """Erase from where a user came; see `Sessions.forget`."""
        told = or_(sessions.c.agent != "", sessions.c.address != "")
        these = (sessions.c.user_id == user_id, sessions.c.ended_at.is_not(None), told)
        with transaction(self._engine) as connection:
            count = int(connection.execute(update(sessions).where(*these).values(agent="", address="")).rowcount)
            if count:
                append(connection, audit)
        return count

    def seen(self, id: str, at: datetime, *, proved: bool = False) -> None:
        """Note that a session was used; see `Sessions.seen`."""
        values = {"seen_at": rows.stored(at)} | ({"proved_at": rows.stored(at)} if proved else {})
        with transaction(self._engine) as connection:
            connection.execute(update(sessions).where(sessions.c.id == id).values(values))

    def spend(self, id: str, proved_at: datetime) -> bool:
        """Take back a proof; see `Sessions.spend`."""
        these = (sessions.c.id == id, sessions.c.proved_at == rows.stored(proved_at))
        with transaction(self._engine) as connection:
            done = connection.execute(update(sessions).where(*these).values(proved_at=sessions.c.began_at))
            return bool(done.rowcount == 1)

    def end(self, ids: Sequence[str], at: datetime, *, audit: Sequence[Entry]) -> None:
        """End sessions; see `Sessions.end`."""
        these = (sessions.c.id.in_(list(ids)), sessions.c.ended_at.is_(None))
        with transaction(self._engine) as connection:
            connection.execute(update(sessions).where(*these).values(ended_at=rows.stored(at)))
            append(connection, audit)


class SqlApiTokens:
    """`ApiTokens` on SQLite or PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, token: ApiToken, *, audit: Sequence[Entry]) -> None:
        """Store a token; see `ApiTokens.add`."""
        with transaction(self._engine) as connection:
            connection.execute(insert(api_tokens).values(rows.token_row(token)))
            append(connection, audit)

    def token(self, hash: str) -> ApiToken | None:
        """Return a token by the hash of its secret; see `ApiTokens.token`."""
        with reading(self._engine) as connection:
            row = connection.execute(select(api_tokens).where(api_tokens.c.hash == hash)).first()
        return rows.token(row) if row is not None else None

    def tokens(self, user_id: str) -> list[ApiToken]:
        """Return the tokens of a user; see `ApiTokens.tokens`."""
        query = select(api_tokens).where(api_tokens.c.user_id == user_id)
        with reading(self._engine) as connection:
            found = connection.execute(query.order_by(api_tokens.c.made_at.desc(), api_tokens.c.id))
            return [rows.token(row) for row in found]

    def used(self, id: str, at: datetime) -> None:
        """Note that a token was used; see `ApiTokens.used`."""
        with transaction(self._engine) as connection:
            connection.execute(update(api_tokens).where(api_tokens.c.id == id).values(used_at=rows.stored(at)))

    def revoke(self, id: str, at: datetime, *, audit: Sequence[Entry]) -> None:
        """End a token; see `ApiTokens.revoke`."""
        these = (api_tokens.c.id == id, api_tokens.c.revoked_at.is_(None))
        with transaction(self._engine) as connection:
            if connection.execute(update(api_tokens).where(*these).values(revoked_at=rows.stored(at))).rowcount != 1:
                raise MissingError(f"token {id}: there is none in force")
            append(connection, audit)
