"""Records a second and memory of connectors that read 100,000 objects from a server on this machine.

    .venv/bin/python bench/connectors.py [--objects 100000] [--only veeva]

The server runs in a process of its own and does no more than slice a prepared list, so that what is measured is ours:
*ours* is the processor time of the reading process, *waiting* is what is left of the time on the clock: the network and
the server. Memory is the greatest that the reading process held, less what it held before the first page.
"""

import argparse
import json
import multiprocessing
import os
import re
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
BEGAN = datetime(2026, 3, 2, tzinfo=UTC)
SIZE = 1000


def moment(number: int) -> str:
    """Return when an object changed."""
    return (BEGAN + timedelta(seconds=number)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def veeva(path: str, form: dict[str, list[str]], count: int) -> dict[str, Any]:
    """Answer as a vault."""
    if path.endswith("/auth"):
        return {"responseStatus": "SUCCESS", "sessionId": "S", "vaultId": 1}
    if "/deletions/" in path:
        return {"responseStatus": "SUCCESS", "responseDetails": {"total": 0}, "data": []}
    found = re.search(r"id > 'V(\d+)'", form["q"][0])
    begin = int(found[1]) + 1 if found else 0
    rows = [
        {"id": f"V{n:09d}", "name__v": f"Site {n}", "study__v": "S1", "modified_date__v": moment(n), "region__c": "EU"}
        for n in range(begin, min(begin + SIZE, count))
    ]
    details = {"pagesize": SIZE, "size": len(rows), "total": count - begin}
    return {"responseStatus": "SUCCESS", "responseDetails": details, "data": rows}


def sharepoint(path: str, form: dict[str, list[str]], count: int) -> dict[str, Any]:
    """Answer as Graph."""
    if path.endswith("/token"):
        return {"access_token": "T", "expires_in": 3600}
    begin = int(form.get("at", ["0"])[0])
    items = [
        {"id": f"I{n}", "name": f"{n}.pdf", "eTag": f'"{n}"', "file": {"hashes": {}}, "size": 7}
        for n in range(begin, min(begin + SIZE, count))
    ]
    onward = begin + SIZE
    place = f"{form['base'][0]}/drives/D/items/root/delta()?at={min(onward, count)}"
    return {"value": items, "@odata.nextLink" if onward < count else "@odata.deltaLink": place}


def rest(_path: str, form: dict[str, list[str]], count: int) -> dict[str, Any]:
    """Answer as a plain HTTP API."""
    begin = int(form.get("after", ["0"])[0])
    items = [{"id": n, "name": f"Site {n}", "changed": moment(n)} for n in range(begin, min(begin + SIZE, count))]
    return {"items": items, "next": begin + SIZE if begin + SIZE < count else None}


ANSWERS: dict[str, Callable[[str, dict[str, list[str]], int], dict[str, Any]]] = {
    "veeva": veeva,
    "sharepoint": sharepoint,
    "rest": rest,
}
YAML = {
    "veeva": "{connector: veeva, name: v, address: ADDRESS, vault_id: 1, sign_in: {user: u, password: 'env:SECRET'}, "
    "kinds: {site: {fields: {name: null, status: null, investigator: null, region: region__c}}}}",
    "sharepoint": "{connector: sharepoint, name: p, drive: D, access: {tenant: t, client_id: c, client_secret: "
    "'env:SECRET', login_url: ADDRESS, base_url: ADDRESS}}",
    "rest": "{connector: rest, name: r, base_url: ADDRESS, kinds: {site: {list: {path: items, items: items, paging: "
    "cursor, param: after, size: 1000}, fields: {name: name}, changed_at: changed}}}",
    "ems": "{connector: ems, name: e, study: S, inbox: FOLDER, sender: {source: C, specification: A}, model: "
    "{version: '3.0'}}",
}


def serve(name: str, count: int, told: Any) -> None:
    """Serve until the process is ended; *told* gets the port."""

    class Wire(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def _any(self) -> None:
            split = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            form = {**parse_qs(split.query), **parse_qs(body), "base": [f"http://127.0.0.1:{server.server_port}"]}
            content = json.dumps(ANSWERS[name](split.path, form, count)).encode()
            self.send_response_only(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            self.wfile.flush()

        do_GET = do_POST = _any  # noqa: N815  # names of the base class

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Wire)
    told.put(server.server_port)
    server.serve_forever()


def read(text: str, kind: str, told: Any) -> None:
    """Read everything and tell what it took."""
    os.environ["SECRET"] = "s"  # noqa: S105  # of a server that takes any
    from hub.connectors.catalogue import open_system

    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(text)
        file.flush()
        source = open_system(Path(file.name)).source
    before = resource.getrusage(resource.RUSAGE_SELF)
    began, cursor, more, count = time.perf_counter(), None, True, 0
    while more:
        page = source.pull(kind, cursor)
        assert not page.rejects, page.rejects[0]
        cursor, more, count = page.cursor, page.more, count + len(page.changes)
    wall_s, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF)
    ours_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    told.put((count, wall_s, ours_s, (after.ru_maxrss - before.ru_maxrss) / 1024))


def packages(folder: Path, count: int) -> None:
    """Put *count* documents into packages of a thousand."""
    from tests.connectors.vendors.ems import Party, manifest

    party = Party(folder)
    batch = {"STUDYID": "S", "TRANSFERSOURCEID": "C", "SPECIFICATIONID": "A", "TMFRMVERSION": "3.0"}
    for begin in range(0, count, SIZE):
        made = [party.object(f"D{n}", f"Document {n}") for n in range(begin, min(begin + SIZE, count))]
        path = folder / f"{20260302000000 + begin}"
        (path / "files").mkdir(parents=True)
        for one in made:
            (path / one["CONTENTURL"]).write_text(one["content"])
        (path / "exchange.xml").write_text(manifest(made, {**batch, "TRANSFERID": path.name}))


def measure(name: str, count: int) -> tuple[int, float, float, float]:
    """Return objects read, seconds on the clock, seconds of our processor time, MiB held."""
    context = multiprocessing.get_context("spawn")
    told = context.Queue()
    with tempfile.TemporaryDirectory(prefix="bench-connectors-") as folder:
        text, kind, server = YAML[name], "site" if name in ("veeva", "rest") else "document", None
        if name in ANSWERS:
            server = context.Process(target=serve, args=(name, count, told), daemon=True)
            server.start()
            text = text.replace("ADDRESS", f"http://127.0.0.1:{told.get(timeout=60)}")
        else:
            packages(Path(folder), count)
        reader = context.Process(target=read, args=(text.replace("FOLDER", folder), kind, told))
        reader.start()
        found: tuple[int, float, float, float] = told.get(timeout=3600)
        reader.join()
        if server is not None:
            server.terminate()
            server.join()
        return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--objects", type=int, default=100_000)
    parser.add_argument("--only", choices=sorted(YAML), action="append")
    asked = parser.parse_args()
    print("| connector | objects | records/s of our processor time | ours | waiting | memory |")
    print("|---|---|---|---|---|---|")
    for name in asked.only or YAML:
        count, wall_s, ours_s, held = measure(name, asked.objects if name != "ems" else asked.objects // 10)
        line = f"| {name} | {count:,} | {count / ours_s:,.0f} | {ours_s:.1f} s | {max(0.0, wall_s - ours_s):.1f} s "
        print(f"{line}| {held:.0f} MiB |", flush=True)


if __name__ == "__main__":
    main()
