"""Serves an empty hub, runs every DAG of pipelines/ in a real Airflow against it, and says what came of each.

`scripts/run_dags.py AIRFLOW` (the folder that Airflow is installed in); `scripts/test-airflow` installs and calls it.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parent.parent
INTEGRITY = """
import sys
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(sys.argv[1])
assert not bag.import_errors, bag.import_errors
for dag in bag.dags.values():
    assert dag.doc_md and dag.tags and not dag.catchup and dag.max_active_runs == 1, dag.dag_id
    asked = [task for task in dag.tasks if task.task_type == "HubJobOperator"]
    assert asked and all(task.retries >= 3 for task in asked), dag.dag_id
    assert all(task.owner == "liaison-hub" and task.execution_timeout for task in dag.tasks), dag.dag_id
print("dags", *sorted(bag.dags))
"""
JANUARY = {"since": "2026-01-01T00:00:00Z", "until": "2026-02-01T00:00:00Z"}
RUNS: tuple[tuple[str, int, str, dict[str, object]], ...] = (
    ("liaison_reconciliation", 2, "success", {}),
    ("liaison_audit_verification", 2, "success", {}),
    ("liaison_recordings", 2, "success", {}),
    ("liaison_retention", 2, "success", {"days": 90, "dry_run": True}),
    ("liaison_backfill", 2, "success", {"agreement": "demo"}),
    ("liaison_backfill", 3, "success", {"agreement": "demo", **JANUARY}),
    ("liaison_document_copies", 2, "success", {}),
    ("liaison_model_evaluation", 2, "success", {"worst": 0.6}),
    ("liaison_model_evaluation", 2, "failed", {"worst": 0.0}),
)
"""DAG, hour of its date, how it ends on an empty hub that has the demo's recording as its clip, and its parameters.

What is asked for at one hour is one job: the second evaluation meets the first one's figure.
"""
_LONGEST_S = 900
DATE = "2026-06-01T{:02}:00:00+00:00"


def main() -> None:
    """Run them; exit 1 where one ends otherwise than it should."""
    airflow = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory(prefix="hub-airflow-") as folder, _hub(Path(folder)) as (port, token):
        environment = _airflow_environment(Path(folder), airflow, port, token)
        _run([airflow / "bin" / "airflow", "db", "migrate"], environment)
        told = _run([airflow / "bin" / "python", "-c", INTEGRITY, ROOT / "pipelines"], environment)
        print(told.strip().splitlines()[-1])
        wrong = 0
        for dag, hour, expected, conf in RUNS:
            began = time.monotonic()
            state = _state(airflow, environment, dag, conf, hour=hour)
            wrong += state != expected
            told = f"{state} ({expected} was expected) in {time.monotonic() - began:.0f} s"
            print(f"{dag} {json.dumps(conf)}: {told}", flush=True)
        before = len(_jobs(port, token))
        _state(airflow, environment, "liaison_audit_verification", {}, hour=2)
        again = len(_jobs(port, token)) - before
        print(f"the same date run again asked for {again} new jobs")
    sys.exit(1 if wrong or again else 0)


def _state(airflow: Path, environment: Mapping[str, str], dag: str, conf: Mapping[str, object], *, hour: int) -> str:
    words = [airflow / "bin" / "airflow", "dags", "test", dag, DATE.format(hour), "--conf", json.dumps(conf)]
    ran = subprocess.run(
        list(map(str, words)),
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=_LONGEST_S,
    )
    text = ran.stdout + ran.stderr
    found = re.findall(r"state[ =':]+(success|failed)", text)
    state = found[-1] if found else "success" if ran.returncode == 0 else "failed"
    if state == "failed":
        print(text[-3000:], file=sys.stderr)
    return state


@contextmanager
def _hub(folder: Path) -> Iterator[tuple[int, str]]:
    """Serve a hub with an agreement, a token and a clip until the block ends."""
    from hub.bootstrap import build
    from hub.settings import load_settings

    home = folder / "home"
    hub = build(load_settings(home=home))
    token = _token(hub)
    _agree(hub)
    hub.close()
    _lay_clip(home / "evaluation")
    words, told = [sys.executable, "-m", "hub.cli", "serve", "--port", "0"], folder / "hub.log"
    with told.open("wb") as log:
        served = subprocess.Popen(
            words, env={**os.environ, "HUB_HOME": str(home), "HUB_ASR": "moonshine"}, stdout=log, stderr=log
        )
    try:
        yield _listening(told), token
    finally:
        served.terminate()
        served.wait(30)


def _lay_clip(folder: Path) -> None:
    """Lay the demo's recording, and what is said in it, where hearing is measured."""
    demo = ROOT / "hub" / "web" / "demo"
    folder.mkdir()
    (folder / "demo.opus").write_bytes((demo / "meeting.opus").read_bytes())
    said = json.loads((demo / "truth.json").read_text(encoding="utf-8"))["lines"]
    clip = {"audio": "demo.opus", "text": " ".join(line["text"] for line in said), "language": "en"}
    (folder / "refs.jsonl").write_text(json.dumps(clip) + "\n", encoding="utf-8")


