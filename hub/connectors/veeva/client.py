"""One vault: requests with its session, answers judged by what the vault says and not by the HTTP status alone."""

import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from hub.connectors.rest.client import Limits
from hub.connectors.rest.waits import wait_of
from hub.connectors.troubles import CredentialsError, NotThereError, RightError
from hub.connectors.veeva.answers import SESSION_OVER, downtime, first_error, judged
from hub.connectors.veeva.config import Veeva
from hub.connectors.veeva.pace import Pace
from hub.connectors.veeva.session import Session
from hub.connectors.wire import Answer, Request, Wire, same_host
from hub.domain.errors import FatalError, RejectedError, RetryableError

_LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class Told:
    """An answer of a vault that says SUCCESS or WARNING."""

    body: dict[str, Any]
    headers: Mapping[str, str]

    @property
    def rows(self) -> list[Any]:
        """Return its rows. RetryableError where it has none, not even an empty list."""
        rows = self.body.get("data")
        if not isinstance(rows, list):
            raise RetryableError("the answer of the vault has no list of rows")
        return rows


class Vault:
    """Sends requests to one vault; errors as in `hub.ports`."""

    def __init__(self, config: Veeva, session: Callable[[Wire], Session], *, clock: Callable[[], datetime]) -> None:
        limits = Limits(config.timeout_s, config.max_mib * 2**20)
        self._wire = Wire(name=config.name, limits=limits, monotonic=time.monotonic)
        self._session = session(self._wire)
        self._config = config
        self._clock = clock
        self._pace = Pace(config.name, clock)

    def close(self) -> None:
        """Let go of connections."""
        self._wire.close()

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Told:
        """Ask for what is at *path* under the API's base, or at a path that the vault gave."""
        return self.ask("GET", path, params=params)

    def ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        files: Mapping[str, tuple[str, bytes | BinaryIO]] | None = None,
        content: bytes | None = None,
    ) -> Told:
        """Send one request; once more in a new session where the vault says that the old one is over."""
        url = self._address(path)
        request = Request(method, url, params or {}, headers or {}, json=json, form=form, files=files, content=content)
        answer = self._sent(request, self._wire.send)
        where = f"{self._config.name}: {method} {url.partition('?')[0].removeprefix(self._config.base)}"
        if known_as := answer.headers.get("X-VaultAPI-ExecutionId"):
            where = f"{where} (execution {known_as[:_LONGEST_NAME]})"  # what Veeva's support asks for
        told = self._judged(where, answer)
        return Told(told, answer.headers)

    def query(self, vql: str) -> Told:
        """Ask for rows in Vault Query Language."""
        return self.ask("POST", "query", form={"q": vql})

    def query_all(self, vql: str) -> Iterator[Any]:
        """Yield every row of a query, following the pages that the vault names; where it names none, by offset."""
        told = self.query(vql)
        seen = 0
        while True:
            rows, details = told.rows, told.body.get("responseDetails")
            details = details if isinstance(details, dict) else {}
            yield from rows
            seen += len(rows)
            onward, total = details.get("next_page"), details.get("total")
            if isinstance(onward, str) and onward:
                told = self.ask("POST", onward)
            elif rows and isinstance(total, int) and seen < total and "PAGEOFFSET" not in vql:
                told = self.query(f"{vql} PAGEOFFSET {seen}")  # users, events and old workflows have no next_page
                continue
            else:
                return

    def query_pages(self, path: str) -> Iterator[Any]:
        """Yield every row of a list of the file staging, whose pages the vault names."""
        told = self.get(path)
        yield from told.rows
        while isinstance(details := told.body.get("responseDetails"), dict) and (onward := details.get("next_page")):
            told = self.get(str(onward))
            yield from told.rows

    def download(self, path: str, target: BinaryIO, *, most: int, within_s: float = 3600.0) -> None:
        """Write the file at *path* into *target*. A failure comes as JSON with status 200 too, and is an error."""
        request = Request("GET", self._address(path))
        answer = self._sent(request, lambda one: self._wire.save(one, target, most=most, within_s=within_s))
        if not answer.well or "json" in answer.headers.get("content-type", ""):
            raise RejectedError(f"{self._config.name}: {path}: no file comes (status {answer.status})")

    def redacted(self, text: str) -> str:
        """Return a text of the vault without our credentials."""
        return self._session.redacted(text)

    def _sent(self, request: Request, send: Callable[[Request], Answer]) -> Answer:
        answer = Answer(401, {}, b"")
        for _ in range(2):
            self._pace.hold()
            session = self._session.id()
            ours = {
                "Authorization": session,
                "X-VaultAPI-ClientID": self._config.client_id,
                "X-VaultAPI-ReferenceId": str(uuid.uuid4()),
            }
            headers = {"Accept": "application/json", **request.headers, **ours}
            answer = send(_with_headers(request, headers))
            self._pace.note(answer.headers)
            if first_error(answer.object() if len(answer.content) < 2**16 else {})[0] != SESSION_OVER:
                return answer
            self._session.over(session)
        return answer

    def _judged(self, where: str, answer: Answer) -> dict[str, Any]:
        status = answer.status
        if down := downtime(answer.headers):
            raise RetryableError(f"{where}: the vault is down for upkeep", retry_after_s=down)
        if status in (408, 425, 429) or status >= 500:
            raise RetryableError(f"{where}: status {status}", retry_after_s=wait_of(answer.headers, self._clock()))
        if status == 401:
            raise CredentialsError(f"{where}: status {status}; the vault refuses us")
        if status == 403:
            raise RightError(f"{where}: status {status}; the vault does not allow it")
        if 300 <= status < 400:
            raise FatalError(f"{where}: status {status}; it leads elsewhere: correct address")
        if not answer.well and first_error(answer.object()) == ("", ""):
            kind = NotThereError if status in (400, 404, 410) else RejectedError
            raise kind(f"{where}: status {status}")
        told = answer.json(where)
        if not isinstance(told, dict) or not isinstance(told.get("responseStatus"), str):
            if isinstance(told, dict) and "responseDetails" in told:  # the audit trail's answers have no status
                return told
            raise RetryableError(f"{where}: the answer is none of a vault")
        if told["responseStatus"] not in ("SUCCESS", "WARNING"):
            kind_, message = first_error(told)
            raise judged(where, kind_, self.redacted(message or str(told.get("responseMessage") or "")))
        return told

    def _address(self, path: str) -> str:
        if path.startswith(("http://", "https://")):
            if not same_host(path, self._config.address):
                raise RejectedError(f"{self._config.name}: leads to another host; the session is not sent there")
            return path
        if path.startswith("/api/"):
            return self._config.address.rstrip("/") + path
        return f"{self._config.base}/{path.lstrip('/')}"


def _with_headers(request: Request, headers: Mapping[str, str]) -> Request:
    from dataclasses import replace

    return replace(request, headers=headers)
