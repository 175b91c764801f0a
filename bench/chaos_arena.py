"""Everything that the crash test can end, and the ending of it."""

import contextlib
import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SERVICES = ROOT / "scripts" / "services"
BROKERS = ("broker1", "broker2", "broker3")
ACTS = {
    "worker": 10,
    "broker": 4,
    "postgres": 2,
    "cut": 4,
    "still": 2,
    "clock": 4,
    "full": 2,
    "producer": 2,
    "bus": 1,
}
"""What is done, and how often in comparison. *bus*: all brokers at once."""
_TRIES = 5
"""So often a broker is started before the run is given up."""
_MOVED_S = (-86_400.0, -3600.0, -20.0, 20.0, 3600.0, 86_400.0)


@dataclass(slots=True)
class Arena:
    """Everything that can be ended."""

    services: Path
    environment: dict[str, str]
    folder: Path
    cut: Callable[[], None]
    """Ends every connection to the database."""
    producing: tuple[str, ...] = ()
    """Options of the producer."""
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    producer: subprocess.Popen[bytes] | None = None
    disk: Path | None = None
    """What the database writes to, where it may be filled."""
    down: dict[str, float] = field(default_factory=dict)
    """Service that is down to when it comes up again."""
    kills: Counter[str] = field(default_factory=Counter)

    def start_worker(self, number: int, *, moved_s: float = 0.0) -> subprocess.Popen[bytes]:
        """Start a worker whose clock is wrong by *moved_s*; its log goes on in the same file."""
        hub = [Path(sys.executable).with_name("hub"), "worker"]
        moved = [sys.executable, Path(__file__).with_name("moved_worker.py"), str(moved_s)]
        return self._started(moved if moved_s else hub, f"worker-{number}")

    def start_producer(self) -> subprocess.Popen[bytes]:
        """Start the users of the CRO's system."""
        words = [sys.executable, Path(__file__).with_name("chaos_producer.py"), self.folder, *self.producing]
        return self._started(words, "producer")

    def _started(self, words: list[Any], name: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(words, env=self.environment, stdout=log, stderr=log, cwd=self.folder)

    def command(self, *words: str) -> None:
        """Do something to the services."""
        subprocess.run([SERVICES, *words], check=True, stdout=subprocess.DEVNULL)


def harm(
    arena: Arena, chance: random.Random, *, kills: int, due: Callable[[int], bool], say: Callable[[str], Any]
) -> None:
    """End *kills* things one after the other, each once it is *due*."""
    for number in range(kills):
        time.sleep(chance.uniform(0.2, 1.2))
        _revive(arena)
        while not due(number):
            time.sleep(0.2)
            _revive(arena)
        act = chance.choices(tuple(ACTS), tuple(ACTS.values()))[0]
        if act == "full" and arena.disk is None:
            act = "worker"
        _do(arena, act, chance)
        arena.kills[act] += 1
        if (number + 1) % 50 == 0:
            say(f"{number + 1} kills: {dict(arena.kills)}")


def heal(arena: Arena) -> None:
    """Bring up again what is down."""
    _up(arena, list(arena.down))


def _revive(arena: Arena) -> None:
    due = [name for name, until in arena.down.items() if time.monotonic() > until]
    _up(arena, due)


def _up(arena: Arena, names: list[str]) -> None:
    """Start *names* again, together: a broker waits for the others; a busy machine may need more than one try."""
    for left in reversed(range(_TRIES if names else 0)):
        try:
            arena.command("restart", str(arena.services), *names)
            break
        except subprocess.CalledProcessError:
            if not left:
                raise
    for name in names:
        del arena.down[name]


def _do(arena: Arena, act: str, chance: random.Random) -> None:
    if act in ("worker", "still", "clock"):
        place = chance.randrange(len(arena.workers))
        moved_s = chance.choice(_MOVED_S) if act == "clock" else 0.0
        _end_worker(arena, place, still_s=chance.uniform(0.5, 3) if act == "still" else 0, moved_s=moved_s)
    elif act == "producer":
        assert arena.producer is not None  # it was started before
        arena.producer.kill()
        arena.producer.wait()
        arena.producer = arena.start_producer()
    elif act == "full":
        _fill(arena, for_s=chance.uniform(0.5, 4))
    elif act == "cut":
        arena.cut()
    else:
        names = {"broker": (f"broker{chance.randint(1, 3)}",), "bus": BROKERS, "postgres": ("postgres",)}[act]
        _stop(arena, names, for_s=chance.uniform(0.5, 4))


def _stop(arena: Arena, names: tuple[str, ...], *, for_s: float) -> None:
    """End services; one broker while no other thing is down, since two at once are more than three copies bear."""
    if arena.down.keys() - set(names):
        heal(arena)
    fresh = [name for name in names if name not in arena.down]
    for name in fresh:
        arena.command("kill", str(arena.services), name)
        arena.down[name] = time.monotonic() + for_s
    for name in names:  # all brokers come up together: none of them alone has the others' word
        arena.down[name] = max(arena.down[one] for one in names)


def _fill(arena: Arena, *, for_s: float) -> None:
    """Leave the database no byte for a while; it comes up again where it ended over it.

    Brokers are spared: Kafka 4.1 may not start again on what it left half-written, which is for replicas elsewhere.
    """
    assert arena.disk is not None  # asked before
    ballast = arena.disk / "ballast"
    with ballast.open("wb", buffering=0) as stream, contextlib.suppress(OSError):
        while True:
            stream.write(bytes(1 << 20))
    time.sleep(for_s)
    ballast.unlink()
    told = subprocess.run([SERVICES, "status", arena.services], check=False, stdout=subprocess.PIPE).stdout
    if not json.loads(told)["postgres"]:
        arena.down.setdefault("postgres", 0.0)


def _end_worker(arena: Arena, place: int, *, still_s: float, moved_s: float) -> None:
    worker = arena.workers[place]
    if still_s:  # alive, but it does not move: as a machine that swaps, or a virtual one that is moved
        worker.send_signal(signal.SIGSTOP)
        time.sleep(still_s)
        worker.send_signal(signal.SIGCONT)
        return
    worker.kill()
    worker.wait()
    arena.workers[place] = arena.start_worker(place, moved_s=moved_s)
