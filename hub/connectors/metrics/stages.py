"""How long stages took, as a histogram that takes many equal times at once: the records of a batch have one age."""

import threading
from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate

from prometheus_client.core import HistogramMetricFamily
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

_UP_TO_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, float("inf"))
_NAMES = tuple(map(floatToGoString, _UP_TO_S))


class Stages(Collector):
    """Times by stage and system. Threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[tuple[str, str], list[int]] = {}
        self._sums: dict[tuple[str, str], float] = {}

    def took(self, stage: str, system: str, seconds: float, count: int = 1) -> None:
        """Note that *stage* took so many *seconds*, *count* times."""
        with self._lock:
            counts = self._counts.setdefault((stage, system), [0] * len(_UP_TO_S))
            counts[bisect_left(_UP_TO_S, seconds)] += count
            self._sums[stage, system] = self._sums.get((stage, system), 0.0) + seconds * count

    def collect(self) -> Iterator[HistogramMetricFamily]:
        """Return the histogram; called by the registry for each scrape."""
        told = HistogramMetricFamily("hub_stage_seconds", "Time a stage took", labels=["stage", "system"])
        with self._lock:
            for key, counts in self._counts.items():
                told.add_metric(key, list(zip(_NAMES, accumulate(counts), strict=True)), self._sums[key])
        yield told
