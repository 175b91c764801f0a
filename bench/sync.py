"""How fast records reach the other side, and at what age edits do: the hub beside dlt, Singer and a floor.

`python bench/sync.py [--records N] [--only NAME]... [--latency] [--shapes]`. Every contender moves the same file of 20
fields a record into PostgreSQL on this machine, from start to the last row there; the hub also through Kafka, with
agreement, ownership, audit and outbox. Rows are counted and summed at the end. Prints a table.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import psycopg
import sync_hub
import sync_records
from machine import machine
from sqlalchemy import make_url
from sync_table import Table

ROOT = Path(__file__).resolve().parent.parent
SERVICES = ROOT / "scripts" / "services"
PEERS = ROOT / "bench" / "peers"
WORKERS = {
    1: (("pull", "relay", "deliver"),),
    2: (("pull", "relay"), ("deliver",)),
    3: (("pull", "relay"), ("deliver",), ("deliver",)),
    4: (("pull",), ("relay",), ("deliver",), ("deliver",)),
}
"""Number of workers to the duties of each: one that delivers waits for the database as long as it works."""
APART = (("pull",), ("relay",), ("deliver",))
_LOOK_S = 0.05
_LONGEST_S = 3600.0


@dataclass(frozen=True, slots=True)
class Result:
    """What a contender came to."""

    seconds: float
    memory_mb: float
    """The most that any one of its processes held."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """Where contenders run."""

    folder: Path
    addresses: dict[str, str]
    peers: Path
    """The Python that the peers are installed in."""

    def database(self, name: str) -> str:
        """Make an empty database and return its address as SQLAlchemy writes it."""
        with psycopg.connect(_plain(self.addresses["postgres"]), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            connection.execute(f'CREATE DATABASE "{name}"')
        return make_url(self.addresses["postgres"]).set(database=name).render_as_string(hide_password=False)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, action="append", help="how many; may be repeated (100,000)")
    parser.add_argument("--only", action="append", choices=["floor", "dlt", "singer", "hub"])
    parser.add_argument("--workers", type=int, default=2, choices=sorted(WORKERS), help="processes of the hub (2)")
    parser.add_argument("--latency", action="store_true", help="also the age of edits at 500 a second")
    parser.add_argument("--shapes", action="store_true", help="also other numbers of workers and partitions")
    told = parser.parse_args()
    print(machine("liaison-hub", "kafka-python", "psycopg", "sqlalchemy"))
    with field(peers=not told.only or bool({"dlt", "singer"} & set(told.only))) as where:
        for count in told.records or [100_000]:
            race(where, count, told.only or ["floor", "dlt", "singer", "hub"], workers=told.workers)
        if told.shapes:
            shapes(where, 20_000)
        if told.latency:
            latency(where, per_s=500, seconds=30)


def race(where: Field, count: int, names: Sequence[str], *, workers: int) -> None:
    """Have each contender move the same file, and print how it went."""
    records = where.folder / f"records-{count}"
    records.mkdir()
    sync_records.write(records / "sites.jsonl", count)
    contenders: dict[str, Callable[[Field, Path, int], Result]] = {
        "floor": floor, "dlt": dlt, "singer": singer, "hub": partial(hub, workers=workers)
    }  # fmt: skip
    print(f"\n{count:,} records\n{'':8}{'seconds':>10}{'records/s':>12}{'MB':>8}")
    for name in names:
        result = contenders[name](where, records / "sites.jsonl", count)
        speed = count / result.seconds
        print(f"{name:8}{result.seconds:10.1f}{speed:12,.0f}{result.memory_mb:8.0f}  {result.note}", flush=True)
    shutil.rmtree(records)


def floor(where: Field, records: Path, count: int) -> Result:
    """Upsert with audit and outbox."""
    database = _plain(where.database("floor"))
    result = _timed([[sys.executable, PEERS / "floor.py", records, database]])
    _check(database, "SELECT count(*), sum((fields->>'enrolled')::int) FROM sites", records, count)
    return result


def dlt(where: Field, records: Path, count: int) -> Result:
    """Merge with dlt."""
    database = _plain(where.database("dlt"))
    folder = where.folder / "dlt"
    quiet = {**os.environ, "RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR", "HOME": str(folder)}
    folder.mkdir(exist_ok=True)
    words = [where.peers, PEERS / "dlt_merge.py", records, database, folder / "pipelines"]
    result = _timed([words], environment=quiet, folder=folder)
    _check(database, "SELECT count(*), sum(enrolled) FROM landed.sites", records, count)
    shutil.rmtree(folder)
    return result


def singer(where: Field, records: Path, count: int) -> Result:
    """Upsert with target-postgres of MeltanoLabs."""
    database = _plain(where.database("singer"))
    config = where.folder / "singer.json"
    config.write_text(json.dumps({"sqlalchemy_url": where.database("singer"), "default_target_schema": "landed"}))
    tap = [sys.executable, PEERS / "singer_tap.py", records]
    target = [where.peers.with_name("target-postgres"), "--config", config]
    result = _timed([tap, target])
    _check(database, "SELECT count(*), sum(enrolled) FROM landed.sites", records, count)
    return result


def hub(where: Field, records: Path, count: int, *, workers: int = 2, partitions: int = 8) -> Result:
    """Read, merge, audit, publish, deliver."""
    with ready(where, records.parent, partitions) as at:
        began = time.monotonic()
        memory, read = _worked(at, WORKERS[workers], count)
        seconds = time.monotonic() - began
        _check(at.table, "SELECT count(*), sum(enrolled::int) FROM sites", records, count)
        made = sync_hub.opened(at)
        verdict = made.audit.verify()
        made.close()
    if not verdict.whole or verdict.entries < 2 * count:
        raise SystemExit(f"hub: the audit trail is not whole: {verdict}")
    return Result(seconds, memory, f"{count / read:,.0f}/s read and audited; {verdict.entries:,} entries, whole")


def shapes(where: Field, count: int) -> None:
    """Print how the hub's speed changes with workers and partitions."""
    records = where.folder / "shapes"
    records.mkdir()
    sync_records.write(records / "sites.jsonl", count)
    print(f"\n{count:,} records{'':6}workers  partitions   records/s")
    for workers, partitions in ((1, 8), (2, 1), (2, 8), (2, 32), (3, 8), (4, 8)):
        result = hub(where, records / "sites.jsonl", count, workers=workers, partitions=partitions)
        print(f"{workers:25}{partitions:12}{count / result.seconds:12,.0f}", flush=True)


