"""The crash test: two partners, workers, brokers and PostgreSQL, ended at random by seed, and what is left at the end.

Every event carries a counter. At the end each must be on the other side exactly once, the edits of one record in their
order, the audit trail whole and the reconciliation empty. The last line is `lost N doubled N`.
"""

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from machine import machine  # type: ignore[import-not-found]  # beside this file

from hub.bootstrap import Hub, build
from hub.connectors.agreement_file import read
from hub.domain.errors import HubError
from hub.services.sync import agreeing
from hub.services.sync.reconcile import reconcile
from hub.settings import load_settings
from hub.web.partners.serving import FOLDER, Partner, partners

ROOT = Path(__file__).resolve().parent.parent
SERVICES = ROOT / "scripts" / "services"
FIRST_DAY = date(2000, 1, 1)
EDITED = 20
"""Records that are edited again and again, for the order."""
_SETTLE_S = 240.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a run came to."""

    events: int
    edits: int
    lost: int
    doubled: int
    disordered: int
    differences: int
    audit: str
    """Empty where the trail is whole."""
    kills: dict[str, int]

    @property
    def good(self) -> bool:
        """Tell whether nothing went wrong."""
        return not (self.lost or self.doubled or self.disordered or self.differences or self.audit)


@dataclass(slots=True)
class Arena:
    """Everything that can be ended."""

    services: Path
    environment: dict[str, str]
    folder: Path
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    down: dict[str, float] = field(default_factory=dict)
    """Service that is down to when it comes up again."""
    kills: Counter[str] = field(default_factory=Counter)

    def start_worker(self, number: int) -> subprocess.Popen[bytes]:
        """Start a worker; its log goes on in the same file."""
        with (self.folder / f"worker-{number}.log").open("ab") as log:
            return subprocess.Popen(
                [Path(sys.executable).with_name("hub"), "worker"],
                env=self.environment,
                stdout=log,
                stderr=log,
                cwd=self.folder,
            )

    def command(self, *words: str) -> None:
        """Do something to the services."""
        subprocess.run([SERVICES, *words], check=True, stdout=subprocess.DEVNULL)


def main() -> None:
    """Run it and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--events", type=int, help="records made, at least; as many as fit where not given")
    parser.add_argument("--pause", type=float, default=0.1, help="seconds between two events")
    parser.add_argument("--keep", type=Path, help="folder for logs and files; removed at the end when not given")
    told = parser.parse_args()
    folder = told.keep or Path(tempfile.mkdtemp(prefix="liaison-chaos-"))
    folder.mkdir(parents=True, exist_ok=True)
    print(machine())
    with services(brokers=3) as (where, addresses):
        verdict = run(
            folder,
            where,
            addresses,
            kills=told.kills,
            seed=told.seed,
            events=told.events or 0,
            pause_s=told.pause,
            say=print,
        )
    if told.keep is None and verdict.good:
        shutil.rmtree(folder)
    else:
        print(f"logs: {folder}")
    print(f"{verdict.events} events, {verdict.edits} edits of {EDITED} records, kills {verdict.kills}")
    print(f"{verdict.disordered} out of order, {verdict.differences} differences, trail {verdict.audit or 'whole'}")
    print(f"lost {verdict.lost} doubled {verdict.doubled}")
    sys.exit(0 if verdict.good else 1)


@contextlib.contextmanager
def services(*, brokers: int) -> Iterator[tuple[Path, dict[str, str]]]:
    """Run brokers and PostgreSQL until the block ends; gives their folder and addresses."""
    folder = Path(tempfile.mkdtemp(prefix="liaison-services-"))
    try:
        out = subprocess.run(
            [SERVICES, "start", "--brokers", str(brokers), folder], check=True, stdout=subprocess.PIPE
        ).stdout
        yield folder, json.loads(out)
    finally:
        subprocess.run([SERVICES, "stop", folder], check=False, stdout=subprocess.DEVNULL)
        shutil.rmtree(folder, ignore_errors=True)


