"""How the service answers when the store is large: pages and API at a steady pace, search, the trail, a large upload.

`python bench/service.py [--meetings N] [--entries N] [--per-s N] [--seconds N] [--postgres] [--keep FOLDER]`. A real
`hub serve` answers people of both parties, an auditor and an inspector; each wait counts from when the call was due.
Beside it, called the same way: a bare Starlette that answers a page of the same weight from memory (the floor of this
machine and client). With --keep the filled store stays in FOLDER for the next run. Exits 1 where a target is missed.
"""

import argparse
import contextlib
import hashlib
import http.client
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import service_store
from machine import machine
from service_calls import Call, Waits, called
from service_store import CRO, RARE_WORD, SPONSORS, STUDIES

from hub.bootstrap import Hub, build
from hub.domain.people import Grant, Role, User
from hub.services.accounts import keeping
from hub.services.accounts.signing_in import Asked, open_session
from hub.settings import load_settings

SERVICES = Path(__file__).resolve().parent.parent / "scripts" / "services"
WAIT_MS, SEARCH_MS, ROWS_PER_S, PAGE_BYTES, GROWTH_MB = 150.0, 200.0, 200_000, 150_000, 64
"""What is to be reached (issue 5, section 5); growth of the server's memory by an upload of 1 GB."""
_PAGES = (
    ("home", 10, "/"),
    ("meetings", 15, "/meetings"),
    ("meetings, later", 5, "/meetings?after={day}%20m"),
    ("meetings of a study", 5, "/meetings?study={study}&state=approved"),
    ("meeting", 20, "/meetings/{meeting}"),
    ("long meeting", 2, "/meetings/{long}"),
    ("versions", 3, "/meetings/{meeting}/versions"),
    ("actions", 8, "/actions"),
    ("late actions", 4, "/actions?state=late"),
    ("audit", 6, "/audit"),
    ("audit of a meeting", 4, "/audit?record={meeting}"),
    ("API meetings", 8, "/api/v1/meetings"),
    ("API minutes", 6, "/api/v1/meetings/{meeting}/minutes"),
    ("API actions", 3, "/api/v1/actions?state=open"),
    ("API trail", 3, "/api/v1/audit/entries"),
)
"""Name, share and address of what is read."""
_SEARCHES = ("{rare}", "{word}", "{word} {word}", "{start}", "{word} {rare}")


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--meetings", type=int, default=100_000)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--per-s", type=float, default=50)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--postgres", action="store_true", help="PostgreSQL instead of SQLite")
    parser.add_argument("--keep", type=Path, help="folder for the filled store; a temporary one when not given")
    parser.add_argument("--upload-mb", type=int, default=1024)
    told = parser.parse_args()
    print(machine("liaison-hub", "fastapi", "starlette", "uvicorn", "sqlalchemy", "psycopg"))
    with tempfile.TemporaryDirectory(prefix="bench-service-") as spare:
        home = told.keep or Path(spare)
        home.mkdir(parents=True, exist_ok=True)
        with _database(home, postgres=told.postgres) as database:
            missed = _measured(told, home, database)
    for line in missed:
        print(f"MISSED  {line}")
    raise SystemExit(1 if missed else 0)


