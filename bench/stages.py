"""What each stage of a pipeline took: wall time, processor time, and the memory it peaked at."""

import contextlib
import resource
import time
from collections.abc import Iterator
from pathlib import Path

Stages = dict[str, dict[str, float]]
_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


class Watch:
    """Progress that keeps, by stage, wall seconds, seconds of processor time (all threads) and peak memory in MB.

    The kernel's peak is set back when a stage begins; where it does not allow that, a stage shows the peak so far.
    """

    def __init__(self) -> None:
        self.stages: Stages = {}

    def start(self, stage: str, total_s: float | None = None) -> None:
        """Begin a stage."""
        del total_s
        with contextlib.suppress(OSError):
            _CLEAR.write_text("5")
        self._stage, self._wall, self._cpu = stage, time.perf_counter(), time.process_time()

    def advance(self, done_s: float) -> None:
        """Nothing to do."""

    def finish(self, note: str = "") -> None:
        """End the stage; one that was there before goes on."""
        del note
        held = self.stages.setdefault(self._stage, {"wall_s": 0.0, "cpu_s": 0.0, "peak_mb": 0.0})
        held["wall_s"] += time.perf_counter() - self._wall
        held["cpu_s"] += time.process_time() - self._cpu
        held["peak_mb"] = max(held["peak_mb"], peak_mb())

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Watch what is done inside as one stage."""
        self.start(name)
        yield
        self.finish()


def peak_mb() -> float:
    """Return the resident memory this process peaked at since the peak was last set back."""
    if not _STATUS.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    line = next(row for row in _STATUS.read_text(encoding="utf-8").splitlines() if row.startswith("VmHWM"))
    return int(line.split()[1]) / 1e3


def with_rest(stages: Stages, *, wall_s: float, cpu_s: float) -> Stages:
    """Return the stages with "the rest": what the whole took and no stage did."""
    rest = {
        "wall_s": wall_s - sum(one["wall_s"] for one in stages.values()),
        "cpu_s": cpu_s - sum(one["cpu_s"] for one in stages.values()),
        "peak_mb": max(one["peak_mb"] for one in stages.values()),
    }
    return stages | {"the rest": rest}
