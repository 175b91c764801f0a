"""Jobs in the hub's database, and the answers to requests that may come twice."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, and_, delete, insert, or_, select, update

from hub.domain.errors import HubError, MissingError, StandingError, UsageError
from hub.domain.jobs import Job, JobState
from hub.storage import account_rows as rows
from hub.storage.account_tables import idempotency_keys as answers
from hub.storage.account_tables import jobs
from hub.storage.engine import reading, together, transaction
from hub.storage.rows import naive, text
from hub.storage.upsert import upsert


class SqlJobs:
    """`Jobs` on SQLite or PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, job: Job) -> None:
        """Store a job; see `Jobs.add`."""
        with transaction(self._engine) as connection:
            connection.execute(insert(jobs).values(rows.job_row(job)))

    def job(self, id: str) -> Job:
        """Return a job; see `Jobs.job`."""
        with reading(self._engine) as connection:
            row = connection.execute(select(jobs).where(jobs.c.id == id)).first()
        if row is None:
            raise MissingError(f"job {id}: there is none")
        return rows.job(row)

    def jobs(
        self,
        user_id: str | None,
        *,
        kinds: Sequence[str] = (),
        before: tuple[datetime, str] | None = None,
        limit: int = 100,
    ) -> list[Job]:
        """Return jobs; see `Jobs.jobs`."""
        query = select(jobs).order_by(jobs.c.asked_at.desc(), jobs.c.id.desc()).limit(limit)
        if user_id is not None:
            query = query.where(jobs.c.user_id == user_id)
        if kinds:
            query = query.where(jobs.c.kind.in_(list(kinds)))
        if before is not None:
            at = naive(before[0])
            query = query.where(or_(jobs.c.asked_at < at, and_(jobs.c.asked_at == at, jobs.c.id < before[1])))
        with reading(self._engine) as connection:
            return [rows.job(row) for row in connection.execute(query)]

    def take(self, holder: str, kinds: Sequence[str], now: datetime, until: datetime) -> Job | None:
        """Take a job; see `Jobs.take`."""
        lost = and_(jobs.c.state == str(JobState.RUNNING), jobs.c.held_until < naive(now))
        free = and_(jobs.c.kind.in_(list(kinds)), or_(jobs.c.state == str(JobState.QUEUED), lost))
        with reading(self._engine) as connection:  # mostly there is none, and nobody has to wait for that
            if connection.execute(select(jobs.c.id).where(free).limit(1)).first() is None:
                return None
        with transaction(self._engine) as connection:
            oldest = select(jobs).where(free).order_by(jobs.c.asked_at, jobs.c.id).limit(1)
            row = connection.execute(oldest.with_for_update(skip_locked=True)).first()
            if row is None:
                return None
            values = {"state": str(JobState.RUNNING), "holder": holder, "held_until": naive(until)}
            values |= {"attempts": row.attempts + 1, "began_at": row.began_at or naive(now)}
            connection.execute(update(jobs).where(jobs.c.id == row.id).values(values))
        return self.job(row.id)

    def free(self, gone: Callable[[str], bool]) -> int:
        """Let go of what dead processes held; see `Jobs.free`."""
        running = jobs.c.state == str(JobState.RUNNING)
        with transaction(self._engine) as connection:
            holders = connection.execute(select(jobs.c.holder).where(running).distinct()).scalars()
            dead = [holder for holder in holders if holder is not None and gone(holder)]
            these = (running, jobs.c.holder.in_(dead))
            freed = {"state": str(JobState.QUEUED), "holder": None, "held_until": None}
            return int(connection.execute(update(jobs).where(*these).values(freed)).rowcount)

    def progress(self, id: str, holder: str, progress: float, note: str, until: datetime) -> bool:
        """Note how far a job is; see `Jobs.progress`."""
        return self._held(id, holder, {"progress": progress, "note": note, "held_until": naive(until)})

    def finish(self, job: Job, holder: str) -> bool:
        """Store the end of a job; see `Jobs.finish`."""
        return self._held(job.id, holder, rows.job_row(job) | {"holder": None, "held_until": None})

    def _held(self, id: str, holder: str, values: Mapping[str, Any]) -> bool:
        these = (jobs.c.id == id, jobs.c.holder == holder, jobs.c.state == str(JobState.RUNNING))
        with transaction(self._engine) as connection:
            return connection.execute(update(jobs).where(*these).values(dict(values))).rowcount == 1


class SqlAnswers:
    """`Answers` on SQLite or PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def once(
        self, user_id: str, key: str, request: str, at: datetime, make: Callable[[], Mapping[str, Any]]
    ) -> Mapping[str, Any]:
        """Return what was answered, or make and keep it; see `Answers.once`."""
        row = {"user_id": user_id, "key": key, "request": request, "answer": None, "at": naive(at)}
        these = _of(user_id, key)
        with together(self._engine) as connection:
            # taken first: whoever comes with the same key waits here until this transaction ends
            taken = upsert(connection, answers).values(row).on_conflict_do_nothing().returning(answers.c.key)
            if connection.execute(taken).first() is None:
                known = connection.execute(select(answers).where(*these)).one()
                return _known(known.request, known.answer, request)
            try:
                answer = make()
            except HubError as error:
                connection.execute(delete(answers).where(*these))
                failed: HubError | None = error
            else:
                connection.execute(update(answers).where(*these).values(answer=text(dict(answer))))
                failed = None
        if failed is not None:  # after the commit: refusals that were noted stay noted
            raise failed
        return answer

    def forget(self, before: datetime) -> int:
        """Remove old answers; see `Answers.forget`."""
        with transaction(self._engine) as connection:
            return int(connection.execute(delete(answers).where(answers.c.at < naive(before))).rowcount)


def _known(asked: str, answer: str | None, request: str) -> Mapping[str, Any]:
    if asked != request:
        raise UsageError("Idempotency-Key: was used for another request; give each request a key of its own")
    if answer is None:  # of an earlier release, whose process ended in between
        raise StandingError("Idempotency-Key: its first request was cut off; look whether it was done, take a new key")
    return dict(json.loads(answer))


def _of(user_id: str, key: str) -> tuple[Any, Any]:
    return answers.c.user_id == user_id, answers.c.key == key
