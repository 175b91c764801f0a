"""The hub's part of `bench/sync.py`: one worker, run as a process of its own.

`python bench/sync_hub.py PLACES DUTY...`: reads records (a file, or edits made at a steady pace) into PostgreSQL, and
brings them over Kafka into a table of another database, until it is told to end.
"""

import json
import signal
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sync_records import COUNTS, FIELDS
from sync_table import Table

from hub.bootstrap import Hub, build
from hub.connectors.files.source import open_files
from hub.domain.agreements import Agreement, Deletes, KindRule, Policy, Status
from hub.domain.changes import Capabilities, Change, Page
from hub.ports import Source, System
from hub.services.sync import agreeing
from hub.services.sync.worker import run, tasks
from hub.settings import load_settings

EVERY_S = 0.05


@dataclass(frozen=True, slots=True)
class Places:
    """Where everything is."""

    home: str
    records: str
    """The folder of the files that are read."""
    database: str
    """The hub's, as SQLAlchemy writes it."""
    kafka: str
    table: str
    """The receiving system's database, as libpq writes it."""
    partitions: int = 8
    edits_per_s: float = 0.0
    """Instead of the file: so many edits a second of records made before."""
    edited: int = 0
    """How many records these go round."""
    ages: str = ""
    """The file that is told how old each edit was when it was on the other side."""


class Edits:
    """A source whose records are edited at a steady pace, each edit carrying the time when it was due."""

    capabilities = Capabilities()

    def __init__(self, per_s: float, records: int) -> None:
        self._per_s, self._records, self._began = per_s, records, time.time()

    def pull(self, kind: str, cursor: str | None) -> Page:
        """Return the edits that have come due; see `Source.pull`."""
        since = int(cursor) if cursor and cursor.isdigit() else 0  # else the cursor of the file read before
        due = int((time.time() - self._began) * self._per_s)
        changes = tuple(
            Change(kind, f"S{number % self._records:07}", {"updated": f"{self._began + number / self._per_s:.6f}"})
            for number in range(since, due)
        )
        return Page(changes, str(due))

    def since(self, kind: str, at: datetime) -> str | None:
        """Return None: everything; see `Source.since`."""
        del kind, at
        return None


def opened(at: Places) -> Hub:
    """Return a hub between source and table."""
    settings = load_settings(
        home=Path(at.home),
        database=at.database,
        bus="kafka",
        kafka_servers=at.kafka,
        kafka_security="PLAINTEXT",
        kafka_replication=1,
        bus_partitions=at.partitions,
    )
    hub = build(settings)
    source: Source = Edits(at.edits_per_s, at.edited) if at.edits_per_s else _files(at, hub)
    table = Table(at.table, Path(at.ages) if at.ages else None)
    systems = {
        "cro": System("cro", ("site",), source=source, every_s=EVERY_S),
        "sponsor": System("sponsor", (), target=table),
    }
    return build(settings, systems=systems)


def _files(at: Places, hub: Hub) -> Source:
    columns = "".join(
        f"      {name}: {{column: {name}{', type: integer' if name in COUNTS else ''}}}\n" for name in FIELDS
    )
    text = f"connector: files\nname: cro\nfolder: {at.records}\nsettle_s: 0\nevery_s: {EVERY_S}\nkinds:\n  site:\n"
    text += f'    files: "*.jsonl"\n    format: jsonl\n    id: [number]\n    fields:\n{columns}'
    return open_files(text, clock=hub.clock)


def agree(hub: Hub) -> None:
    """Bring the agreement into force that the records flow under."""
    rule = KindRule("site", "cro", Policy.REVIEW, Deletes.SOFT)
    offered = Agreement("bench", 0, Status.PROPOSED, {"S": ("sponsor",), "C": ("cro",)}, (rule,))
    agreeing.propose(hub.sync.ledger, offered, person="bench", clock=hub.clock, new_id=hub.sync.new_id)
    for party in ("S", "C"):
        agreeing.accept(hub.sync.ledger, "bench", party=party, person="bench", clock=hub.clock, new_id=hub.sync.new_id)
    agreeing.move(hub.sync, "bench", step="start", person="bench")


def worker(at: Places, duties: Sequence[str]) -> None:
    """Work until SIGTERM."""
    hub, stop = opened(at), threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: stop.set())
    run([task for task in tasks(hub.sync) if task.name.partition(".")[0] in duties], stop)
    hub.close()


def told(at: Places) -> str:
    """Return *at* as the text that a worker is started with."""
    return json.dumps(asdict(at))


if __name__ == "__main__":
    worker(Places(**json.loads(sys.argv[1])), sys.argv[2:])
