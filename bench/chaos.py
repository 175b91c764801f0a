"""The crash test: two partners, workers, brokers and PostgreSQL, ended at random by seed, and what is left at the end.

Every event carries a counter. At the end each must be on the other side exactly once, the edits of one record in their
order, the audit trail whole and the reconciliation empty. The last line is `lost N doubled N`.
"""

import argparse
import contextlib
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chaos_arena import SERVICES, Arena, harm, heal
from chaos_producer import edited, made
from chaos_verdict import Verdict, judged, settle
from cut_off import proxied
from machine import machine

from hub.bootstrap import Hub, build
from hub.connectors.agreement_file import read
from hub.services.sync import agreeing
from hub.settings import load_settings
from hub.web.partners.serving import FOLDER, Partner, partners

_MANY = 10_000
"""From so many events on partners take and give hundreds of records a request."""
_BATCH = 250
_EVENT_KB = 9
"""What the database may need for an event: record, base, trail, inbox, and what it writes ahead."""


def main() -> None:
    """Run it and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--events", type=int, default=0, help="records and edits made, at least; kills are spread over them"
    )
    parser.add_argument("--batch", type=int, help="records a request; 1, or 250 from 10,000 events on")
    parser.add_argument("--pause", type=float, help="seconds between two events, or batches")
    parser.add_argument("--disk", help="how much the database may write, for a full disk (2g, or 9 kB an event)")
    parser.add_argument("--keep", type=Path, help="folder for logs and files; removed at the end when not given")
    told = parser.parse_args()
    folder = told.keep or Path(tempfile.mkdtemp(prefix="liaison-chaos-"))
    folder.mkdir(parents=True, exist_ok=True)
    print(machine("liaison-hub", "kafka-python", "psycopg", "sqlalchemy"))
    batch = told.batch or (_BATCH if told.events >= _MANY else 1)
    disk = told.disk or f"{max(2 << 20, told.events * _EVENT_KB)}k"
    began = time.monotonic()
    with services(brokers=3, disk_size=disk) as (where, addresses):
        verdict = run(
            folder,
            where,
            addresses,
            kills=told.kills,
            seed=told.seed,
            events=told.events,
            pause_s=told.pause if told.pause is not None else 0.1 if batch == 1 else 0.02,
            batch=batch,
            say=lambda line: print(f"{time.monotonic() - began:6.0f} s  {line}", flush=True),
            disk=where / "postgres" if os.path.ismount(where / "postgres") else None,
        )
    if told.keep is None and verdict.good:
        shutil.rmtree(folder)
    else:
        print(f"logs: {folder}")
    records = f"{edited(batch)} of {verdict.events} records"
    print(f"{verdict.events} records, {verdict.edits} edits of {records}, kills {verdict.kills}")
    own, theirs = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    partners_s, workers_s = (used.ru_utime + used.ru_stime for used in (own, theirs))
    print(f"CPU: partners and judge {partners_s:.0f} s, workers and producers {workers_s:.0f} s")
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
    batch: int = 1,
    disk: Path | None = None,
) -> Verdict:
    """Let *kills* things be ended while records are made and edited, wait until all is quiet, and judge."""
    chance = random.Random(seed)  # noqa: S311  # the same seed gives the same kills
    with partners(folder, clock=_now) as (sponsor, cro), proxied(addresses["postgres"]) as (database, cut):
        environment = _environment(folder, addresses, database, (sponsor, cro), batch)
        os.environ.update({name: value for name, value in environment.items() if name.startswith("HUB_")})
        hub = build(load_settings(database=addresses["postgres"]))
        _agree(hub)
        sponsor.enter("studies", protocolId="LUMEN-3", studyTitle="chaos", trialPhase="PHASE3", state="ONGOING")
        producing = ("--batch", str(batch), "--pause", str(pause_s))
        arena = Arena(where, environment, folder, cut, producing, disk=disk)
        arena.workers = [arena.start_worker(number) for number in range(2)]
        arena.producer = arena.start_producer()
        try:
            harm(arena, chance, kills=kills, due=_spread(folder, events, kills), say=say)
            while sum(made(folder)) < events:
                time.sleep(0.5)
            _ended(arena.producer)
            heal(arena)
            records, edits = made(folder)
            done = f"{records} records made, {edits} edits, {sum(arena.kills.values())} kills"
            say(f"{done}; waiting until all is quiet")
            settle(sponsor, cro, hub)
            say(f"waiting in the hub: {hub.sync.ledger.counts()}")
            for letter in hub.sync.ledger.letters(state="dead"):
                say(f"set aside: {letter.stage} {letter.system} {letter.kind} {letter.where}: {letter.reason}")
        finally:
            heal(arena)
            _ended(arena.producer, *arena.workers)
        verdict = judged(sponsor, cro, hub, folder, dict(arena.kills))
        hub.close()
        return verdict


def _spread(folder: Path, events: int, kills: int) -> Callable[[int], bool]:
    """Return what tells whether a kill is due: so many events are made by then as are its share of all."""
    return lambda number: not events or sum(made(folder)) >= events * number // kills


def _ended(*processes: "subprocess.Popen[bytes]") -> None:
    for process in processes:
        process.send_signal(signal.SIGTERM)
    for process in processes:
        process.wait(60)


def _environment(
    folder: Path, addresses: dict[str, str], database: str, sides: tuple[Partner, ...], batch: int
) -> dict[str, str]:
    systems = folder / "systems"
    systems.mkdir(exist_ok=True)
    secrets = {}
    for partner, name in zip(sides, ("HUB_DEMO_SPONSOR_KEY", "HUB_DEMO_CRO_SECRET"), strict=True):
        (systems / f"{partner.profile.prefix}.yaml").write_text(_many(partner.yaml, batch), encoding="utf-8")
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


def _many(yaml: str, batch: int) -> str:
    """Return how the hub reads and writes a partner that takes *batch* records a request."""
    if batch == 1:
        return yaml
    return f"{yaml.replace('size: 100', 'size: 500')}\nbatch: {{path: batch, size: {batch}}}\n"


def _agree(hub: Hub) -> None:
    options: dict[str, Any] = {"clock": hub.sync.clock, "new_id": hub.sync.new_id}
    offered = agreeing.propose(hub.sync.ledger, read(FOLDER / "agreement.yaml"), person="chaos", **options)
    for party in offered.parties:
        agreeing.accept(hub.sync.ledger, offered.id, party=party, person="chaos", **options)
    agreeing.move(hub.sync, offered.id, step="start", person="chaos")


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    main()
