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

from cut_off import proxied  # type: ignore[import-not-found]  # beside this file
from machine import machine  # type: ignore[import-not-found]  # as above

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
ACTS = {"worker": 5, "broker": 2, "postgres": 1, "cut": 2, "still": 1, "clock": 2, "full": 1}
"""What is done, and how often in comparison."""
_MOVED_S = (-86_400.0, -3600.0, -20.0, 20.0, 3600.0, 86_400.0)
_SETTLE_S = 240.0
"""How long nothing may move before a run is given up."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a run came to."""

    events: int
    edits: int
    lost: int
    doubled: int
    disordered: int
    differences: int
    set_aside: int
    """Dead letters: nothing that was ended is a reason for one."""
    audit: str
    """Empty where the trail is whole."""
    kills: dict[str, int]

    @property
    def good(self) -> bool:
        """Tell whether nothing went wrong."""
        return not (self.lost or self.doubled or self.disordered or self.differences or self.set_aside or self.audit)


@dataclass(slots=True)
class Arena:
    """Everything that can be ended."""

    services: Path
    environment: dict[str, str]
    folder: Path
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    disk: Path | None = None
    """What the database writes to, where it may be filled."""
    down: dict[str, float] = field(default_factory=dict)
    """Service that is down to when it comes up again."""
    kills: Counter[str] = field(default_factory=Counter)

    def start_worker(self, number: int, *, moved_s: float = 0.0) -> subprocess.Popen[bytes]:
        """Start a worker whose clock is wrong by *moved_s*; its log goes on in the same file."""
        hub = [Path(sys.executable).with_name("hub"), "worker"]
        with (self.folder / f"worker-{number}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, Path(__file__).with_name("moved_worker.py"), str(moved_s)] if moved_s else hub,
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
    parser.add_argument("--events", type=int, help="records and edits made, at least; as many as fit if not given")
    parser.add_argument("--pause", type=float, default=0.1, help="seconds between two events")
    parser.add_argument("--disk", default="2g", help="how much the database may write, for a full disk (2g)")
    parser.add_argument("--keep", type=Path, help="folder for logs and files; removed at the end when not given")
    told = parser.parse_args()
    folder = told.keep or Path(tempfile.mkdtemp(prefix="liaison-chaos-"))
    folder.mkdir(parents=True, exist_ok=True)
    print(machine("liaison-hub", "kafka-python", "psycopg", "sqlalchemy"))
    with services(brokers=3, disk_size=told.disk) as (where, addresses):
        verdict = run(
            folder,
            where,
            addresses,
            kills=told.kills,
            seed=told.seed,
            events=told.events or 0,
            pause_s=told.pause,
            say=print,
            disk=where / "postgres" if os.path.ismount(where / "postgres") else None,
        )
    if told.keep is None and verdict.good:
        shutil.rmtree(folder)
    else:
        print(f"logs: {folder}")
    print(f"{verdict.events} records, {verdict.edits} edits of {EDITED} records, kills {verdict.kills}")
    print(f"{verdict.disordered} out of order, {verdict.differences} differences, {verdict.set_aside} set aside")
    print(f"trail {verdict.audit or 'whole'}")
    print(f"lost {verdict.lost} doubled {verdict.doubled}")
    sys.exit(0 if verdict.good else 1)


@contextlib.contextmanager
def services(*, brokers: int, disk_size: str = "2g") -> Iterator[tuple[Path, dict[str, str]]]:
    """Run brokers and PostgreSQL until the block ends; gives their folder and addresses."""
    folder = Path(tempfile.mkdtemp(prefix="liaison-services-"))
    disk = folder / "postgres"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={disk_size},mode=0700", "tmpfs", disk]
    mounted = os.geteuid() == 0 and subprocess.run(mount, check=False, stderr=subprocess.DEVNULL).returncode == 0
    if not mounted:
        print("a full disk is left out: this user may not mount one of its own")
    try:
        out = subprocess.run(
            [SERVICES, "start", "--brokers", str(brokers), folder], check=True, stdout=subprocess.PIPE
        ).stdout
        yield folder, json.loads(out)
    finally:
        subprocess.run([SERVICES, "stop", folder], check=False, stdout=subprocess.DEVNULL)
        if mounted:
            subprocess.run(["umount", "-l", disk], check=False)
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
    disk: Path | None = None,
) -> Verdict:
    """Let *kills* things be ended while records are made and edited, wait until all is quiet, and judge."""
    chance = random.Random(seed)  # noqa: S311  # the same seed gives the same kills
    with partners(folder, clock=_now) as (sponsor, cro), proxied(addresses["postgres"]) as (database, cut):
        environment = _environment(folder, addresses, database, (sponsor, cro))
        os.environ.update({name: value for name, value in environment.items() if name.startswith("HUB_")})
        hub = build(load_settings(database=addresses["postgres"]))
        _agree(hub)
        sponsor.enter("studies", protocolId="LUMEN-3", studyTitle="chaos", trialPhase="PHASE3", state="ONGOING")
        arena = Arena(where, environment, folder, disk=disk)
        arena.workers = [arena.start_worker(number) for number in range(2)]
        stop = threading.Event()
        made: dict[str, Any] = {"events": 0, "edits": 0}
        producer = threading.Thread(target=_produce, args=(cro, made, stop, pause_s))
        producer.start()
        try:
            _harm(arena, chance, kills, cut, say)
            while made["events"] + made["edits"] < events:
                time.sleep(0.5)
            stop.set()
            producer.join()
            _heal(arena)
            done = f"{made['events']} records made, {made['edits']} edits, {sum(arena.kills.values())} kills"
            say(f"{done}; waiting until all is quiet")
            _settle(sponsor, cro, hub)
            say(f"waiting in the hub: {hub.sync.ledger.counts()}")
            for letter in hub.sync.ledger.letters(state="dead"):
                say(f"set aside: {letter.stage} {letter.system} {letter.kind} {letter.where}: {letter.reason}")
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
        act = chance.choices(tuple(ACTS), tuple(ACTS.values()))[0]
        if act == "full" and arena.disk is None:
            act = "worker"
        if act in ("worker", "still", "clock"):
            place = chance.randrange(len(arena.workers))
            moved_s = chance.choice(_MOVED_S) if act == "clock" else 0.0
            _end_worker(arena, place, still_s=chance.uniform(0.5, 3) if act == "still" else 0, moved_s=moved_s)
        elif act == "full":
            _fill(arena, for_s=chance.uniform(0.5, 4))
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


def _heal(arena: Arena) -> None:
    for name in list(arena.down):
        arena.command("restart", str(arena.services), name)
        del arena.down[name]


def _settle(sponsor: Partner, cro: Partner, hub: Hub) -> None:
    """Wait until both sides hold the same and nothing waits in the hub."""
    until, quiet, before, took = time.monotonic() + _SETTLE_S, 0, None, 0.0
    while quiet < 3 and time.monotonic() < until:
        time.sleep(max(0.5, 4 * took))  # looking takes its time where there is much
        began = time.monotonic()
        try:
            counts = hub.sync.ledger.counts()
        except HubError:
            continue
        waits = counts["outbox"] + counts["writes"] + counts["waiting_letters"]
        there = sponsor.store.count("enrollmentFigures")
        if (there, waits) != before:
            before, until = (there, waits), time.monotonic() + _SETTLE_S
        whole = not waits and there >= cro.store.count("recruitment")
        quiet = quiet + 1 if whole and _figures(sponsor) == _expected(cro) else 0
        took = time.monotonic() - began


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
        set_aside=hub.sync.ledger.counts()["dead_letters"],
        audit="" if verdict.whole else f"broken at {verdict.first_bad}: {verdict.harm}",
        kills=kills,
    )


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    main()
