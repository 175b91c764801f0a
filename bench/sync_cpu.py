"""What a record costs in CPU time at each stage, alone in one process: reading, relaying, delivering.

`python bench/sync_cpu.py [--records N] [--profile FOLDER]`. CPU time tells nearly the same on a machine that has other
work, as elapsed time does not; what PostgreSQL (hub and receiving table) and the broker used for it stands beside. With
--profile the functions that it went to are written to FOLDER, a text for each stage.
"""

import argparse
import cProfile
import os
import pstats
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import sync
import sync_hub
import sync_records
from machine import machine
from sqlalchemy import make_url

from hub.services.sync.steps import deliver_some, pull, relay_once
from hub.services.sync.worker import joined, unhurried

_LINES = 60
Spent = tuple[float, float, float]
"""CPU seconds of the hub, of PostgreSQL and of the broker."""


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--profile", type=Path)
    told = parser.parse_args()
    print(machine("liaison-hub", "kafka-python", "psycopg", "sqlalchemy"))
    print(f"\n{told.records:,} records of 20 fields; CPU microseconds a record")
    print(f"{'':10}{'hub':>8}{'PostgreSQL':>12}{'broker':>8}")
    with sync.field(peers=False) as where:
        records = where.folder / "records"
        records.mkdir()
        sync_records.write(records / "sites.jsonl", told.records)
        with sync.ready(where, records, 8) as at, unhurried():
            _stages(at, told.records, told.profile, where.folder)


def _stages(at: sync_hub.Places, count: int, profile: Path | None, servers: Path) -> None:
    hub, empty = sync_hub.opened(at), _size(at.database)
    consumer = joined(hub.sync, "deliver.sponsor")

    def read() -> None:
        while pull(hub.sync, hub.sync.systems["cro"], "site").read:
            pass

    def relay() -> None:
        while relay_once(hub.sync):
            pass

    def deliver() -> None:
        done = 0
        while done < count:
            done += deliver_some(hub.sync, hub.sync.systems["sponsor"], consumer, wait_s=0.5)

    total = (0.0, 0.0, 0.0)
    for name, stage in (("read", read), ("relay", relay), ("deliver", deliver)):
        spent = _measured(stage, profile / f"{name}.txt" if profile else None, servers)
        total = _added(total, spent)
        print(_line(name, spent, count), flush=True)
    print(_line("together", total, count))
    grown = (_size(at.database) - empty) / count
    print(f"the hub's database grew by {grown:,.0f} bytes a record, trail and inbox included")
    consumer.close()
    verdict = hub.audit.verify()
    hub.close()
    if not verdict.whole or verdict.entries < 2 * count:
        raise SystemExit(f"the audit trail is not whole: {verdict}")


def _added(one: Spent, other: Spent) -> Spent:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


def _line(name: str, spent: Spent, count: int) -> str:
    ours, postgres, broker = (seconds / count * 1e6 for seconds in spent)
    return f"{name:10}{ours:8.0f}{postgres:12.0f}{broker:8.0f}"


def _measured(stage: Callable[[], None], profile: Path | None, servers: Path) -> Spent:
    """Return the CPU seconds that this process, PostgreSQL's and the broker's spent on *stage*."""
    watch = cProfile.Profile() if profile else None
    before, beside = time.process_time(), _servers(servers)
    if watch:
        watch.runcall(stage)
    else:
        stage()
    spent, after = time.process_time() - before, _servers(servers)
    if watch and profile:
        with profile.open("w", encoding="utf-8") as stream:
            pstats.Stats(watch, stream=stream).sort_stats("tottime").print_stats(_LINES)
    return spent, after[0] - beside[0], after[1] - beside[1]


def _size(database: str) -> int:
    """Return the bytes on disk of a database."""
    with psycopg.connect(make_url(database).set(drivername="postgresql").render_as_string(hide_password=False)) as one:
        found = one.execute("SELECT pg_database_size(current_database())").fetchone()
    return int(found[0]) if found else 0


def _servers(folder: Path) -> tuple[float, float]:
    """Return the CPU seconds that PostgreSQL and the broker in *folder* have used until now."""
    ticks = [0, 0]
    for process in Path("/proc").iterdir():
        try:
            if not process.name.isdigit() or process.name == str(os.getpid()):
                continue
            postgres = (process / "cwd").readlink().is_relative_to(folder)
            if postgres or bytes(folder) in (process / "cmdline").read_bytes():
                after = (process / "stat").read_text().rpartition(")")[2].split()
                ticks[0 if postgres else 1] += int(after[11]) + int(after[12])
        except OSError:
            continue  # it ended meanwhile
    return ticks[0] / os.sysconf("SC_CLK_TCK"), ticks[1] / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