def run(
    folder: Path,
    where: Path,
    addresses: dict[str, str],
    *,
    kills: int,
    seed: int,
    events: int,
    pause_s: float,
    say: Callable[[str], Any],
) -> Verdict:
    """Let *kills* things be ended while records are made and edited, wait until all is quiet, and judge."""
    chance = random.Random(seed)  # noqa: S311  # the same seed gives the same kills
    with partners(folder, clock=_now) as (sponsor, cro), proxied(addresses["postgres"]) as (database, cut):
        environment = _environment(folder, addresses, database, (sponsor, cro))
        os.environ.update({name: value for name, value in environment.items() if name.startswith("HUB_")})
        hub = build(load_settings(database=addresses["postgres"]))
        _agree(hub)
        sponsor.enter("studies", protocolId="LUMEN-3", studyTitle="chaos", trialPhase="PHASE3", state="ONGOING")
        arena = Arena(where, environment, folder)
        arena.workers = [arena.start_worker(number) for number in range(2)]
        stop = threading.Event()
        made: dict[str, Any] = {"events": 0, "edits": 0}
        producer = threading.Thread(target=_produce, args=(cro, made, stop, pause_s))
        producer.start()
        try:
            _harm(arena, chance, kills, cut, say)
            while made["events"] < events:
                time.sleep(0.5)
            stop.set()
            producer.join()
            _heal(arena)
            say(f"{made['events']} events made, {sum(arena.kills.values())} kills done; waiting until all is quiet")
            _settle(sponsor, cro, hub)
            say(f"waiting in the hub: {hub.sync.ledger.counts()}")
        finally:
            stop.set()
            producer.join()
            _heal(arena)
            for worker in arena.workers:
                worker.send_signal(signal.SIGTERM)
            for worker in arena.workers:
                worker.wait(60)
        verdict = _judged(sponsor, cro, hub, made, dict(arena.kills))
        hub.close()
        return verdict


def _environment(folder: Path, addresses: dict[str, str], database: str, sides: tuple[Partner, ...]) -> dict[str, str]:
    systems = folder / "systems"
    systems.mkdir(exist_ok=True)
    secrets = {}
    for partner, name in zip(sides, ("HUB_DEMO_SPONSOR_KEY", "HUB_DEMO_CRO_SECRET"), strict=True):
        (systems / f"{partner.profile.prefix}.yaml").write_text(partner.yaml, encoding="utf-8")
        secrets[name] = partner.secret
    return {
        **os.environ,
        **secrets,
        "HUB_HOME": str(folder),
        "HUB_SYSTEMS_DIR": str(systems),
        "HUB_DATABASE": database,
        "HUB_BUS": "kafka",
        "HUB_KAFKA_SERVERS": addresses["kafka"],
        "HUB_KAFKA_SECURITY": "PLAINTEXT",
        "HUB_KAFKA_REPLICATION": str(min(3, addresses["kafka"].count(",") + 1)),
        "HUB_BUS_PARTITIONS": "4",
    }


def _agree(hub: Hub) -> None:
    options: dict[str, Any] = {"clock": hub.sync.clock, "new_id": hub.sync.new_id}
    offered = agreeing.propose(hub.sync.ledger, read(FOLDER / "agreement.yaml"), person="chaos", **options)
    for party in offered.parties:
        agreeing.accept(hub.sync.ledger, offered.id, party=party, person="chaos", **options)
    agreeing.move(hub.sync, offered.id, step="start", person="chaos")


def _produce(cro: Partner, made: dict[str, Any], stop: threading.Event, pause_s: float) -> None:
    """Make a record and edit one, again and again; the counter is the figure."""
    study = cro.enter("protocols", protocol_no="LUMEN-3", short_title="chaos", phase="3", stat="A")
    centre = cro.enter("centres", protocol=study, centre_no="001", centre_name="one", ctry="DE", stat="A")
    known: list[str] = []
    while not stop.is_set():
        number = made["events"]
        day = (FIRST_DAY + timedelta(days=number)).isoformat()
        record = cro.enter("recruitment", protocol=study, centre=centre, day=day, n_scr="0", n_enr=str(number))
        made["events"] += 1
        if len(known) < EDITED:
            known.append(record)
        cro.edit("recruitment", known[number % len(known)], n_scr=str(number))
        made["edits"] += 1
        stop.wait(pause_s)


def _harm(arena: Arena, chance: random.Random, kills: int, cut: Callable[[], None], say: Callable[[str], Any]) -> None:
    for number in range(kills):
        time.sleep(chance.uniform(0.2, 1.2))
        for name, until in list(arena.down.items()):
            if time.monotonic() > until:
                arena.command("restart", str(arena.services), name)
                del arena.down[name]
        act = chance.choices(("worker", "broker", "postgres", "cut", "still"), (5, 2, 1, 2, 1))[0]
        if act in ("worker", "still"):
            place = chance.randrange(len(arena.workers))
            _end_worker(arena, place, still_s=chance.uniform(0.5, 3) if act == "still" else 0)
        elif act == "cut":
            cut()
        else:
            name = f"broker{chance.randint(1, 3)}" if act == "broker" else "postgres"
            for_s = chance.uniform(0.5, 4)
            if arena.down and name not in arena.down:
                _heal(arena)  # two brokers at once would be more than three copies bear
            if name not in arena.down:
                arena.command("kill", str(arena.services), name)
                arena.down[name] = time.monotonic() + for_s
        arena.kills[act] += 1
        if (number + 1) % 50 == 0:
            say(f"{number + 1} kills: {dict(arena.kills)}")


