"""The communication log in the hub's database: versions are added, each with its line of the audit trail."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from hub.domain.audit import Entry
from hub.domain.communications import COMMUNICATION, Asked, Channel, Kind, Logged, Said, message_id
from hub.domain.policy import Scope
from hub.domain.retention import RecordClass
from hub.domain.wire import dumps, loads
from hub.ports import Clock
from hub.storage import audit, bulk, departed
from hub.storage.communication_tables import cursors, log
from hub.storage.engine import reading, transaction
from hub.storage.rows import naive
from hub.storage.shelf_tables import study_destructions
from hub.storage.upsert import upsert


class SqlCommunications:
    """`CommunicationLog` on SQLite or PostgreSQL."""

    def __init__(self, engine: Engine, *, clock: Clock, new_id: Callable[[], str]) -> None:
        self._engine = engine
        self._clock = clock
        self._new_id = new_id

    def keep(self, channel: Channel, said: Sequence[Said], *, cursor: str | None = None) -> int:
        """Add versions; see `CommunicationLog.keep`."""
        with transaction(self._engine) as connection:
            new = _added(connection, channel, said, self._clock())
            if cursor is not None:
                bulk.put(connection, cursors, [{"channel": channel.key, "cursor": cursor}])
            if new:
                audit.append(connection, [self._entry(one, old) for one, old in new])
        return len(new)

    def cursor(self, channel: Channel) -> str | None:
        """Return where reading goes on; see `CommunicationLog.cursor`."""
        with reading(self._engine) as connection:
            return connection.execute(select(cursors.c.cursor).where(cursors.c.channel == channel.key)).scalar()

    def standing(self, channel: Channel, since: datetime, until: datetime) -> list[Said]:
        """Return what is not deleted; see `CommunicationLog.standing`."""
        query = select(log.c.message, log.c.body).where(
            log.c.channel == channel.key,
            log.c.message == log.c.thread,
            log.c.said_at >= naive(since),
            log.c.said_at < naive(until),
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(*_IN_ORDER)).all()
        last = {row.message: loads(Logged, row.body).said for row in rows}
        return [said for said in last.values() if said.kind is not Kind.DELETED]

    def find(self, asked: Asked, sees: Callable[[Scope], bool]) -> list[Logged]:
        """Return entries; see `CommunicationLog.find`."""
        these = [log.c.study == asked.study]
        with reading(self._engine) as connection:
            scopes = connection.execute(select(log.c.scope).where(*these).distinct()).scalars().all()
            these.append(log.c.scope.in_([one for one in scopes if sees(scope_of(one))]))
            these += [log.c[name] == value for name in ("message", "thread") if (value := getattr(asked, name))]
            if asked.channel:
                these.append(log.c.channel == asked.channel)
            if asked.text:
                these.append(log.c.text.icontains(asked.text, autoescape=True))
            if asked.before is not None:
                these.append(log.c.number < asked.before)
            query = select(log.c.number, log.c.body).where(*these).order_by(log.c.number.desc()).limit(asked.limit)
            return [_logged(row) for row in connection.execute(query)]

    def channels(self, sees: Callable[[Scope], bool]) -> list[Channel]:
        """Return the channels; see `CommunicationLog.channels`."""
        with reading(self._engine) as connection:
            rows = [(scope_of(row.scope), _logged(row).channel) for row in _last_of_each(connection)]
        return sorted((one for scope, one in rows if sees(scope)), key=lambda one: (one.study, one.name, one.key))

    def scope(self, message: str) -> Scope | None:
        """Return whose a message is; see `CommunicationLog.scope`."""
        query = select(log.c.scope).where(log.c.message == message).order_by(log.c.number).limit(1)
        with reading(self._engine) as connection:
            found = connection.execute(query).scalar() or departed.scope(connection, message)
        return scope_of(found) if found is not None else None

    def _entry(self, one: Logged, old: str | None) -> Entry:
        """Return the line of the trail: the fingerprint of what was said, so that no word of it is read there."""
        said = one.said
        told = {"sha256": one.sha256, "version": said.version, "at": said.stands_since.astimezone(UTC).isoformat()}
        return Entry(
            at=one.kept_at,
            actor=one.channel.name,
            kind=COMMUNICATION,
            record_id=one.message,
            field=said.kind,
            old=None if old is None else json.dumps({"sha256": old}),
            new=json.dumps(told, sort_keys=True),
            reason=f"captured as agreed: {one.channel.agreed}",
            agreement="",
            message_id=self._new_id(),
        )


_IN_ORDER = (log.c.message, log.c.stands_since, log.c.number)


def _added(
    connection: Connection, channel: Channel, said: Sequence[Said], now: datetime
) -> list[tuple[Logged, str | None]]:
    """Add what is not there yet; return it in its order, each with the fingerprint of the version before."""
    gone = _destroyed(connection, channel.study) if said else None
    come = {
        (message_id(channel, one.id), one.version): Logged(0, channel, one, now)
        for one in said
        if gone is None or naive(one.stands_since) >= gone
    }
    if not come:
        return []
    before = _last(connection, sorted({message for message, _ in come}))
    statement = upsert(connection, log).on_conflict_do_nothing(index_elements=["message", "version"])
    rows = [_row(one) for _, one in sorted(come.items(), key=lambda pair: pair[1].said.stands_since)]
    kept = {tuple(row) for row in connection.execute(statement.returning(log.c.message, log.c.version), rows)}
    new = list[tuple[Logged, str | None]]()
    for row in rows:
        one = come[row["message"], row["version"]]
        if (row["message"], row["version"]) in kept:
            new.append((one, before.get(one.message)))
            before[one.message] = one.sha256
    return new


def _destroyed(connection: Connection, study: str) -> datetime | None:
    """Return of before when a study's log was destroyed: what a platform tells again of then stays away."""
    table = study_destructions.c
    agreed = (table.record_class == RecordClass.COMMUNICATION, table.state.in_(("approved", "done")))
    return connection.execute(select(func.max(table.before)).where(table.study == study, *agreed)).scalar()