def _token(hub: Any) -> str:
    """Return the secret of a token for a program that operates the hub."""
    from hub.domain.people import EVERY, Grant, Principal, Role, User
    from hub.domain.policy import Right
    from hub.services.accounts import keeping, token_keeping

    account = keeping.create(hub.desk, User("scheduler", "scheduler@example.org", "Scheduler", "IT"), by="IT", own=True)
    for role in (Role.ADMINISTRATOR, Role.INTEGRATION_ENGINEER):
        keeping.give(hub.desk, account, Grant(role, EVERY), by="IT", reason="runs the pipelines")
    held = tuple(one.grant for one in hub.desk.accounts.held(account.user.id))
    person = Principal(account.user, held, session="made here")
    rights = frozenset(
        {Right.SYNC_READ, Right.SYNC_OPERATE, Right.AUDIT_READ, Right.SYSTEM_OPERATE, Right.RETENTION_MANAGE}
    )
    return str(token_keeping.make(hub.desk, person, name="airflow", scopes=rights, days=1).secret)


def _agree(hub: Any) -> None:
    """Have an agreement between two systems that are not connected here."""
    from hub.domain.agreements import Agreement, KindRule, Status
    from hub.services.sync import agreeing

    known = {"clock": hub.sync.clock, "new_id": hub.sync.new_id}
    offered = Agreement("demo", 0, Status.PROPOSED, {"S": ("sponsor",), "C": ("cro",)}, (KindRule("site", "cro"),))
    agreeing.propose(hub.sync.ledger, offered, person="IT", **known)
    for party in ("S", "C"):
        agreeing.accept(hub.sync.ledger, "demo", party=party, person="IT", **known)
    agreeing.move(hub.sync, "demo", step="start", person="IT")


def _airflow_environment(folder: Path, airflow: Path, port: int, token: str) -> dict[str, str]:
    connection = {"conn_type": "http", "host": "127.0.0.1", "port": port, "schema": "http", "password": token}
    told = {name: os.environ[name] for name in ("LANG", "LC_ALL") if name in os.environ}
    return told | {
        "PATH": f"{airflow / 'bin'}:{os.environ['PATH']}",
        "HOME": str(folder),
        "AIRFLOW_HOME": str(folder / "airflow"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "pipelines"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "false",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "false",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
        "LIAISON_RETRY_S": "1",
        "AIRFLOW_CONN_LIAISON_HUB": json.dumps(connection),
        "PYTHONPATH": str(ROOT / "pipelines"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "NO_PROXY": "127.0.0.1",
    }


def _run(words: Sequence[object], environment: Mapping[str, str]) -> str:
    done = subprocess.run(list(map(str, words)), env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, words))}:\n{done.stdout}\n{done.stderr}")
    return done.stdout


def _jobs(port: int, token: str) -> list[str]:
    asked = Request(f"http://127.0.0.1:{port}/api/v1/jobs?limit=200", headers={"Authorization": f"Bearer {token}"})
    with urlopen(asked, timeout=30) as answer:  # noqa: S310  # this machine
        return [one["id"] for one in json.load(answer)["items"]]


def _listening(told: Path) -> int:
    """Return the port that the hub says it listens on, once it answers there."""
    for _ in range(300):
        if found := re.search(r"listening on http://127\.0\.0\.1:(\d+)", told.read_text(encoding="utf-8")):
            with suppress(OSError), urlopen(f"http://127.0.0.1:{found[1]}/health/ready", timeout=5):
                return int(found[1])
        time.sleep(0.2)
    raise SystemExit(f"the hub does not answer: {told.read_text(encoding='utf-8')}")


if __name__ == "__main__":
    main()
