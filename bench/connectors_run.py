"""How a line is measured: its server in one process, its reader in another, which tells what it took."""

import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import reduce
from importlib import import_module
from pathlib import Path
from typing import Any

from connectors_line import Line

from tests.connectors.peer import running

_ENOUGH_S = 3600
"""No line takes so long."""
_LOADED = ("feedparser", "lxml.html", "openpyxl", "sqlite3")
"""Libraries that connectors load when they are first needed: they are no memory of what is read."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What reading a line took."""

    objects: int
    ours_s: float
    """Processor time of the reading process."""
    waiting_s: float
    """What is left of the time on the clock, but for the time in which other processes had our processor."""
    held_mib: float
    """The most that the reading process held, less what it held before the first object."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What a line is read from."""

    yaml: str
    environment: Mapping[str, str]


def measure(line: Line, count: int) -> Measured:
    """Return what it takes to read *count* objects."""
    context = multiprocessing.get_context("spawn")
    told, ended = context.Queue(), context.Event()
    server = context.Process(target=_served, args=(line, count, told, ended))
    server.start()
    try:
        ground = _got(told, server)
        reader = context.Process(target=_measured, args=(line, count, ground, told))
        reader.start()
        found: Measured = _got(told, reader)
        reader.join()
    finally:
        ended.set()
        server.join()
    return found


@contextmanager
def grounds(line: Line, count: int) -> Iterator[Ground]:
    """Serve *count* objects, or lay them into a folder, until the block ends."""
    with tempfile.TemporaryDirectory(prefix="bench-connectors-") as name:
        folder = Path(name)
        if line.serves is not None:
            with line.serves(folder, count) as (words, secrets):
                yield Ground(reduce(lambda text, one: text.replace(*one), words.items(), str(line.yaml)), secrets)
            return
        if line.lay is not None:
            line.lay(folder, count)
        if line.peer is None:
            yield Ground(line.text(count, address="", folder=folder), line.secrets)
            return
        with running(line.peer()) as peer:
            if line.fill is not None:
                line.fill(peer, count)
            secrets = {key: value.replace("ADDRESS", peer.address) for key, value in line.secrets.items()}
            yield Ground(line.text(count, address=peer.address, folder=folder), secrets)


@contextmanager
def steps(line: Line, count: int, ground: Ground) -> Iterator[Iterator[int]]:
    """Give what reads a line, step by step; the environment holds the secrets of *ground*."""
    with tempfile.TemporaryDirectory(prefix="bench-connectors-") as folder:
        (Path(folder) / "it.yaml").write_text(ground.yaml)
        yield line.opens(Path(folder), count)


def _got(told: Any, process: Any) -> Any:
    """Return what a process tells; where it ends without a word, so do we."""
    until = time.monotonic() + _ENOUGH_S
    while time.monotonic() < until:
        if not told.empty() or not process.is_alive():
            return told.get(timeout=5)
        time.sleep(0.05)
    raise SystemExit("it takes too long")


def _served(line: Line, count: int, told: Any, ended: Any) -> None:
    with grounds(line, count) as ground:
        told.put(ground)
        ended.wait()


def _measured(line: Line, count: int, ground: Ground, told: Any) -> None:
    os.environ.update(ground.environment)
    for name in _LOADED:
        import_module(name)
    with steps(line, count, ground) as read:
        _forget_most()
        held, began, objects = _status("VmRSS"), _spent(), 0
        for length in read:
            objects += length
        ours_s, queued_s, wall_s = (after - before for after, before in zip(_spent(), began, strict=True))
        most = _status("VmHWM") - held
    told.put(Measured(objects, ours_s, max(0.0, wall_s - ours_s - queued_s), most / 1024))


def _spent() -> tuple[float, float, float]:
    """Return seconds of processor time, seconds that we stood in the queue for a processor, seconds on the clock."""
    queued_ns = 0
    with suppress(OSError):  # not every kernel tells it
        queued_ns = int(Path("/proc/self/schedstat").read_text().split()[1])
    return time.process_time(), queued_ns / 1e9, time.perf_counter()


def _forget_most() -> None:
    """Let the most memory that was held be counted from now."""
    with suppress(OSError):  # else what opening took counts too
        Path("/proc/self/clear_refs").write_text("5")


def _status(name: str) -> int:
    """Return a figure of this process in KiB."""
    [line] = [one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith(name)]
    return int(line.split()[1])
