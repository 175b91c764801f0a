"""Credentials that change with each use, in the hub's database: encrypted, and renewed by one worker at a time."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cryptography.fernet import InvalidToken, MultiFernet
from sqlalchemy import Engine, select, update

from hub.domain.errors import FatalError, RetryableError
from hub.ports import Clock, Leases
from hub.storage import rows
from hub.storage.engine import reading, transaction
from hub.storage.sync_tables import tokens
from hub.storage.upsert import upsert

TURN_S = 90.0
_LOOKS = 100
_BETWEEN_S = 0.2


class SqlTokens:
    """`Tokens`."""

    def __init__(
        self, engine: Engine, leases: Leases, cipher: MultiFernet, *, clock: Clock, sleep: Callable[[float], None]
    ) -> None:
        self._engine = engine
        self._leases = leases
        self._cipher = cipher
        self._clock = clock
        self._sleep = sleep

    @contextmanager
    def turn(self, name: str, seed: str) -> Iterator["_Turn"]:
        """Wait for the turn at the credentials of a system; see `Tokens.turn`."""
        lease = f"token:{name}"
        self._wait(lease, name)
        try:
            yield self._turn(name, hashlib.sha256(seed.encode()).hexdigest())
        finally:
            self._leases.release(lease)

    def _wait(self, lease: str, name: str) -> None:
        for _ in range(_LOOKS):
            if self._leases.take(lease, TURN_S):
                return
            self._sleep(_BETWEEN_S)
        raise RetryableError(f"{name}: another worker has been renewing its token for {_LOOKS * _BETWEEN_S:.0f} s")

    def _turn(self, name: str, seed: str) -> "_Turn":
        with reading(self._engine) as connection:
            row = connection.execute(select(tokens).where(tokens.c.name == name)).first()
        if row is None or row.seed != seed:
            return _Turn(self, name, seed, row.body if row else None, None)
        try:
            return _Turn(self, name, seed, row.body, self._cipher.decrypt(row.body).decode())
        except InvalidToken as error:
            raise FatalError(
                f"{name}: what was kept of its token is encrypted under another key; give that key in HUB_TOKEN_KEYS, "
                "or sign in again and give the new refresh token"
            ) from error

    def store(self, name: str, seed: str, credentials: str, former: bytes | None) -> bytes:
        """Put *credentials* in the place of the *former* row; returns them as stored. RetryableError as `Turn.keep`."""
        body = self._cipher.encrypt(credentials.encode())
        values = {"seed": seed, "body": body, "at": rows.naive(self._clock())}
        with transaction(self._engine) as connection:
            if former is None:
                statement = upsert(connection, tokens).values(name=name, **values).on_conflict_do_nothing()
            else:
                statement = update(tokens).where(tokens.c.name == name, tokens.c.body == former).values(**values)
            if not connection.execute(statement.returning(tokens.c.name)).first():
                raise RetryableError(f"{name}: another worker has renewed its token meanwhile; that one is taken")
        return body


class _Turn:
    def __init__(self, store: SqlTokens, name: str, seed: str, former: bytes | None, kept: str | None) -> None:
        self._store = store
        self._name = name
        self._seed = seed
        self._former = former
        self.kept = kept

    def keep(self, credentials: str) -> None:
        """Keep *credentials*; see `Turn.keep`."""
        self._former = self._store.store(self._name, self._seed, credentials, self._former)
        self.kept = credentials
