"""What a record costs in CPU time at each stage, alone in one process: reading, relaying, delivering.

`python bench/sync_cpu.py [--records N] [--profile FOLDER]`. CPU time tells nearly the same on a machine that has other
work, as elapsed time does not; what PostgreSQL used for it (hub and receiving table) stands beside. With --profile the
functions that it went to are written to FOLDER, a text for each stage.
"""

import argparse
import cProfile
import os
import pstats
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import sync  # type: ignore[import-not-found]  # beside this file
import sync_hub  # type: ignore[import-not-found]  # as above
import sync_records  # type: ignore[import-not-found]  # as above
from machine import machine  # type: ignore[import-not-found]  # as above
from sqlalchemy import make_url

from hub.services.sync.steps import deliver_some, pull, relay_once
from hub.services.sync.worker import joined, unhurried

_LINES = 60


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--profile", type=Path)
    told = parser.parse_args()
    print(machine("liaison-hub", "kafka-python", "psycopg", "sqlalchemy"))
    print(f"\n{told.records:,} records of 20 fields; CPU microseconds a record\n{'':10}{'hub':>8}{'PostgreSQL':>12}")
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

    ours = theirs = 0.0
    for name, stage in (("read", read), ("relay", relay), ("deliver", deliver)):
        spent, beside = _measured(stage, profile / f"{name}.txt" if profile else None, servers)
        ours, theirs = ours + spent, theirs + beside
        print(f"{name:10}{spent / count * 1e6:8.0f}{beside / count * 1e6:12.0f}", flush=True)
    print(f"{'together':10}{ours / count * 1e6:8.0f}{theirs / count * 1e6:12.0f}")
    grown = (_size(at.database) - empty) / count
    print(f"the hub's database grew by {grown:,.0f} bytes a record, trail and inbox included")
    consumer.close()
    verdict = hub.audit.verify()
    hub.close()
    if not verdict.whole or verdict.entries < 2 * count:
        raise SystemExit(f"the audit trail is not whole: {verdict}")


def _measured(stage: Callable[[], None], profile: Path | None, servers: Path) -> tuple[float, float]:
    """Return the CPU seconds that this process and PostgreSQL's spent on *stage*."""
    watch = cProfile.Profile() if profile else None
    before, beside = time.process_time(), _postgres(servers)
    if watch:
        watch.runcall(stage)
    else:
        stage()
    spent, beside = time.process_time() - before, _postgres(servers) - beside
    if watch and profile:
        with profile.open("w", encoding="utf-8") as stream:
            pstats.Stats(watch, stream=stream).sort_stats("tottime").print_stats(_LINES)
    return spent, beside


def _size(database: str) -> int:
    """Return the bytes on disk of a database."""
    with psycopg.connect(make_url(database).set(drivername="postgresql").render_as_string(hide_password=False)) as one:
        found = one.execute("SELECT pg_database_size(current_database())").fetchone()
    return int(found[0]) if found else 0


def _postgres(folder: Path) -> float:
    """Return the CPU seconds that the PostgreSQL in *folder* has used until now."""
    ticks = 0
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdigit() and (process / "cwd").readlink().is_relative_to(folder):
                after = (process / "stat").read_text().rpartition(")")[2].split()
                ticks += int(after[11]) + int(after[12])
        except OSError:
            continue  # it ended meanwhile
    return ticks / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
