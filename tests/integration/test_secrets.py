"""Secrets are planted everywhere the hub is given one, systems tell them back, and nothing that it leaves has them."""

import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from cryptography.fernet import Fernet

from hub.domain.people import Role
from tests.people import granted, person, quick_hub, served, sign_in

HUB = Path(sys.executable).with_name("hub")

_MOST_ASKED = 400
AGREEMENT = """
id: a
parties: {Sponsor: [sponsor], CRO: [cro]}
kinds:
  action_item: {owner: cro, match: []}
"""


class Gossip(ThreadingHTTPServer):
    """A system that tells the credentials it was sent to whoever asks, with each of its errors."""

    def __init__(self, plant) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.plant = plant
        self.items: list[dict[str, object]] = []
        self.asked = 0
        self.refused = 0
        self.busy = False
        self.refresh = plant["CRO_REFRESH"]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Answers(BaseHTTPRequestHandler):
    server: Gossip

    def do_GET(self) -> None:
        told = self._told()
        self.server.asked += 1
        if self.server.asked in (2, 5):
            return self._say(500, {"detail": f"broken by {told}"})
        if self.server.asked == 3:
            return self.connection.close()
        return self._say(200, {"items": self.server.items})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if urlsplit(self.path).path == "/token":
            return self._token(parse_qs(body.decode())["refresh_token"][0])
        if json.loads(body)["title"] == "refused":
            self.server.refused += 1
            return self._say(422, {"detail": f"{self._told()} may not write {json.loads(body)['title']}"})
        self.server.busy = not self.server.busy
        if self.server.busy:
            return self._say(503, {"detail": f"busy with {self._told()}"})
        return self._say(200, {"id": "x1", **json.loads(body)})

    def _token(self, refresh: str) -> None:
        assert refresh == self.server.refresh
        plant = self.server.plant
        self.server.refresh = plant["ROTATED"] = f"rotated-{secrets.token_hex(12)}"
        plant["ACCESS"] = f"access-{secrets.token_hex(12)}"
        self._say(200, {"access_token": plant["ACCESS"], "refresh_token": self.server.refresh, "expires_in": 31})

    def _told(self) -> str:
        query = parse_qs(urlsplit(self.path).query)
        return f"{query.get('key', [''])[0]} {self.headers.get('Authorization', '')}"

    def _say(self, status: int, told: dict[str, object]) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def plant():
    """Every secret by name; those that systems hand out are added as they are."""
    named = ("SPONSOR_KEY", "CRO_SECRET", "CRO_REFRESH", "DATABASE_PASSWORD", "KAFKA_PASSWORD", "ENGINE_PASSWORD")
    own = ("OWN_SMTP_PASSWORD", "OWN_S3_SECRET", "OWN_LLM_KEY", "OWN_KAFKA_PASSWORD")
    made = {name: f"planted-{secrets.token_hex(12)}" for name in (*named, *own)}
    return made | {"TOKEN_KEY": Fernet.generate_key().decode()}


@pytest.fixture
def gossips(plant):
    servers = [Gossip(plant), Gossip(plant)]
    threads = [threading.Thread(target=server.serve_forever) for server in servers]
    for thread in threads:
        thread.start()
    yield servers
    for server, thread in zip(servers, threads, strict=True):
        server.shutdown()
        server.server_close()
        thread.join()


def system(name: str, address: str, auth: str) -> str:
    return f"""
connector: rest
name: {name}
base_url: {address}
every_s: 0.2
auth: {auth}
kinds:
  action_item:
    list: {{path: items, items: items}}
    id: id
    fields: {{title: title, status: status}}
    create: {{method: POST, path: items}}
    update: {{method: POST, path: "items/{{id}}"}}
"""


@pytest.fixture
def surroundings(tmp_path, plant, gossips):
    sponsor, cro = gossips
    cro.items = [{"id": f"c{number}", "title": title} for number, title in enumerate(("refused", "send the report"))]
    home = tmp_path / "home"
    (home / "systems").mkdir(parents=True)
    key = "{type: api_key, query: key, key: env:SPONSOR_KEY}"
    refresh = (
        f'{{type: refresh_token, token_url: "{cro.address}/token", client_id: hub, client_secret: env:CRO_SECRET, '
        "refresh_token: env:CRO_REFRESH}"
    )
    (home / "systems" / "sponsor.yaml").write_text(system("sponsor", sponsor.address, key))
    (home / "systems" / "cro.yaml").write_text(system("cro", cro.address, refresh))
    (tmp_path / "agreement.yaml").write_text(AGREEMENT)
    given = {name: plant[name] for name in ("SPONSOR_KEY", "CRO_SECRET", "CRO_REFRESH")}
    own = {"HUB_HOME": str(home), "HUB_LOG_LEVEL": "debug", "HUB_TOKEN_KEYS": plant["TOKEN_KEY"]}
    return os.environ | given | own


def hub(surroundings, *words: str, **more: str) -> bytes:
    done = subprocess.run([HUB, *words], env=surroundings | more, capture_output=True, timeout=60, check=False)
    return done.stdout + done.stderr