def latency(where: Field, *, per_s: float, seconds: int, warm_s: int = 20, records: int = 2000) -> None:
    """Print how old edits are when they are on the other side, once workers have been up for *warm_s*."""
    folder, ages = where.folder / "edited", where.folder / "ages"
    folder.mkdir()
    sync_records.write(folder / "sites.jsonl", records)
    with ready(where, folder, 8) as at:
        _worked(at, WORKERS[2], records)
        edited = replace(at, edits_per_s=per_s, edited=records, ages=str(ages))
        workers = [_started(edited, duties) for duties in APART]
        time.sleep(warm_s)
        ages.write_text("")
        time.sleep(seconds)
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.wait()
    told = sorted(float(line) for line in ages.read_text(errors="ignore").splitlines() if line.strip("\0"))
    cuts = statistics.quantiles(told, n=100)
    print(f"\n{per_s:.0f} edits a second for {seconds} s: {len(told):,} on the other side, their age there in ms")
    print(f"p50 {cuts[49] * 1000:.0f}  p90 {cuts[89] * 1000:.0f}  p99 {cuts[98] * 1000:.0f}  max {told[-1] * 1000:.0f}")


@contextmanager
def ready(where: Field, records: Path, partitions: int) -> Iterator[sync_hub.Places]:
    """Give an empty hub with the agreement in force, its own broker's topics and an empty receiving table."""
    home = Path(tempfile.mkdtemp(dir=where.folder))
    table = _plain(where.database("partner"))
    Table.create(table)
    services = home / "services"
    out = subprocess.run([SERVICES, "start", "--only", "kafka", services], check=True, stdout=subprocess.PIPE).stdout
    try:
        kafka = json.loads(out)["kafka"]
        at = sync_hub.Places(str(home), str(records), where.database("liaison"), kafka, table, partitions)
        made = sync_hub.opened(at)
        sync_hub.agree(made)
        made.close()
        yield at
    finally:
        subprocess.run([SERVICES, "stop", services], check=False, stdout=subprocess.DEVNULL)