def _last_of_each(connection: Connection) -> Iterator[Any]:
    """Yield the newest row of each channel; the index is asked for one channel after the other, not read as a whole."""
    its, key = log.c, ""
    while found := connection.execute(select(func.min(its.channel)).where(its.channel > key)).scalar():
        key = str(found)
        newest = select(its.number, its.scope, its.body).where(its.channel == key).order_by(its.said_at.desc()).limit(1)
        yield connection.execute(newest).one()


def _last(connection: Connection, messages: list[str]) -> dict[str, str]:
    query = select(log.c.message, log.c.body).where(bulk.among(connection, log.c.message, messages))
    rows = connection.execute(query.order_by(*_IN_ORDER))
    return {row.message: loads(Logged, row.body).sha256 for row in rows}


def _row(one: Logged) -> dict[str, Any]:
    channel, said = one.channel, one.said
    scope = {
        "organizations": sorted(channel.organizations),
        "study": channel.study,
        "unblinding": channel.unblinding,
    }
    return {
        "message": one.message,
        "version": said.version,
        "thread": one.thread,
        "channel": channel.key,
        "study": channel.study,
        "scope": json.dumps(scope, ensure_ascii=False),
        "said_at": naive(said.at),
        "stands_since": naive(said.stands_since),
        "kept_at": naive(one.kept_at),
        "text": said.text,
        "body": dumps(one),
    }


def _logged(row: Any) -> Logged:
    kept = loads(Logged, row.body)
    return Logged(row.number, kept.channel, kept.said, kept.kept_at)


def scope_of(told: str) -> Scope:
    """Return the scope of a row."""
    scope = json.loads(told)
    return Scope(frozenset(scope["organizations"]), scope["study"], scope["unblinding"])
