"""Small models for tests: a manifest, a package index in a folder, and a web server on the loopback address."""

import hashlib
import re
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from hub.connectors.models.manifest import File, Model, Source
from hub.domain.errors import FatalError

BODIES = {"model.bin": bytes(range(256)) * 40, "sub/config.json": b'{"size": 1}'}


def listed(name: str, body: bytes) -> File:
    return File(name, len(body), hashlib.sha256(body).hexdigest())


FILES = tuple(listed(name, body) for name, body in BODIES.items())
WHEEL = Source("wheel", packages=("tiny-model==1.0",), folder="tiny_model/data")


def tiny(*sources: Source, name: str = "tiny", files: tuple[File, ...] = FILES) -> Model:
    return Model(name, "a test", "r1", "MIT", files, sources)


def fill_by_hand(folder: Path, bodies: dict[str, bytes] = BODIES) -> None:
    for name, body in bodies.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(body)


def package(index: Path, name: str, members: dict[str, bytes], *, tag: str = "py3-none-any") -> Path:
    """Write a wheel that pip can download (https://packaging.python.org/specifications/binary-distribution-format/)."""
    module = name.replace("-", "_")
    about = f"{module}-1.0.dist-info"
    index.mkdir(parents=True, exist_ok=True)
    path = index / f"{module}-1.0-{tag}.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for inside, body in members.items():
            archive.writestr(inside, body)
        archive.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        archive.writestr(f"{about}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n")
        archive.writestr(f"{about}/RECORD", "")
    return path


class FakeModels:
    """Folders that are taken as they are."""

    def __init__(self, folders: dict[str, Path]) -> None:
        self.folders = folders

    def require(self, name: str) -> Path:
        if name not in self.folders:
            raise FatalError(f"model {name} is not fetched; run: hub models fetch {name}")
        return self.folders[name]

    def revision(self, name: str) -> str:
        return f"{name}@fake"


class Told:
    """Progress that remembers."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.done: list[float] = []

    def start(self, stage: str, total_s: float | None = None) -> None:
        self.notes.append(stage)

    def advance(self, done_s: float) -> None:
        self.done.append(done_s)

    def finish(self, note: str = "") -> None:
        self.notes.append(note)


class Site:
    """What the web server holds and what it was asked for; *cut* bytes after which an answer breaks off."""

    def __init__(self, bodies: dict[str, bytes]) -> None:
        self.bodies = bodies
        self.asked: list[tuple[str, str | None]] = []
        self.headers: list[dict[str, str]] = []
        self.cut: int | None = None
        self.ranges = True
        self.status: int | None = None
        self.address = ""


@contextmanager
def site(bodies: dict[str, bytes]) -> Iterator[Site]:
    held = Site(bodies)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers.get("Range")
            held.asked.append((self.path, asked))
            held.headers.append(dict(self.headers))
            body = next((body for name, body in held.bodies.items() if self.path.endswith(name)), None)
            if held.status or body is None:
                self.send_error(held.status or 404)
                return
            start = int(re.findall(r"\d+", asked)[0]) if asked and held.ranges else 0
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
            self.send_header("Content-Length", str(len(body) - start))
            self.end_headers()
            self.wfile.write(body[start:][: held.cut])

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    held.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield held
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
