"""Long work that was asked for and is watched."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of long work. *argument* and *result* are JSON objects; *progress* goes from 0 to 1."""

    id: str
    kind: str
    user_id: str
    argument: Mapping[str, Any]
    asked_at: datetime
    state: JobState = JobState.QUEUED
    organizations: frozenset[str] = frozenset()
    """Whose data it works on; who may see those may watch it."""
    study: str | None = None
    progress: float = 0.0
    note: str = ""
    """The stage it is at, in a few words."""
    result: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    attempts: int = 0
    began_at: datetime | None = None
    ended_at: datetime | None = None
