"""The communication log as what is kept and destroyed study by study."""

import hashlib
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, Select, delete, func, select

from hub.domain.communications import Logged
from hub.domain.wire import loads
from hub.storage import bulk, departed
from hub.storage.communication_tables import log
from hub.storage.communications import scope_of
from hub.storage.engine import reading, transaction
from hub.storage.rows import naive

_STEP = 500


class LogStack:
    """`Stack` of messages: one goes with all of its versions, once the last of them is of *before*."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def studies(self) -> list[str]:
        """Return the studies; see `Stack.studies`. The index is asked for one after the other."""
        found, after = list[str](), ""
        with reading(self._engine) as connection:
            while study := connection.execute(select(func.min(log.c.study)).where(log.c.study > after)).scalar():
                after = str(study)
                found.append(after)
        return found

    def parties(self, study: str) -> frozenset[str]:
        """Return whose it is; see `Stack.parties`."""
        query = select(log.c.scope).where(log.c.study == study).distinct()
        with reading(self._engine) as connection:
            scopes = connection.execute(query).scalars().all()
        return frozenset(name for one in scopes for name in scope_of(one).organizations)

    def oldest(self, study: str, before: datetime) -> datetime | None:
        """Return when the oldest message was last changed; see `Stack.oldest`."""
        past = _past(study, before).subquery()
        with reading(self._engine) as connection:
            found = connection.execute(select(func.min(past.c.last))).scalar()
        return found.replace(tzinfo=UTC) if found is not None else None

    def told(self, study: str, before: datetime) -> dict[str, Any]:
        """Return counts and one hash over the fingerprints that stand in the trail; see `Stack.told`."""
        past = _past(study, before).subquery()
        query = select(log.c.message, log.c.body).where(log.c.study == study, log.c.message.in_(select(past.c.message)))
        whole, messages, versions, times = hashlib.sha256(), set[str](), 0, list[datetime]()
        with reading(self._engine) as connection:
            for row in connection.execute(query.order_by(log.c.number)):
                one = loads(Logged, row.body)
                whole.update(f"{one.sha256}\n".encode())
                messages.add(row.message)
                versions += 1
                times.append(one.said.at)
        return {
            "messages": len(messages),
            "versions": versions,
            "first_said": min(times).isoformat() if times else None,
            "last_said": max(times).isoformat() if times else None,
            "sha256_of_fingerprints": whole.hexdigest(),
        }

    def remove(self, study: str, before: datetime) -> None:
        """Remove messages; see `Stack.remove`. The database refuses what is not agreed."""
        while True:
            with transaction(self._engine) as connection:
                past = list(connection.execute(_past(study, before).limit(_STEP)).scalars())
                if not past:
                    return
                scopes = select(log.c.message, log.c.scope).where(bulk.among(connection, log.c.message, past))
                gone = {row.message: {"scope": row.scope} for row in connection.execute(scopes)}
                departed.note(connection, study, gone.items())
                connection.execute(delete(log).where(bulk.among(connection, log.c.message, past)))


def _past(study: str, before: datetime) -> Select[Any]:
    """Return the messages whose every version is of *before*, each with when the last came to be."""
    last = func.max(log.c.stands_since).label("last")
    query = select(log.c.message, last).where(log.c.study == study).group_by(log.c.message)
    begun = select(log.c.message).where(log.c.study == study, log.c.said_at < naive(before))
    return query.where(log.c.message.in_(begun)).having(last < naive(before))
