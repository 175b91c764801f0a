"""Runs long work beside the requests; what a process left unfinished when it ended is taken up again."""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Self

import structlog

from hub.domain.errors import HubError, RetryableError
from hub.domain.jobs import Job, JobState
from hub.domain.people import Principal
from hub.domain.policy import Scope
from hub.ports import Clock, Jobs, JobWork

log = structlog.get_logger()
_HELD_FOR = timedelta(seconds=60)
_MOST_ATTEMPTS = 3
_LOOK_EVERY_S = 1.0


class LostError(Exception):
    """Another process holds the job by now: this one stopped too long."""


class JobRunner:
    """Takes jobs of *kinds* one after the other in *threads* threads of its own, from `start` to `stop`.

    *gone* tells of a holder whether its process has surely ended; a job of any other is taken once it is silent.
    """

    def __init__(
        self,
        jobs: Jobs,
        kinds: Mapping[str, JobWork],
        *,
        holder: str,
        clock: Clock,
        new_id: Callable[[], str],
        threads: int = 1,
        gone: Callable[[str], bool] = lambda _holder: False,
    ) -> None:
        self.jobs = jobs
        self.kinds = kinds
        self._holder = holder
        self._clock = clock
        self._new_id = new_id
        self._threads = threads
        self._gone = gone
        self._asked = threading.Event()
        self._ended = threading.Event()
        self._pool: ThreadPoolExecutor | None = None

    def submit(self, kind: str, argument: Mapping[str, object], *, by: Principal, scope: Scope) -> Job:
        """Store a job for *by* on data of *scope*, and return it at once."""
        if kind not in self.kinds:
            raise KeyError(kind)
        job = Job(
            id=self._new_id(),
            kind=kind,
            user_id=by.user.id,
            argument=argument,
            asked_at=self._clock(),
            organizations=scope.organizations,
            study=scope.study,
        )
        self.jobs.add(job)
        self._asked.set()
        return job

    def start(self) -> None:
        """Begin to take jobs."""
        self._ended.clear()
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="job")
        for _ in range(self._threads):
            self._pool.submit(self._work)

    def stop(self) -> None:
        """Take no more; what runs is finished, or taken up by another process once this one is gone."""
        self._ended.set()
        self._asked.set()
        if self._pool is not None:
            self._pool.shutdown(wait=True)
            self._pool = None

    def run_one(self) -> bool:
        """Do one job, where one waits; tell whether there was one."""
        now = self._clock()
        job = self.jobs.take(self._holder, tuple(self.kinds), now, now + _HELD_FOR)
        if job is None:
            return False
        with suppress(LostError):
            self.jobs.finish(self._done(job), self._holder)
        return True

    def _work(self) -> None:
        with suppress(HubError):  # an outage: they are taken when they have been silent for long enough
            self.jobs.free(self._gone)
        while not self._ended.is_set():
            try:
                found = self.run_one()
            except HubError as error:  # the database is away; the next look may find it
                log.warning("jobs_away", reason=str(error))
                found = False
            if not found:
                self._asked.wait(_LOOK_EVERY_S)
                self._asked.clear()

    def _done(self, job: Job) -> Job:
        if job.attempts > _MOST_ATTEMPTS:
            return self._failed(job, f"given up: the process that did it ended {_MOST_ATTEMPTS} times")
        told = _Teller(self, job)
        try:
            with told:
                result = self.kinds[job.kind](job, told)
        except LostError:
            raise
        except RetryableError as error:
            return self._failed(job, f"{error}; ask for it again")
        except HubError as error:
            return self._failed(job, str(error))
        except Exception:
            log.exception("job_broke", job=job.id, kind=job.kind)
            return self._failed(job, "it broke down; the hub's log says where")
        return replace(job, state=JobState.DONE, progress=1.0, note="", result=result, ended_at=self._clock())

    def _failed(self, job: Job, error: str) -> Job:
        return replace(job, state=JobState.FAILED, error=error, ended_at=self._clock())

    def hold(self, job: Job, progress: float, note: str) -> bool:
        """Note how far a job is, and hold it for another while."""
        return self.jobs.progress(job.id, self._holder, progress, note, self._clock() + _HELD_FOR)


class _Teller:
    """Notes progress, and holds the job while its work says nothing."""

    def __init__(self, runner: JobRunner, job: Job) -> None:
        self._runner = runner
        self._job = job
        self._last = (job.progress, job.note)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self._lost = False

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def __call__(self, progress: float, note: str) -> None:
        self._last = (min(max(progress, 0.0), 1.0), note)
        if self._lost or not self._runner.hold(self._job, *self._last):
            raise LostError(self._job.id)

    def _keep(self) -> None:
        while not self._stopped.wait(_HELD_FOR.total_seconds() / 3):
            with suppress(HubError):
                self._lost = not self._runner.hold(self._job, *self._last)
