"""What a worker does for documents that are copied from time to time."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from hub.cli.capturing import now_and_then

if TYPE_CHECKING:
    from hub.bootstrap import Hub
    from hub.services.sync.worker import Task


def copies(hub: "Hub") -> "list[Task]":
    """Return a task for each file of HUB_HOME/copies, done by one worker; what is refused is tried by the next run."""
    from hub.services.sync.worker import Task

    return [Task(f"copy.{name}", _copier(hub, name)) for name in hub.copies]


def _copier(hub: "Hub", name: str) -> Callable[[], float]:
    import structlog

    log = structlog.get_logger()

    def copied() -> bool:
        done = hub.copy_documents(name)
        if done.filed or done.refused:
            log.info("documents_copied", copy=name, filed=done.filed, refused=done.refused)
        return False

    return now_and_then(hub, f"copy.{name}", hub.copies[name].every_s, copied)
