"""Progress on stderr: a bar with the time left on a terminal, a line for each stage elsewhere."""

import sys
import time
from typing import TYPE_CHECKING

from hub.ports import Progress

if TYPE_CHECKING:
    from rich.progress import TaskID

_TITLES = {
    "decode": "Decoding the recording",
    "recognize": "Hearing the words",
    "diarize": "Telling voices apart",
    "extract": "Finding what was agreed",
    "render": "Writing the documents",
}


def stderr_progress() -> Progress:
    """Return the progress for this process's stderr."""
    return _Bar() if sys.stderr.isatty() else _Lines()


class Silent:
    """Progress that nobody watches."""

    def start(self, stage: str, total_s: float | None = None) -> None:
        """Say nothing."""

    def advance(self, done_s: float) -> None:
        """Say nothing."""

    def finish(self, note: str = "") -> None:
        """Say nothing."""


class _Lines:
    """One line when a stage ends, and one each half minute with the time left while it runs."""

    def __init__(self) -> None:
        self._stage = ""
        self._total_s: float | None = None
        self._began = self._said = 0.0

    def start(self, stage: str, total_s: float | None = None) -> None:
        self._stage, self._total_s = stage, total_s
        self._began = self._said = time.monotonic()

    def advance(self, done_s: float) -> None:
        now = time.monotonic()
        if not self._total_s or done_s <= 0 or now - self._said < 30:
            return
        self._said = now
        left = (now - self._began) * (self._total_s - done_s) / done_s
        _write(f"{_TITLES.get(self._stage, self._stage)}: {done_s / self._total_s:.0%}, {_clock(left)} left")

    def finish(self, note: str = "") -> None:
        took = time.monotonic() - self._began
        _write(f"{_TITLES.get(self._stage, self._stage)}: {note or 'done'} ({took:.1f} s)")


class _Bar:
    """A rich progress bar a stage."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.description:<26}"),
            BarColumn(bar_width=30),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}"),
        )
        self._bar = Progress(*columns, console=Console(stderr=True))
        self._task: TaskID | None = None

    def start(self, stage: str, total_s: float | None = None) -> None:
        self._bar.start()
        self._task = self._bar.add_task(_TITLES.get(stage, stage), total=total_s or None, note="")

    def advance(self, done_s: float) -> None:
        if self._task is not None:
            self._bar.update(self._task, completed=done_s)

    def finish(self, note: str = "") -> None:
        if self._task is not None:
            task = self._bar.tasks[self._task]
            total = task.total or 1.0
            self._bar.update(self._task, total=total, completed=total, note=note)
        self._bar.stop()


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds + 0.5), 60)
    return f"{minutes}:{rest:02d}"


def _write(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
