"""A task that asks the hub for long work and waits for it without holding a worker."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from airflow.providers.http.hooks.http import HttpAsyncHook, HttpHook
from airflow.sdk import BaseHook, BaseOperator
from airflow.sdk.exceptions import AirflowException
from airflow.triggers.base import BaseTrigger, TriggerEvent

CONNECTION = "liaison_hub"
"""The Airflow connection: host and port of the hub, its API token as the password."""


class HubJobOperator(BaseOperator):
    """Posts to a route of the hub that answers 202, and defers until that job has ended; its result is the XCom.

    The `Idempotency-Key` is made of DAG, task and logical date: a run that is tried again, or cleared, meets the job
    it asked for before. A member of *form* that renders to nothing is left out. The task fails with
    the hub's own line where the job did. *fails_on* names a member of the result that must be empty, false or 0, or
    with `!` in front must not.
    """

    template_fields: Sequence[str] = ("endpoint", "form", "key")

    def __init__(
        self,
        *,
        endpoint: str,
        form: Mapping[str, Any] | None = None,
        fails_on: str | None = None,
        every_s: float = 5.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.endpoint = endpoint
        self.form = form
        self.fails_on = fails_on
        self.every_s = every_s
        self.key = "{{ dag.dag_id }}/{{ task.task_id }}/{{ logical_date or run_id }}"

    def execute(self, context: Mapping[str, Any]) -> None:
        """Ask for the job and wait for it."""
        del context
        token = BaseHook.get_connection(CONNECTION).password
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": self.key}
        hook = HttpHook(method="POST", http_conn_id=CONNECTION)
        form = {name: value for name, value in (self.form or {}).items() if value not in ("", None)}
        job = hook.run(self.endpoint, json=form if self.form is not None else None, headers=headers).json()
        self.log.info("the hub does job %s (%s)", job["id"], job["kind"])
        self.defer(trigger=HubJobTrigger(job["id"], self.every_s), method_name="ended")

    def ended(self, context: Mapping[str, Any], event: Mapping[str, Any]) -> Any:
        """Return the job's result; called when it has ended."""
        del context
        if event["state"] != "done":
            raise AirflowException(f"job {event['id']}: {event['error']}")
        result = event["result"]
        if self.fails_on is not None:
            name = self.fails_on.removeprefix("!")
            if bool(result.get(name)) != self.fails_on.startswith("!"):
                raise AirflowException(f"job {event['id']}: {name} is {result.get(name)!r}")
        return result


class HubJobTrigger(BaseTrigger):
    """Looks every few seconds whether a job of the hub has ended; a hub that is away is asked again."""

    def __init__(self, job: str, every_s: float) -> None:
        super().__init__()
        self.job = job
        self.every_s = every_s

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return what the triggerer makes it from again."""
        return "liaison.job.HubJobTrigger", {"job": self.job, "every_s": self.every_s}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Yield once, when the job has ended."""
        token = (await asyncio.to_thread(BaseHook.get_connection, CONNECTION)).password
        hook = HttpAsyncHook(method="GET", http_conn_id=CONNECTION)
        headers = {"Authorization": f"Bearer {token}"}
        while True:
            async with hook.session() as session:
                answer = await session.run(endpoint=f"api/v1/jobs/{self.job}", headers=headers)
                job = await answer.json()
            if job["state"] in ("done", "failed"):
                yield TriggerEvent({name: job[name] for name in ("id", "state", "error", "result")})
                return
            await asyncio.sleep(self.every_s)