def _measured(told: argparse.Namespace, home: Path, database: str | None) -> list[str]:
    hub = build(load_settings(home=home, database=database))
    began = time.process_time()
    service_store.fill(hub, service_store.Filling(told.meetings, told.entries, max(told.entries // 50, 1)))
    print(
        f"\nstore     {told.meetings:,} meetings, {told.entries:,} entries; {time.process_time() - began:.0f} s of CPU"
    )
    people = {name: _person(hub, name, *grants) for name, grants in _people().items()}
    missed = _verified(hub)
    hub.close()
    calls = _calls(people, told)
    with _served(home, database) as (port, process):
        called(port, calls[: int(told.per_s * 5)], per_s=told.per_s)  # what a server makes once is made
        spent = _cpu_s(process)
        read = called(port, calls, per_s=told.per_s)
        spent = _cpu_s(process) - spent
        missed += _show(f"hub at {told.per_s:g}/s", read, WAIT_MS) + _heavy(read)
        print(f"  the server used {spent / len(calls) * 1000:.1f} ms of CPU a call")
        missed += _show("search", called(port, _searches(people), per_s=5), SEARCH_MS)
        missed += _uploaded(port, process, people["anna.weber"], told.upload_mb)
    with _floor(max(one.heaviest for one in read)) as port:
        _show("bare Starlette", called(port, calls, per_s=told.per_s)[:1], WAIT_MS)
    return missed


def _show(title: str, waits: Sequence[Waits], target_ms: float) -> list[str]:
    """Print a table and return what is over the target."""
    print(f"\n{title:24}{'calls':>7}{'p50 ms':>9}{'p99 ms':>9}{'max ms':>9}{'kB':>8}")
    for one in waits:
        figures = (one.quantile(50), one.quantile(99), max(one.seconds) * 1000)
        print(f"  {one.name:22}{len(one.seconds):7,}" + "".join(f"{ms:9.1f}" for ms in figures) + _kb(one), flush=True)
    over = [one for one in waits if one.quantile(99) > target_ms]
    return [f"{title}, {one.name}: p99 {one.quantile(99):.0f} ms, target {target_ms:.0f} ms" for one in over]


def _kb(one: Waits) -> str:
    return f"{one.heaviest / 1000:8.1f}"


def _heavy(waits: Sequence[Waits]) -> list[str]:
    return [
        f"{one.name}: weighs {_kb(one).strip()} kB"
        for one in waits[1:]
        if one.heaviest > PAGE_BYTES and "API" not in one.name
    ]


def _verified(hub: Hub) -> list[str]:
    wall, cpu = time.perf_counter(), time.process_time()
    verdict = hub.audit.verify()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    if not verdict.whole:
        return [f"the trail is not whole: {verdict}"]
    per_s = verdict.entries / wall
    print(
        f"trail     {verdict.entries:,} entries verified, {per_s:,.0f} a second; "
        f"{cpu / verdict.entries * 1e6:.1f} µs of CPU each"
    )
    return [] if per_s >= ROWS_PER_S else [f"verification: {per_s:,.0f} entries a second, target {ROWS_PER_S:,}"]


def _people() -> dict[str, tuple[Grant, ...]]:
    managers = ("anna.weber", "bruno.costa", "chen.li", "dina.haddad", "emil.novak", "freya.olsen")
    lead = tuple(Grant(Role.REVIEWER, SPONSORS[0], study) for study in STUDIES[::5][:3])
    ends = datetime.now(UTC) + timedelta(days=30)
    return {
        **dict.fromkeys(managers, (Grant(Role.PROJECT_MANAGER, CRO),)),
        "lead": lead,
        "auditor": (Grant(Role.AUDITOR, CRO),),
        "inspector": (Grant(Role.INSPECTOR, SPONSORS[0], until=ends),),
    }


def _person(hub: Hub, name: str, *grants: Grant) -> str:
    """Return the secret of a session of one who is made where they are not there yet."""
    email = f"{name}@meridian.example"
    account = hub.desk.accounts.named(email=email)
    if account is None:
        user = User(hub.desk.new_id(), email, name, grants[0].organization)
        account = keeping.create(hub.desk, user, by="bench", password="a long walk by the river", own=True)  # noqa: S106 - of the test
        for grant in grants:
            keeping.give(hub.desk, account, grant, by="bench")
    return open_session(hub.desk, account, method="password+code", asked=Asked(email, "bench")).secret


def _calls(people: dict[str, str], told: argparse.Namespace) -> list[Call]:
    chance = random.Random(1)  # noqa: S311 - repeatable, not secret
    chosen = chance.choices(_PAGES, weights=[share for _, share, _ in _PAGES], k=int(told.per_s * told.seconds))
    turns, readers = count(), list(people)[:7]

    def one(name: str, address: str) -> Call:
        number = chance.randrange(told.meetings)
        who = ("auditor", "inspector")[next(turns) % 2] if "audit" in address else readers[next(turns) % len(readers)]
        if "{long}" in address:
            who = readers[0]
        day = datetime(2026, 10, 1, tzinfo=UTC) - timedelta(minutes=15 * number)
        words = {
            "meeting": f"m-{service_store.open_to_all(number):07}",
            "long": f"m-{service_store.long(number):07}",
            "study": STUDIES[0],
            "day": day.isoformat().replace("+", "%2B"),
        }
        return _call(name, address.format(**words), people[who])

    return [one(name, address) for name, _, address in chosen]


def _searches(people: dict[str, str]) -> list[Call]:
    managers = list(people)[:7]
    chance = random.Random(2)  # noqa: S311 - repeatable, not secret

    def one(turn: int) -> Call:
        shape = _SEARCHES[turn % len(_SEARCHES)]
        words = iter([chance.choice(_COMMON), chance.choice(_COMMON)])
        asked = re.sub(r"{word}", lambda _: next(words), shape).format(rare=RARE_WORD, start=chance.choice(_COMMON)[:4])
        return _call(
            shape.replace("{", "").replace("}", ""),
            f"/meetings?q={asked.replace(' ', '+')}",
            people[managers[turn % 7]],
        )

    return [one(turn) for turn in range(100)]


_COMMON = ("weekly", "call", "call weekly")


def _call(name: str, path: str, secret: str) -> Call:
    return Call(name, path, f"cookie: hub={secret}; __Host-hub={secret}\r\n")


def _uploaded(port: int, process: int, secret: str, megabytes: int) -> list[str]:
    """Send a file of so many megabytes through the API and hold the server's memory before against the most after."""
    from hub.api.cookies import csrf_of

    line = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    own = {"cookie": f"hub={secret}; __Host-hub={secret}", "x-csrf-token": csrf_of(secret)}
    about = {"title": "Recorded call", "organizations": [CRO], "study": STUDIES[0]}
    meeting = _answered(line, "POST", "/api/v1/meetings", json.dumps(about), own)["id"]
    piece, size = os.urandom(1 << 20), megabytes << 20
    digest = hashlib.sha256()
    for _ in range(megabytes):
        digest.update(piece)
    told = {"name": "call.wav", "size": size, "consent": "told at the start", "sha256": digest.hexdigest()}
    upload = _answered(line, "POST", f"/api/v1/meetings/{meeting}/uploads", json.dumps(told), own)["id"]
    _answered(line, "GET", "/api/v1/meetings", None, own)
    before, began = _memory_mb(process), time.perf_counter()
    sent = own | {"content-range": f"bytes 0-{size - 1}/{size}", "content-length": str(size)}
    answer = _answered(line, "PUT", f"/api/v1/uploads/{upload}", (piece for _ in range(megabytes)), sent)
    most = _memory_mb(process, peak=True)
    print(
        f"\nupload    {megabytes:,} MB in {time.perf_counter() - began:.1f} s, {answer['state']}; the server's memory: "
        f"{before:.0f} MB before, {most:.0f} MB at most, {_memory_mb(process):.0f} MB after"
    )
    return [f"upload: memory grew by {most - before:.0f} MB"] if most - before > GROWTH_MB else []


def _answered(line: http.client.HTTPConnection, method: str, path: str, body: object, headers: dict[str, str]) -> dict:
    more = {"content-type": "application/json"} if isinstance(body, str) else {}
    line.request(method, path, body, {**headers, **more})  # type: ignore[arg-type]  # an iterator of bytes will do
    answer = line.getresponse()
    content = answer.read()
    if answer.status >= 300:
        raise SystemExit(f"{method} {path}: {answer.status} {content[:300]!r}")
    return json.loads(content)


def _cpu_s(process: int) -> float:
    """Return the CPU seconds that a process has used until now."""
    after = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(after[11]) + int(after[12])) / os.sysconf("SC_CLK_TCK")


def _memory_mb(process: int, *, peak: bool = False) -> float:
    """Return the resident memory of a process, or (*peak*) the most it had since that was last reset."""
    name = "VmHWM" if peak else "VmRSS"
    if not peak:
        with contextlib.suppress(OSError):  # where the peak cannot be reset it counts from the start: too high at worst
            Path(f"/proc/{process}/clear_refs").write_text("5", encoding="ascii")
    found = re.search(rf"{name}:\s+(\d+)", Path(f"/proc/{process}/status").read_text(encoding="ascii"))
    return int(found[1]) / 1024 if found else 0.0


@contextmanager
def _served(home: Path, database: str | None) -> Iterator[tuple[int, int]]:
    told = {"HUB_HOME": str(home)} | ({"HUB_DATABASE": database} if database else {})
    with _started([str(Path(sys.executable).with_name("hub")), "serve", "--port", "0"], told) as where:
        yield where


@contextmanager
def _floor(weight: int) -> Iterator[int]:
    with _started([sys.executable, __file__, "--serve", str(weight)], {}) as (port, _):
        yield port


@contextmanager
def _started(words: list[str], environment: dict[str, str]) -> Iterator[tuple[int, int]]:
    """Run a server that names its port on its first line of stderr, until the block ends."""
    process = subprocess.Popen(words, env={**os.environ, **environment}, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        yield int(re.findall(r":(\d+)", process.stderr.readline())[0]), process.pid
    finally:
        process.terminate()
        process.communicate()


@contextmanager
def _database(home: Path, *, postgres: bool) -> Iterator[str | None]:
    if not postgres:
        yield None
        return
    home.chmod(0o755)
    folder, kept = str(home / "services"), home / "services" / "services.json"
    words = ["restart", folder, "postgres"] if kept.exists() else ["start", "--only", "postgres", folder]
    subprocess.run([str(SERVICES), *words], check=True, stdout=subprocess.DEVNULL)
    try:
        yield json.loads(kept.read_text(encoding="utf-8"))["postgres"]
    finally:  # ended by its name: its address is kept for the next run
        subprocess.run([str(SERVICES), "stop", folder, "postgres"], check=False, stdout=subprocess.DEVNULL)


def _serve(weight: int) -> None:
    """Serve the floor."""
    import socket

    import uvicorn
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    body = b"x" * weight

    async def page(_request: Request) -> Response:
        return Response(body, media_type="text/html")

    listening = socket.create_server(("127.0.0.1", 0), backlog=2048)
    print(f"listening on :{listening.getsockname()[1]}", file=sys.stderr, flush=True)
    app = Starlette(routes=[Route("/{path:path}", page)])
    uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run(sockets=[listening])


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        _serve(int(sys.argv[2]))
    else:
        main()
