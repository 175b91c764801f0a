"""The users of the CRO's system in the crash test: a process of its own, that may be ended at any time and goes on.

`chaos_producer.py FOLDER --batch N --pause S`: enters N records in one transaction, the counter as their figure, and
edits as many of the first ones, the counter as the new value, again and again. Where it stands it reads from the store.
"""

import argparse
import signal
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hub.web.partners.profiles import CRO
from hub.web.partners.store import Store, Wanted

COLLECTION = "recruitment"
FIRST_DAY = date(2000, 1, 1)
EDITED = 20
"""Records that are edited again and again, for the order; twice a batch, so that no edit covers one of the same."""
_AHEAD = 50
"""Batches, or at least records, that the other side may lack before the users rest."""
_LEAST_AHEAD = 2000


def main() -> None:
    """Enter and edit until SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--pause", type=float, default=0.1)
    told = parser.parse_args()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: stop.set())
    cro = Store(told.folder / "cro.db", clock=lambda: datetime.now(UTC))
    sponsor = Store(told.folder / "sponsor.db", clock=lambda: datetime.now(UTC))
    study, centre = _parents(cro, told.folder)
    known: list[int] = []
    while not stop.is_set():
        number = cro.count(COLLECTION)
        if number - sponsor.count("enrollmentFigures") > max(_LEAST_AHEAD, _AHEAD * told.batch):
            stop.wait(0.2)
            continue
        if len(known) < edited(told.batch):
            known = _first(told.folder, edited(told.batch))
        counters = range(number, number + told.batch)
        writes = [Wanted(COLLECTION, None, _figures(study, centre, one)) for one in counters]
        writes += [Wanted(COLLECTION, known[one % len(known)], {"n_scr": str(one)}) for one in counters if known]
        cro.write_all(writes)
        stop.wait(told.pause)


def edited(batch: int) -> int:
    """Return how many records are edited."""
    return max(EDITED, 2 * batch) if batch > 1 else EDITED


def made(folder: Path) -> tuple[int, int]:
    """Return how many records there are and how often they were edited."""
    with closing(sqlite3.connect(folder / "cro.db", timeout=15)) as connection:
        figures = connection.execute("SELECT count(*) FROM rows WHERE collection = ?", (COLLECTION,)).fetchone()[0]
        rows, writes = connection.execute(
            "SELECT (SELECT max(number) FROM rows), (SELECT max(mark) FROM log)"
        ).fetchone()
    return figures, (writes or 0) - (rows or 0)


def _figures(study: str, centre: str, counter: int) -> dict[str, str]:
    day = (FIRST_DAY + timedelta(days=counter)).isoformat()
    return {"protocol": study, "centre": centre, "day": day, "n_scr": "0", "n_enr": str(counter)}


def _parents(cro: Store, folder: Path) -> tuple[str, str]:
    """Return the ids of the study and the centre, entered where they are not there yet."""
    if not cro.count("protocols"):
        cro.write(
            "protocols", None, {"protocol_no": "LUMEN-3", "short_title": "chaos", "phase": "3", "stat": "A"}, key=None
        )
    study = _named(folder, "protocols")
    if not cro.count("centres"):
        fields = {"protocol": study, "centre_no": "001", "centre_name": "one", "ctry": "DE", "stat": "A"}
        cro.write("centres", None, fields, key=None)
    return study, _named(folder, "centres")


def _named(folder: Path, collection: str) -> str:
    return f"{CRO.prefix}{_first(folder, 1, collection)[0]}"


def _first(folder: Path, count: int, collection: str = COLLECTION) -> list[int]:
    query = "SELECT number FROM rows WHERE collection = ? ORDER BY number LIMIT ?"
    with closing(sqlite3.connect(folder / "cro.db", timeout=15)) as connection:
        return [row[0] for row in connection.execute(query, (collection, count))]


if __name__ == "__main__":
    main()
