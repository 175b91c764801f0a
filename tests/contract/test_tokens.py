"""Tokens that change with each use: the fake's and the database's suite, and a server that voids the old ones."""

import json
import secrets
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
from cryptography.fernet import Fernet

from hub.connectors.rest.system import open_rest
from hub.domain.errors import FatalError, RetryableError, UsageError
from hub.storage.cipher import open_cipher
from hub.storage.engine import open_engine
from hub.storage.leases import SqlLeases
from hub.storage.tokens import TURN_S, SqlTokens
from tests.fakes import FakeTokens


class Time:
    def __init__(self) -> None:
        self.now = datetime(2026, 5, 19, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_on(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def time():
    return Time()


def worker(engine, time, key_file, *, keys=None, holder="one", sleep=None) -> SqlTokens:
    leases = SqlLeases(engine, holder=holder, clock=time)
    return SqlTokens(engine, leases, open_cipher(keys, key_file), clock=time, sleep=sleep or threading.Event().wait)


@pytest.fixture(params=["fake", "sqlite", "postgresql"])
def tokens(request, tmp_path, time):
    if request.param == "fake":
        yield FakeTokens()
        return
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else f"sqlite:///{tmp_path}/hub.db"
    engine = open_engine(url)
    yield worker(engine, time, tmp_path / "keys" / "tokens.key")
    engine.dispose()


def kept(tokens, name="ctms", seed="seed") -> str | None:
    with tokens.turn(name, seed) as turn:
        return turn.kept


def keep(tokens, credentials, name="ctms", seed="seed") -> None:
    with tokens.turn(name, seed) as turn:
        turn.keep(credentials)


def test_nothing_is_kept_of_a_system_that_was_never_signed_in(tokens):
    assert kept(tokens) is None


def test_what_is_kept_last_is_what_the_next_turn_finds(tokens):
    keep(tokens, "first")
    with tokens.turn("ctms", "seed") as turn:
        assert turn.kept == "first"
        turn.keep("second")
        turn.keep("third")
        assert turn.kept == "third"
    assert kept(tokens) == "third"


def test_each_system_has_its_own(tokens):
    keep(tokens, "of the ctms")
    keep(tokens, "of the edc", name="edc")
    assert kept(tokens) == "of the ctms"


def test_a_person_who_signs_in_again_voids_what_was_kept(tokens):
    keep(tokens, "old")
    assert kept(tokens, seed="signed in again") is None
    keep(tokens, "new", seed="signed in again")
    assert kept(tokens, seed="signed in again") == "new"


def test_a_turn_that_fails_keeps_what_was_there_and_lets_the_next_in(tokens):
    keep(tokens, "first")
    with pytest.raises(ZeroDivisionError), tokens.turn("ctms", "seed"):
        raise ZeroDivisionError
    assert kept(tokens) == "first"


def test_a_second_worker_waits_for_the_first(engine, time, tmp_path):
    slept: list[float] = []
    first = worker(engine, time, tmp_path / "k")
    second = worker(engine, time, tmp_path / "k", holder="two", sleep=slept.append)
    with first.turn("ctms", "seed") as turn:
        with pytest.raises(RetryableError, match="ctms: another worker has been renewing its token for 20 s"):
            kept(second)
        turn.keep("mine")
    assert sum(slept) == pytest.approx(20)
    assert kept(second) == "mine"


def test_a_worker_that_stood_still_past_its_turn_overwrites_nothing(engine, time, tmp_path):
    first, second = worker(engine, time, tmp_path / "k"), worker(engine, time, tmp_path / "k", holder="two")
    with first.turn("ctms", "seed") as turn:
        time.pass_on(TURN_S + 1)
        keep(second, "of the second")
        with pytest.raises(RetryableError, match="meanwhile"):
            turn.keep("of the first")
    assert kept(second) == "of the second"


def test_nothing_of_a_token_can_be_read_from_the_database(tmp_path, time):
    engine = open_engine(f"sqlite:///{tmp_path}/hub.db")
    keep(worker(engine, time, tmp_path / "keys" / "tokens.key"), "s3cr3t-refresh", seed="s3cr3t-seed")
    engine.dispose()
    written = b"".join(path.read_bytes() for path in tmp_path.glob("hub.db*"))
    assert b"ctms" in written
    assert b"s3cr3t" not in written
    assert (tmp_path / "keys" / "tokens.key").stat().st_mode & 0o777 == 0o600


def test_keys_are_changed_by_putting_the_new_one_before_the_old(engine, time, tmp_path):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    keep(worker(engine, time, tmp_path / "k", keys=old), "first")
    keep(worker(engine, time, tmp_path / "k", keys=f"{new}, {old}"), "second")
    assert kept(worker(engine, time, tmp_path / "k", keys=new)) == "second"
    with pytest.raises(FatalError, match=r"another key.*HUB_TOKEN_KEYS"):
        kept(worker(engine, time, tmp_path / "k", keys=old))
    assert kept(worker(engine, time, tmp_path / "k", keys=old), seed="signed in again") is None


def test_what_is_no_key_is_refused_before_it_is_used(tmp_path):
    with pytest.raises(UsageError, match="HUB_TOKEN_KEYS"):
        open_cipher("password", tmp_path / "k")
    (tmp_path / "k").write_text("password")
    with pytest.raises(FatalError, match="k: gives no key; restore it"):
        open_cipher(None, tmp_path / "k")


def test_two_that_make_the_key_at_once_have_the_same(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        ciphers = list(pool.map(lambda _: open_cipher(None, tmp_path / "keys" / "k"), range(8)))
    sealed = ciphers[0].encrypt(b"x")
    assert [cipher.decrypt(sealed) for cipher in ciphers] == [b"x"] * 8
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["k"]


class Rotating(ThreadingHTTPServer):
    """Voids a refresh token at its use; one that is used twice voids all, as RFC 9700 section 4.14 wants it."""

    def __init__(self, lasts_s: float) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.lasts_s = lasts_s
        self.refresh, self.access = "seed", ""
        self.given = 0
        self.stolen = False
        self.lock = threading.Lock()

    def renew(self, refresh: str) -> tuple[int, dict[str, object]]:
        with self.lock:
            if refresh != self.refresh or self.stolen:
                self.stolen = True
                return 400, {"error": "invalid_grant"}
            self.given += 1
            self.refresh, self.access = f"r-{secrets.token_hex(8)}", f"a-{secrets.token_hex(8)}"
            told = {"access_token": self.access, "refresh_token": self.refresh, "expires_in": self.lasts_s}
            return 200, told


class _Answers(BaseHTTPRequestHandler):
    server: Rotating

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self._say(*self.server.renew(form["refresh_token"][0]))

    def do_GET(self) -> None:
        known = self.headers.get("Authorization") == f"Bearer {self.server.access}"
        self._say(200 if known else 401, {"items": []})

    def _say(self, status: int, told: dict[str, object]) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def rotating(lasts_s: float) -> Iterator[Rotating]:
    with Rotating(lasts_s) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def yaml(server: Rotating) -> str:
    address = f"http://127.0.0.1:{server.server_port}"
    return f"""
connector: rest
name: ctms
base_url: {address}
auth: {{type: refresh_token, token_url: {address}/token, client_id: hub, refresh_token: "env:SEED"}}
kinds:
  action_item:
    list: {{path: /items, items: items}}
    id: id
    fields: {{title: title}}
"""


def test_four_workers_share_a_refresh_token_that_works_once(engine, time, tmp_path, monkeypatch):
    monkeypatch.setenv("SEED", "seed")
    with rotating(lasts_s=3600) as server:

        def work(number: int) -> None:
            tokens = worker(engine, time, tmp_path / "k", holder=str(number))
            for _ in range(2):  # the second time as after a restart
                system = open_rest(yaml(server), clock=time, tokens=lambda: tokens)
                assert not system.pull("action_item", None).changes
                system.close()

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(work, range(4)))
        assert not server.stolen
        assert server.given == 1


def test_a_token_that_is_refused_is_renewed_and_the_one_after_it_too(engine, time, tmp_path, monkeypatch):
    monkeypatch.setenv("SEED", "seed")
    with rotating(lasts_s=3600) as server:
        tokens = worker(engine, time, tmp_path / "k")
        system = open_rest(yaml(server), clock=time, tokens=lambda: tokens)
        for _ in range(3):
            server.access = "voided by the system"
            system.pull("action_item", None)
        system.close()
        assert not server.stolen
        assert server.given == 3


def test_a_refresh_token_that_was_used_elsewhere_stops_the_system_and_a_new_one_starts_it(
    engine, time, tmp_path, monkeypatch
):
    monkeypatch.setenv("SEED", "seed")
    tokens = worker(engine, time, tmp_path / "k")
    with rotating(lasts_s=1) as server:
        system = open_rest(yaml(server), clock=time, tokens=lambda: tokens)
        system.pull("action_item", None)
        system.close()
        used = server.refresh
        server.renew(used)
        time.pass_on(60)
        system = open_rest(yaml(server), clock=time, tokens=lambda: tokens)
        with pytest.raises(FatalError, match="sign in again and give the new one") as told:
            system.pull("action_item", None)
        assert used not in str(told.value)
        server.refresh, server.stolen = "signed in again", False
        monkeypatch.setenv("SEED", "signed in again")
        assert not system.pull("action_item", None).changes
        system.close()
