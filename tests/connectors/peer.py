"""The other side of a connector: a real HTTP server with records, versions, paging, tokens, and faults on demand.

It speaks a plain dialect (`/items`, `/token`); a connector for another one is tested on a subclass of `Peer` that
shows its rows and pages in that dialect. What its users do is done by methods, past the wire.
"""

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

BEGAN = datetime(2026, 3, 2, 8, tzinfo=UTC)


@dataclass
class Row:
    """One record as the peer keeps it."""

    number: int
    what: str
    changed: datetime
    mark: int
    """Grows with every change in the whole system."""
    version: int = 1
    removed: bool = False


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    params: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def step(self) -> str:
        """What it is about: list, write or token."""
        return "token" if self.path == "/token" else "list" if self.method == "GET" else "write"


@dataclass
class Answer:
    """What is sent back, and how badly."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut_at: int | None = None
    """The connection ends after so many bytes of the body."""
    wait_s: float = 0.0
    """Nothing is sent for so long."""
    drip_s: float = 0.0
    """Wait before each byte of the body."""


Fault = Callable[["Peer", Asked, Callable[[], Answer]], Answer]
"""Makes the answer, from the true one where it calls for it; see `tests.connectors.faults`."""


@dataclass
class Peer:
    """Records of one kind. Its clock stands still but for one second after each change, unless *tick* says less."""

    paging: str = "cursor"
    """none, offset, page, cursor, link or next_url; the last three go on after a record, not after a number of them."""
    auth: str = "none"
    """none, basic, api_key, api_key_query or bearer."""
    order: str = "changed"
    """Records are listed by their last change, or by their id."""
    most: int = 100
    """No page is longer, whatever is asked for."""
    tick: timedelta = timedelta(seconds=1)
    now: datetime = BEGAN
    address: str = ""
    rows: dict[int, Row] = field(default_factory=dict)
    taken: list[tuple[str, str]] = field(default_factory=list)
    """(method, id) of every write over the wire that took effect."""
    asked: list[Asked] = field(default_factory=list)
    faults: list[tuple[str, int, Fault]] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)
    password: str = "peer-password-5d1c"  # noqa: S105  # planted, to be looked for in errors
    tokens: list[str] = field(default_factory=list)
    good: set[str] = field(default_factory=set)
    refresh: list[str] = field(default_factory=lambda: ["peer-refresh-0-77aa"])
    """Refresh tokens handed out; only the last is good."""
    closing: threading.Event = field(default_factory=threading.Event)
    lock: threading.RLock = field(default_factory=threading.RLock)

    # what users do

    def enter(self, what: str) -> str:
        """Create a record and return its id."""
        return self.shown_id(self._changed(len(self.rows) + 1, what=what).number)

    def edit(self, id: str, what: str) -> None:
        """Change a record."""
        self._changed(self.number(id), what=what)

    def remove(self, id: str) -> None:
        """Mark a record as deleted."""
        self._changed(self.number(id), removed=True)

    def purge(self, id: str) -> None:
        """Take a record out, so that no listing shows it ever again."""
        del self.rows[self.number(id)]

    def spoil(self, id: str) -> None:
        """Make a record unreadable: what should be a text is a list."""
        self._changed(self.number(id), what=["no", "text"])

    def held(self) -> dict[str, str]:
        """Return the live records as users see them."""
        return {self.shown_id(row.number): row.what for row in self.rows.values() if not row.removed}

    def fail(self, step: str, *faults: Fault, after: int = 0) -> None:
        """Meet the next requests of *step* with *faults*, one each; *after* so many are answered well before."""
        self.faults += [(step, after if number == 0 else 0, fault) for number, fault in enumerate(faults)]

    def expire(self) -> None:
        """Forget every access token handed out."""
        self.good.clear()

    def secrets(self) -> set[str]:
        """Return every text that must not be seen outside a request."""
        pair = base64.b64encode(f"hub:{self.password}".encode()).decode()
        return {self.password, pair, *self.tokens, *self.refresh}

    def step(self, asked: Asked) -> str:
        """Return what a request is about: list, write or token."""
        return asked.step

    # what the wire carries

    def number(self, id: str) -> int:
        """Return the number behind an id."""
        return int(id.removeprefix("R-"))

    def shown_id(self, number: int) -> str:
        """Return the id that a number has outside."""
        return f"R-{number}"

    def shown(self, row: Row) -> dict[str, Any]:
        """Return a row as its JSON object."""
        changed = row.changed.isoformat(timespec="milliseconds")
        told = {"id": self.shown_id(row.number), "rev": str(row.version), "changed": changed, "gone": row.removed}
        return told if row.removed else {**told, "what": row.what}

    def answer(self, asked: Asked) -> Answer:
        """Return the answer to a request, through the fault that waits for it."""
        with self.lock:
            self.asked.append(asked)
            fault = due(self.faults, self.step(asked))
        if fault is not None:
            return fault(self, asked, lambda: self.true_answer(asked))
        return self.true_answer(asked)

    def true_answer(self, asked: Asked) -> Answer:
        """Return what is answered where nothing fails."""
        with self.lock:
            if self.step(asked) == "token":
                return self._token(asked)
            if not self._known(asked):
                return told(401, {"detail": "unknown credentials"})
            if self.step(asked) == "list":
                return self.page(asked)
            return self._once(asked)

    def page(self, asked: Asked) -> Answer:
        """Return a page of what changed at or after `since`, and before `until`."""
        since, size = asked.params.get("since", ""), min(int(asked.params.get("limit", 100)), self.most)
        key = (lambda row: row.mark) if self.order == "changed" else (lambda row: row.number)
        rows = [row for row in self.rows.values() if not since or row.changed >= datetime.fromisoformat(since)]
        if until := asked.params.get("until", ""):
            rows = [row for row in rows if row.changed < datetime.fromisoformat(until)]
        rows.sort(key=key)
        begin, after = 0, int(asked.params.get("after", 0))
        if self.paging == "offset":
            begin = int(asked.params.get("offset", 0))
        elif self.paging == "page":
            begin = (int(asked.params["page"]) - 1) * size
        elif self.paging != "none":
            rows = [row for row in rows if key(row) > after]
        items = rows[begin:] if self.paging == "none" else rows[begin : begin + size]
        body: dict[str, Any] = {"items": [self.shown(row) for row in items]}
        headers = {}
        if self.paging in ("cursor", "link", "next_url") and len(rows) > size:
            onward = str(key(items[-1]))
            url = f"/items?{urlencode({**asked.params, 'after': onward})}"
            body["next"] = {"cursor": onward, "link": None, "next_url": self.address + url}[self.paging]
            headers = {"Link": f'<{url}>; rel="next", <{url}>; rel="last"'} if self.paging == "link" else {}
        return told(200, body, headers)

    def altered(self, body: bytes, alter: Callable[[list[Any]], list[Any]]) -> bytes:
        """Return a page with other records on it."""
        told = json.loads(body)
        told["items"] = alter(told["items"])
        return json.dumps(told).encode()

    def write(self, asked: Asked) -> Answer:
        """Create, change or delete a record."""
        known, body = asked.path.removeprefix("/items").strip("/"), json.loads(asked.body or b"{}")
        row = self.rows.get(self.number(known)) if known else None
        if known and (row is None or row.removed):
            return told(404, {"detail": "no such record"})
        if strange := set(body) - {"what", "rev"}:
            return told(422, {"detail": f"no such field: {', '.join(sorted(strange))}"})
        if body.get("what") == "refuse me":
            return told(422, {"detail": "what: is not accepted"})
        expected = asked.headers.get("if-match", "").strip('"') or body.get("rev")
        if row is not None and expected not in (None, "", str(row.version)):
            return told(412, {"detail": "changed meanwhile"})
        changes = {"removed": True} if asked.method == "DELETE" else {"what": body["what"]} if "what" in body else {}
        made = self._changed(row.number if row else len(self.rows) + 1, **changes)
        self.taken.append((asked.method, self.shown_id(made.number)))
        return told(200 if row else 201, self.shown(made), {"ETag": f'"{made.version}"'})

    def _once(self, asked: Asked) -> Answer:
        key = asked.headers.get("idempotency-key")
        if key is None:
            return told(400, {"detail": "Idempotency-Key is missing"})
        if key not in self.answers:
            answer = self.write(asked)
            if answer.status >= 400:
                return answer
            self.answers[key] = answer
        kept = self.answers[key]
        return Answer(kept.status, kept.body, dict(kept.headers))

    def _token(self, asked: Asked) -> Answer:
        form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        rotates = form.get("grant_type") == "refresh_token"
        if not self._basic(asked) or (rotates and form.get("refresh_token") != self.refresh[-1]):
            return told(400, {"error": "invalid_grant", "error_description": f"refused: {form}"})
        self.tokens.append(f"peer-access-{len(self.tokens)}-3f9b")
        self.good.add(self.tokens[-1])
        body = {"access_token": self.tokens[-1], "token_type": "Bearer", "expires_in": 3600}
        if rotates:
            self.refresh.append(f"peer-refresh-{len(self.refresh)}-77aa")
            body["refresh_token"] = self.refresh[-1]
        return told(200, body)

    def _known(self, asked: Asked) -> bool:
        bearer = asked.headers.get("authorization", "").removeprefix("Bearer ")
        return {
            "none": True,
            "basic": self._basic(asked),
            "api_key": asked.headers.get("x-api-key") == self.password,
            "api_key_query": asked.params.get("key") == self.password,
            "bearer": bearer in self.good,
        }[self.auth]

    def _basic(self, asked: Asked) -> bool:
        pair = base64.b64encode(f"hub:{self.password}".encode()).decode()
        return asked.headers.get("authorization") == f"Basic {pair}"

    def _changed(self, number: int, **changes: Any) -> Row:
        with self.lock:
            self.now += self.tick
            mark = max((row.mark for row in self.rows.values()), default=0) + 1
            row = self.rows.setdefault(number, Row(number, "", self.now, mark, version=0))
            row.changed, row.mark, row.version = self.now, mark, row.version + 1
            for name, value in changes.items():
                setattr(row, name, value)
            return row


def due(waiting: list[tuple[str, int, Fault]], step: str) -> Fault | None:
    """Return the fault that a request of *step* meets, and take it from those *waiting*; None where it goes well."""
    for place, (of, after, fault) in enumerate(waiting):
        if of == step:
            if after == 0:
                del waiting[place]
                return fault
            waiting[place] = (of, after - 1, fault)
            return None
    return None


def told(status: int, body: Any, headers: dict[str, str] | None = None) -> Answer:
    """Return *body* as a JSON answer."""
    return Answer(status, json.dumps(body).encode(), {"Content-Type": "application/json", **(headers or {})})


@contextmanager
def running(peer: Peer) -> Iterator[Peer]:
    """Serve *peer* on a free port of this machine until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Wire)
    server.peer = peer
    peer.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield peer
    finally:
        peer.closing.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


class _Wire(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet for head and body

    def _any(self) -> None:
        peer, split = self.server.peer, urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        params = {name: values[0] for name, values in parse_qs(split.query, keep_blank_values=True).items()}
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = peer.answer(Asked(self.command, split.path, params, headers, body))
        if answer.wait_s and peer.closing.wait(answer.wait_s):
            return
        try:
            self._send(peer, answer)
        except OSError:  # the other side has gone, as it may
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _any  # noqa: N815  # names of the base class

    def _send(self, peer: Peer, answer: Answer) -> None:
        self.send_response_only(answer.status)
        headers = {"Date": format_datetime(peer.now, usegmt=True), "Content-Length": str(len(answer.body))}
        for name, value in {**headers, **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        for begin in range(len(answer.body)) if answer.drip_s else ():
            self.wfile.write(answer.body[begin : begin + 1])
            self.wfile.flush()
            if peer.closing.wait(answer.drip_s):
                return
        if not answer.drip_s:
            self.wfile.write(answer.body[: answer.cut_at])
        self.wfile.flush()
        if answer.cut_at is not None:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass
