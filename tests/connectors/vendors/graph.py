"""Microsoft Graph as far as the hub uses it: sign-in, errors, pages. Parts for drives, meetings or mail add routes.

class Mailbox(GraphServer):
    def __init__(self):
        super().__init__()
        self.route("GET", r"/users/([^/]+)/messages", self.messages)

with running(Mailbox()) as server: ...
"""

import json
import re
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote

from tests.connectors.peer import BEGAN, Answer, Asked, Fault, due, told

TENANT = "contoso.example"
Handler = Callable[..., Answer]


class GraphServer:
    """Keeps tokens and what was asked; a route's handler gets the request and what stood in its places."""

    def __init__(self) -> None:
        self.address = ""
        self.now: datetime = BEGAN
        self.lock = threading.RLock()
        self.closing = threading.Event()
        self.asked: list[Asked] = []
        self.faults: list[tuple[str, int, Fault]] = []
        self.secret = "graph-secret-5d1c"  # noqa: S105  # planted, to be looked for in errors
        self.tokens: list[str] = []
        self.next_token = ""
        """Handed out in the place of one that is made up."""
        self.good: set[str] = set()
        self.denied: set[str] = set()
        """Beginnings of paths that the app has no right to."""
        self.listings: dict[str, list[Any]] = {}
        self.size = 3
        """Items on a page, whatever is asked for."""
        self._routes: list[tuple[str, re.Pattern[str], Handler]] = []

    @property
    def base(self) -> str:
        """What the connector is to be given as `base_url`."""
        return f"{self.address}/v1.0"

    def route(self, method: str, pattern: str, handler: Handler) -> None:
        """Let *handler* answer *method* on paths under the base that *pattern* fits."""
        self._routes.append((method, re.compile(pattern), handler))

    def fail(self, step: str, *faults: Fault, after: int = 0) -> None:
        """Meet the next requests of *step* (list, write or token) with *faults*; *after* so many are answered well."""
        self.faults += [(step, after if number == 0 else 0, fault) for number, fault in enumerate(faults)]

    def expire(self) -> None:
        """Forget every access token handed out."""
        self.good.clear()

    def secrets(self) -> set[str]:
        """Return every text that must not be seen outside a request."""
        return {self.secret, *self.tokens}

    def answer(self, asked: Asked) -> Answer:
        """Return the answer to a request, through the fault that waits for it."""
        with self.lock:
            self.asked.append(asked)
            fault = due(self.faults, self.step(asked))
        if fault is not None:
            return fault(self, asked, lambda: self.true_answer(asked))  # type: ignore[arg-type]  # as a Peer
        return self.true_answer(asked)

    def true_answer(self, asked: Asked) -> Answer:
        """Return what is answered where nothing fails."""
        with self.lock:
            if asked.path == f"/{TENANT}/oauth2/v2.0/token":
                return self._token(asked)
            if not asked.path.startswith("/v1.0/"):
                return self.unsigned(asked)
            if asked.headers.get("authorization", "").removeprefix("Bearer ") not in self.good:
                return error(401, "InvalidAuthenticationToken", "Access token has expired.")
            path = asked.path.removeprefix("/v1.0")
            if path.startswith(tuple(self.denied)):
                return error(403, "accessDenied", "Access denied")
            return self._routed(asked, path)

    def step(self, asked: Asked) -> str:
        """Return what a request is about: list, write or token."""
        return step_of(asked)

    def unsigned(self, asked: Asked) -> Answer:
        """Answer what comes to an address outside the base, as those of upload sessions."""
        return error(404, "itemNotFound", asked.path)

    def paged(self, asked: Asked, items: Sequence[Any], **more: Any) -> Answer:
        """Return a page of *items* as they are now; what follows is kept, so that it does not move meanwhile."""
        begin = 0
        if "$skiptoken" in asked.params:
            name, _, number = asked.params["$skiptoken"].partition(":")
            items, begin = self.listings[name], int(number)
        else:
            name = f"l{len(self.listings)}"
            self.listings[name] = list(items)
        size = min(int(asked.params.get("$top", self.size)), self.size)
        body: dict[str, Any] = {"value": list(items[begin : begin + size])}
        if begin + size < len(items):
            body["@odata.nextLink"] = f"{self.address}{asked.path}?$skiptoken={name}:{begin + size}"
        else:
            body |= more
        return told(200, body)

    def _routed(self, asked: Asked, path: str) -> Answer:
        for method, pattern, handler in self._routes:
            if method == asked.method and (found := pattern.fullmatch(path)):
                return handler(asked, *(one and unquote(one) for one in found.groups()))
        return error(404, "UnknownError", f"no such resource: {asked.method} {path}")

    def _token(self, asked: Asked) -> Answer:
        form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        if form.get("client_secret") != self.secret and not self.vouched(form.get("client_assertion", "")):
            said = f"AADSTS7000215: Invalid client secret provided: {form}"
            return told(401, {"error": "invalid_client", "error_description": said})
        self.tokens.append(self.next_token or f"graph-access-{len(self.tokens)}-3f9b")
        self.good.add(self.tokens[-1])
        return told(200, {"token_type": "Bearer", "expires_in": 3599, "access_token": self.tokens[-1]})

    def vouched(self, assertion: str) -> bool:
        """Tell whether a signed statement stands for the app."""
        del assertion
        return False

    def tick(self) -> datetime:
        """Let a second pass and return the time."""
        self.now += timedelta(seconds=1)
        return self.now


def step_of(asked: Asked) -> str:
    """Return what a request is about: list, write or token."""
    return "token" if asked.path.endswith("/token") else "list" if asked.method == "GET" else "write"


def error(status: int, code: str, message: str, **headers: str) -> Answer:
    """Return an error as Graph words it."""
    inner = {"date": "2026-03-02T08:00:00", "request-id": "r-1", "client-request-id": "c-1"}
    body = {"error": {"code": code, "message": message, "innerError": inner}}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, json.dumps(body).encode(), {"Content-Type": "application/json", **named})