def _started(at: sync_hub.Places, duties: Sequence[str]) -> "subprocess.Popen[bytes]":
    words = [sys.executable, ROOT / "bench" / "sync_hub.py", sync_hub.told(at), *duties]
    return subprocess.Popen(words, stderr=subprocess.DEVNULL)


def _worked(at: sync_hub.Places, shape: Sequence[Sequence[str]], count: int) -> tuple[float, float]:
    """Run workers until *count* rows have arrived; return their memory, and when all were in the hub."""
    began, read = time.monotonic(), 0.0
    workers = [_started(at, duties) for duties in shape]
    here, there = (psycopg.connect(_plain(one), autocommit=True) for one in (at.database, at.table))
    try:
        # looking must not cost what is measured: rows are counted once as many have been given a number
        arrived = (
            "SELECT CASE WHEN last_value < %s THEN 0 ELSE (SELECT count(*) FROM sites) END FROM sites_external_id_seq"
        )
        took = 0.0
        while _one(there, arrived, count) < count or _one(here, "SELECT count(*) FROM outbox"):
            if time.monotonic() - began > _LONGEST_S or any(worker.poll() is not None for worker in workers):
                raise SystemExit("hub: did not arrive")
            if not read and _one(here, "SELECT count(*) FROM cursors WHERE ended"):
                read = time.monotonic() - began
            time.sleep(max(_LOOK_S, 20 * took))
            took = -time.monotonic()
            _one(there, arrived, count)
            took += time.monotonic()
    finally:
        here.close()
        there.close()
        for worker in workers:
            worker.terminate()
    return max(_ended(worker) for worker in workers), read or time.monotonic() - began


def _timed(
    pipe: Sequence[Sequence[object]], *, environment: dict[str, str] | None = None, folder: Path | None = None
) -> Result:
    """Run commands, the output of each the input of the next."""
    began, before, running = time.monotonic(), None, []
    for number, words in enumerate(pipe):
        out = subprocess.DEVNULL if number + 1 == len(pipe) else subprocess.PIPE
        one = subprocess.Popen(
            [str(word) for word in words],
            stdin=before,
            stdout=out,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=folder,
        )
        running.append(one)
        before = one.stdout
    memory = [_ended(one) for one in running]
    if any(one.returncode for one in running):
        raise SystemExit(f"{pipe[-1]}: ended with an error")
    return Result(time.monotonic() - began, max(memory))


def _ended(process: "subprocess.Popen[bytes]") -> float:
    """Wait for a process; return the most memory it held, in MB."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_maxrss / 1000


def _check(database: str, query: str, records: Path, count: int) -> None:
    """End with an error unless the rows are all there, once."""
    with records.open(encoding="utf-8") as lines:
        enrolled = sum(json.loads(line)["enrolled"] for line in lines)
    with psycopg.connect(database) as connection:
        found = connection.execute(query).fetchone()
    if found != (count, enrolled):
        raise SystemExit(f"{query}: gives {found}, not {(count, enrolled)}")


def _one(connection: "psycopg.Connection[tuple[int]]", query: str, *values: int) -> int:
    row = connection.execute(query, values or None).fetchone()
    return row[0] if row else 0


def _plain(address: str) -> str:
    return make_url(address).set(drivername="postgresql").render_as_string(hide_password=False)


@contextmanager
def field(*, peers: bool) -> Iterator[Field]:
    """Run PostgreSQL and install the peers beside, until the block ends."""
    folder = Path(tempfile.mkdtemp(prefix="liaison-bench-"))
    python = ROOT / ".bench" / "bin" / "python"
    if peers and not python.exists():
        subprocess.run([sys.executable, "-m", "venv", ROOT / ".bench"], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "-r", PEERS / "requirements.txt"], check=True)
    try:
        words = [SERVICES, "start", "--only", "postgres", folder / "services"]
        folder.chmod(0o755)
        out = subprocess.run(words, check=True, stdout=subprocess.PIPE).stdout
        yield Field(folder, json.loads(out), python)
    finally:
        subprocess.run([SERVICES, "stop", folder / "services"], check=False, stdout=subprocess.DEVNULL)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
