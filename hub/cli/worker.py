"""`hub worker`: reads, publishes and delivers until it is told to stop."""

import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.capturing import captures
from hub.cli.copying import copies
from hub.cli.guard import FAILED, say
from hub.cli.plans import reminders

if TYPE_CHECKING:
    from hub.bootstrap import Hub
    from hub.services.sync.worker import Task

_AGAIN_S = 2.0
DUTIES = ("pull", "relay", "deliver", "again", "sweep", "capture", "copy", "remind")
_SWEEP_EVERY_S = 300.0


def worker(
    duty: Annotated[list[str] | None, typer.Option(help=f"Only this: {', '.join(DUTIES)}; may be repeated")] = None,
    drain: Annotated[float, typer.Option(help="Seconds that steps under way may take to end")] = 20.0,
) -> None:
    """Keep the systems in step. SIGTERM or Ctrl-C: begin nothing new, end what is under way, leave with 0."""
    from hub.cli.opening import opened
    from hub.domain.errors import RetryableError, UsageError
    from hub.services.sync.worker import run, tasks

    if unknown := [one for one in duty or () if one not in DUTIES]:
        raise UsageError(f"--duty {unknown[0]}: is none of {', '.join(DUTIES)}")
    hub = opened()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    while True:
        try:
            all_of = [*tasks(hub.sync), *sweeps(hub), *captures(hub), *copies(hub), *reminders(hub)]
            wanted = [task for task in all_of if not duty or task.name.partition(".")[0] in duty]
            break
        except RetryableError as error:
            say(f"{error} (in {_AGAIN_S:.0f} s)")
            if stop.wait(_AGAIN_S):
                return
    end_metrics = hub.metrics.serve(hub.settings.host, port) if (port := hub.settings.metrics_port) else None
    say(f"worker {hub.holder}: {', '.join(task.name for task in wanted)}")
    drained = run(wanted, stop, drain_s=drain)
    if end_metrics:
        end_metrics()
    hub.close()
    if not drained:
        say("a step did not end in time; what it held is begun again by the next worker")
        sys.exit(FAILED)
    say("worker ended; nothing was left half done")


def sweeps(hub: "Hub") -> "list[Task]":
    """Return a task for each meeting platform: swept every five minutes by one worker, and as soon as it calls."""
    from hub.services.sync.worker import Task

    return [Task(f"sweep.{name}", _sweeper(hub, name)) for name in hub.platforms]


def _sweeper(hub: "Hub", name: str) -> Callable[[], float]:
    due = 0.0

    def step() -> float:
        nonlocal due
        calls = hub.sync.calls.bodies(name) if name in hub.sync.called else {}
        if (calls or time.monotonic() >= due) and hub.sync.leases.take(f"sweep.{name}", _SWEEP_EVERY_S):
            if (called := hub.platforms[name].called) is not None:
                for body in calls.values():
                    called(body)
            hub.sweep(name, calls=calls.values())
            due = time.monotonic() + _SWEEP_EVERY_S
            if calls:
                hub.sync.calls.handled(list(calls))
        return 2.0

    return step
