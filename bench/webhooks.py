"""How many signed webhook calls a second the hub keeps durably, and how long each waits for its thanks.

`python bench/webhooks.py [--per-s N] [--seconds N] [--postgres]`. Calls come at a steady pace, whether or not earlier
ones were answered; the wait of each counts from when it was due. Beside it, called the same way: a bare Starlette that
answers and keeps nothing (the ceiling), and one that commits each call by itself into SQLite (what group commit
spares). Kept calls are counted at the end.
"""

import argparse
import asyncio
import base64
import hmac
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from machine import machine

ROOT = Path(__file__).resolve().parent.parent
SERVICES = ROOT / "scripts" / "services"
KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()
BODY = json.dumps({"type": "site.changed", "site": "014", "note": "x" * 400}).encode()
_CONNECTIONS = 64


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--per-s", type=int, default=2000)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--postgres", action="store_true", help="keep the calls in PostgreSQL instead of SQLite")
    told = parser.parse_args()
    print(machine("liaison-hub", "starlette", "uvicorn", "sqlalchemy", "psycopg"))
    print(f"\n{told.per_s:,} calls a second for {told.seconds} s")
    print(f"{'':22}{'answered/s':>11}{'p50 ms':>8}{'p99 ms':>8}{'max':>8}")
    with tempfile.TemporaryDirectory(prefix="bench-webhooks-") as folder:
        for name, command in (("answers only", "bare"), ("a commit each", "each")):
            with _served([sys.executable, __file__, "--serve", command, folder], {}) as port:
                _show(name, asyncio.run(_called(port, told.per_s, told.seconds)))
        with _database(Path(folder), postgres=told.postgres) as database, _hub(Path(folder), database) as port:
            waits = asyncio.run(_called(port, told.per_s, told.seconds))
            _show("hub, PostgreSQL" if told.postgres else "hub, SQLite", waits)
            kept = _kept(Path(folder), database)
    print(f"kept by the hub: {kept:,} of {len(waits):,} that were thanked for")
    if kept < len(waits):
        raise SystemExit("lost")


def _show(name: str, waits: list[float]) -> None:
    cuts = [one * 1000 for one in statistics.quantiles(waits, n=100)]
    print(f"{name:22}{len(waits) / _SPENT[0]:11,.0f}{cuts[49]:8.1f}{cuts[98]:8.1f}{max(waits) * 1000:8.0f}", flush=True)


_SPENT = [0.0]
"""Seconds that the last round of calls took, from the first that was due to the last answer."""


async def _called(port: int, per_s: int, seconds: int) -> list[float]:
    """Return how long each call waited for a 204, from when it was due."""
    due: asyncio.Queue[tuple[float, bytes] | None] = asyncio.Queue()
    waits: list[float] = []
    workers = [asyncio.create_task(_caller(port, due, waits)) for _ in range(_CONNECTIONS)]
    began = time.perf_counter()
    for number in range(per_s * seconds):
        at = began + number / per_s
        if (ahead := at - time.perf_counter()) > 0:
            await asyncio.sleep(ahead)
        due.put_nowait((at, _request(number)))
    for _ in workers:
        due.put_nowait(None)
    await asyncio.gather(*workers)
    _SPENT[0] = time.perf_counter() - began
    return waits


async def _caller(port: int, due: "asyncio.Queue[tuple[float, bytes] | None]", waits: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while (one := await due.get()) is not None:
        at, request = one
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 204"):
            raise SystemExit(f"answered {head[:200]!r}")
        waits.append(time.perf_counter() - at)
    writer.close()


def _request(number: int) -> bytes:
    message, stamp = f"msg_{number}", str(int(time.time()))
    digest = hmac.digest(KEY, f"{message}.{stamp}.".encode() + BODY, "sha256")
    head = (
        f"POST /webhooks/cro HTTP/1.1\r\nhost: bench\r\ncontent-length: {len(BODY)}\r\nwebhook-id: {message}\r\n"
        f"webhook-timestamp: {stamp}\r\nwebhook-signature: v1,{base64.b64encode(digest).decode()}\r\n\r\n"
    )
    return head.encode() + BODY


@contextmanager
def _hub(folder: Path, database: str | None) -> Iterator[int]:
    (folder / "webhooks").mkdir()
    (folder / "webhooks" / "cro.yaml").write_text("system: cro-ctms\nvendor: standard\nsecrets: [env:CRO_WEBHOOK]\n")
    told = {"HUB_HOME": str(folder), "CRO_WEBHOOK": SECRET} | ({"HUB_DATABASE": database} if database else {})
    with _served([Path(sys.executable).with_name("hub"), "serve", "--port", "0"], told) as port:
        yield port


@contextmanager
def _database(folder: Path, *, postgres: bool) -> Iterator[str | None]:
    if not postgres:
        yield None
        return
    folder.chmod(0o755)
    words = [SERVICES, "start", "--only", "postgres", folder / "services"]
    out = subprocess.run(words, check=True, stdout=subprocess.PIPE).stdout
    try:
        yield json.loads(out)["postgres"]
    finally:
        subprocess.run([SERVICES, "stop", folder / "services"], check=False, stdout=subprocess.DEVNULL)


@contextmanager
def _served(words: list[object], environment: dict[str, str]) -> Iterator[int]:
    """Run a server that names its port on its first line of stderr, until the block ends."""
    process = subprocess.Popen(
        list(map(str, words)), env={**os.environ, **environment}, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    try:
        yield int(re.findall(r":(\d+)", process.stderr.readline())[0])
    finally:
        process.terminate()
        process.communicate()


def _kept(folder: Path, database: str | None) -> int:
    from sqlalchemy import func, select

    from hub.bootstrap import build
    from hub.settings import load_settings
    from hub.storage.calls_tables import calls
    from hub.storage.engine import reading

    hub = build(load_settings(home=folder, database=database))
    with reading(hub._engine) as connection:  # noqa: SLF001  # no part of the hub counts what was kept
        kept = connection.execute(select(func.count()).select_from(calls)).scalar_one()
    hub.close()
    return int(kept)


def _serve(how: str, folder: str) -> None:
    """Serve one of the two that the hub is compared with."""
    import socket
    import sqlite3

    import uvicorn
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    connection = sqlite3.connect(Path(folder) / f"{how}.db", isolation_level=None)
    connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE c (id text, body blob)")

    async def called(request: Request) -> Response:
        body = await request.body()
        if how == "each":
            connection.execute("INSERT INTO c VALUES (?, ?)", (request.headers["webhook-id"], body))
        return Response(status_code=204)

    listening = socket.create_server(("127.0.0.1", 0), backlog=2048)
    print(f"listening on :{listening.getsockname()[1]}", file=sys.stderr, flush=True)
    app = Starlette(routes=[Route("/webhooks/cro", called, methods=["POST"])])
    uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run(sockets=[listening])


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        _serve(*sys.argv[2:])
    else:
        main()