def working(surroundings, stream) -> tuple[subprocess.Popen, str]:
    """Start a worker, on another port where somebody takes the free one first; return it, and where its figures are."""
    for _ in range(10):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        worker = subprocess.Popen(
            [HUB, "worker"], env=surroundings | {"HUB_METRICS_PORT": str(port)}, stdout=stream, stderr=stream
        )
        while worker.poll() is None:
            with suppress(httpx2.TransportError):
                if b"hub_" in httpx2.get(address := f"http://127.0.0.1:{port}/metrics", timeout=5).content:
                    return worker, address
            time.sleep(0.2)
    raise AssertionError("the worker ended each time")


def said(surroundings, tmp_path, *words: str) -> bytes:
    log = tmp_path / "worker.log"
    with log.open("wb") as stream:
        worker, metrics = working(surroundings, stream)
    try:
        until = time.monotonic() + 60
        while b"x1" not in hub(surroundings, "audit", "export") and time.monotonic() < until:
            time.sleep(0.5)
        figures = httpx2.get(metrics, timeout=60).content
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(30)
    return log.read_bytes() + figures


def shown(plant, letter: str) -> dict[str, bytes]:
    """Return all that pages and API answer to somebody who may see everything, by address."""
    own = {name: plant[f"OWN_{name.upper()}"] for name in ("smtp_password", "s3_secret", "llm_key", "kafka_password")}
    hub = quick_hub(**own)
    person(hub, "ada@hub.example", *(granted(role, "*") for role in Role if role is not Role.INSPECTOR))
    answers: dict[str, bytes] = {}
    with served(hub) as client:
        sign_in(client, "ada@hub.example")
        paths = [path for path, does in client.app.openapi()["paths"].items() if "get" in does]
        ids = {"dead-letters": letter, "agreements": "a", "systems": "cro", "users": "none"}
        todo = ["/", "/sync", "/administration", *(_filled(path, ids) for path in paths)]
        while todo and len(answers) < _MOST_ASKED:
            address = todo.pop(0)
            if address in answers or "/export" in address:
                continue
            answer = client.get(address, follow_redirects=True)
            answers[address] = answer.content + str(answer.headers).encode()
            if "html" in answer.headers.get("content-type", ""):
                todo += re.findall(r'href="(/[^"#?]*)', answer.text.replace("&amp;", "&"))
    return answers


def _filled(path: str, ids: dict[str, str]) -> str:
    known = next((value for name, value in ids.items() if f"/{name}/" in path), "none")
    return re.sub(r"\{[^}]*\}", known, path)


def test_no_secret_is_found_in_anything_that_the_hub_leaves(surroundings, tmp_path, plant, gossips, monkeypatch):
    parts = {}
    hub(surroundings, "sync", "agreements", "propose", str(tmp_path / "agreement.yaml"), "--by", "Anna")
    for party in ("Sponsor", "CRO"):
        hub(surroundings, "sync", "agreements", "accept", "a", "--party", party, "--by", "Ben")
    parts["start"] = hub(surroundings, "sync", "agreements", "move", "a", "start", "--by", "Ben")
    parts["worker"] = said(surroundings, tmp_path)
    parts["letters"] = hub(surroundings, "deadletters", "list", "--json")
    [letter] = json.loads(parts["letters"])
    assert "[secret]" in letter["reason"]
    parts["letter"] = hub(surroundings, "deadletters", "show", letter["id"])
    for form in ("csv", "json", "pdf"):
        parts[form] = hub(surroundings, "audit", "export", "--format", form)
    parts["status"] = hub(surroundings, "sync", "status")
    parts["systems"] = hub(surroundings, "connectors", "list") + hub(surroundings, "connectors", "check")
    parts["report"] = hub(surroundings, "sync", "reconcile")
    parts["wrong key"] = hub(surroundings, "connectors", "check", HUB_TOKEN_KEYS=plant["SPONSOR_KEY"])
    parts["database away"] = hub(
        surroundings,
        "sync",
        "status",
        HUB_DATABASE=f"postgresql+psycopg://hub:{plant['DATABASE_PASSWORD']}@127.0.0.1:1/hub",
    )
    parts["no database"] = hub(surroundings, "sync", "status", HUB_DATABASE=f"nosuch://{plant['ENGINE_PASSWORD']}")
    parts["brokers away"] = hub(
        surroundings, "sync", "run", HUB_BUS="kafka", HUB_KAFKA_USERNAME="hub",
        HUB_KAFKA_PASSWORD=plant["KAFKA_PASSWORD"], HUB_KAFKA_SERVERS="127.0.0.1:1",
    )  # fmt: skip
    for name, value in surroundings.items():
        monkeypatch.setenv(name, value)
    parts |= (answers := shown(plant, letter["id"]))
    assert b"[secret]" in answers[f"/sync/letters/{letter['id']}"]
    assert b"[secret]" in answers[f"/api/v1/dead-letters/{letter['id']}"]
    parts |= {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert gossips[0].refused  # each of them was sent its secrets, and told them
    assert "ROTATED" in plant
    found = {
        (name, part) for name, secret in plant.items() for part, content in parts.items() if secret.encode() in content
    }
    assert not found
    for part, words in {
        "worker": b"status 500",
        "wrong key": b"HUB_TOKEN_KEYS",
        "database away": b"port 1 failed",
        "no database": b"HUB_DATABASE",
        "brokers away": b"Kafka",
        "csv": b"send the report",
        "hub.db": b"send the report",
    }.items():
        assert words in parts[part], part