def _end_worker(arena: Arena, place: int, *, still_s: float) -> None:
    worker = arena.workers[place]
    if still_s:  # alive, but it does not move: as a machine that swaps, or a virtual one that is moved
        worker.send_signal(signal.SIGSTOP)
        time.sleep(still_s)
        worker.send_signal(signal.SIGCONT)
        return
    worker.kill()
    worker.wait()
    arena.workers[place] = arena.start_worker(place)


def _heal(arena: Arena) -> None:
    for name in list(arena.down):
        arena.command("restart", str(arena.services), name)
        del arena.down[name]


def _settle(sponsor: Partner, cro: Partner, hub: Hub) -> None:
    """Wait until both sides hold the same and nothing waits in the hub."""
    until, quiet = time.monotonic() + _SETTLE_S, 0
    while quiet < 3 and time.monotonic() < until:
        time.sleep(0.5)
        try:
            counts = hub.sync.ledger.counts()
        except HubError:
            continue
        waits = counts["outbox"] + counts["writes"] + counts["waiting_letters"]
        quiet = quiet + 1 if not waits and _figures(sponsor) == _expected(cro) else 0


def _figures(sponsor: Partner) -> dict[str, tuple[Any, Any]]:
    return {row["asOfDate"]: (row.get("enrolledCount"), row.get("screenedCount")) for row in _shown(sponsor)}


def _shown(sponsor: Partner) -> list[dict[str, Any]]:
    return sponsor.all("enrollmentFigures")


def _expected(cro: Partner) -> dict[str, tuple[int, int]]:
    return {row["day"]: (int(row["n_enr"]), int(row["n_scr"])) for row in cro.all("recruitment")}


def _judged(sponsor: Partner, cro: Partner, hub: Hub, made: dict[str, Any], kills: dict[str, int]) -> Verdict:
    wanted, held = _expected(cro), _figures(sponsor)
    lost = sum(held.get(day) != values for day, values in wanted.items())
    doubled = len(_shown(sponsor)) - len(held)
    disordered = 0
    last: dict[int, int] = {}
    for entry in sponsor.store.log():
        figure = entry["fields"].get("screenedCount")
        if figure is None:
            continue
        if figure == last.get(entry["number"]):
            doubled += 1
        elif figure < last.get(entry["number"], -1):
            disordered += 1
        last[entry["number"]] = figure
    verdict = hub.audit.verify()
    report = reconcile(hub.sync)
    return Verdict(
        events=made["events"],
        edits=made["edits"],
        lost=lost,
        doubled=doubled,
        disordered=disordered,
        differences=len(report.differences) + len(report.unread),
        audit="" if verdict.whole else f"broken at {verdict.first_bad}: {verdict.harm}",
        kills=kills,
    )


@contextlib.contextmanager
def proxied(url: str) -> Iterator[tuple[str, Callable[[], None]]]:
    """Give an address that leads to the database through a proxy, and what cuts every connection through it."""
    from sqlalchemy import make_url

    real = make_url(url)
    listening = socket.create_server(("127.0.0.1", 0))
    held: set[socket.socket] = set()
    open_ = True

    def pump(one: socket.socket, other: socket.socket) -> None:
        try:
            while piece := one.recv(65536):
                other.sendall(piece)
        except OSError:
            pass
        for end in (one, other):
            held.discard(end)
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)  # a close alone would not wake whoever reads from it
            end.close()

    def accept() -> None:
        while open_:
            try:
                near, _ = listening.accept()
            except OSError:
                return
            try:
                far = socket.create_connection((real.host, real.port), timeout=5)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            held.update((near, far))
            for pair in ((near, far), (far, near)):
                threading.Thread(target=pump, args=pair, daemon=True).start()

    def cut() -> None:
        for end in list(held):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    threading.Thread(target=accept, daemon=True).start()
    port = listening.getsockname()[1]
    try:
        yield real.set(port=port).render_as_string(hide_password=False), cut
    finally:
        open_ = False
        cut()
        listening.close()


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    main()
