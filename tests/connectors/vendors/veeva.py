"""A vault: sessions that end, HTTP 200 for failures, VQL, upserts with a status for each row, deletions, burst headers.

The rows of one object are those of `Peer`, so that the contract suite can act as its users; other objects are kept in
`others` as the vault shows them.
"""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

from tests.connectors.peer import BEGAN, Answer, Asked, Peer, Row, told
from tests.connectors.vendors.vql import Query, VqlError, parse

VAULT_ID = 1776
USER = "hub@sponsor.example"
API = "/api/v25.2"


class VaultServer(Peer):
    """One vault."""

    def __init__(self, object: str = "action_item__c", **parts: Any) -> None:
        super().__init__(auth="bearer", **parts)
        self.object = object
        self.others: dict[str, list[dict[str, Any]]] = {}
        self.external: dict[str, int] = {}
        self.gone: list[tuple[str, datetime]] = []
        self.queries: dict[str, tuple[Query, list[dict[str, Any]]]] = {}
        self.vault_id = VAULT_ID
        self.burst: tuple[int, int, int] | None = None
        """Limit, what is left, delay in milliseconds."""
        self.down_minutes: int | None = None
        self.execution: str | None = None
        """How it names what it has done for a request."""
        self.denied: set[str] = set()
        """Objects that the user may not see."""
        self.fields = {"id": "ID", "name__v": "String", "modified_date__v": "DateTime", "external_id__v": "String"}

    # what users do

    def remove(self, id: str) -> None:
        super().remove(id)
        self.gone.append((id, self.now))

    def purge(self, id: str) -> None:
        self.now += self.tick
        self.gone.append((id, self.now))
        super().purge(id)

    # what the wire carries

    def number(self, id: str) -> int:
        return int(id.removeprefix("V0A"))

    def shown_id(self, number: int) -> str:
        return f"V0A{number:012d}"

    def shown(self, row: Row) -> dict[str, Any]:
        keys = {number: key for key, number in self.external.items()}
        return {
            "id": self.shown_id(row.number),
            "name__v": row.what,
            "modified_date__v": moment(row.changed),
            "external_id__v": keys.get(row.number),
            "status__v": ["active__v"],
        }

    def known(self) -> list[str]:
        """Return the names of the objects that there are."""
        return [self.object, *self.others]

    def records(self, object: str) -> list[dict[str, Any]]:
        """Return the rows of an object as the vault shows them."""
        if object == self.object:
            return [self.shown(row) for row in self.rows.values() if not row.removed]
        return self.others[object]

    def readable(self, object: str) -> set[str]:
        """Return the fields of an object that a query may name; none where anything goes."""
        return {"id", *self.fields} if object == self.object else set()

    def altered(self, body: bytes, alter: Callable[[list[Any]], list[Any]]) -> bytes:
        told = json.loads(body)
        told["data"] = alter(told["data"])
        return json.dumps(told).encode()

    def step(self, asked: Asked) -> str:
        if "/auth" in asked.path:
            return "token"
        is_question = asked.method == "GET" or asked.path.startswith(f"{API}/query")
        return "list" if is_question else "write"

    def true_answer(self, asked: Asked) -> Answer:
        with self.lock:
            answer = self._answered(asked)
        if self.execution is not None:
            answer.headers["X-VaultAPI-ExecutionId"] = self.execution
        if self.burst is not None:
            limit, left, delay = self.burst
            answer.headers |= {"X-VaultAPI-BurstLimit": str(limit), "X-VaultAPI-BurstLimitRemaining": str(left)}
            answer.headers |= {"X-VaultAPI-ResponseDelay": str(delay)} if delay else {}
        return answer

    def _answered(self, asked: Asked) -> Answer:
        if self.down_minutes is not None:
            headers = {"X-VaultAPI-DowntimeExpectedDurationMinutes": str(self.down_minutes)}
            return Answer(503, b"<html>Vault is undergoing maintenance</html>", headers)
        if self.step(asked) == "token":
            return self._sign_in(asked)
        if asked.headers.get("authorization", "") not in self.good:
            return failure("INVALID_SESSION_ID", "Invalid or expired session ID.")
        path = asked.path.removeprefix(f"{API}/")
        if path.startswith("query"):
            return self._query(asked, path)
        if found := re.fullmatch(r"objects/deletions/vobjects/(\w+)", path):
            return self._deletions(asked, found[1])
        if found := re.fullmatch(r"vobjects/(\w+)", path):
            return self._bulk(asked, found[1])
        if path == "metadata/vobjects":
            names = [self.object, *self.others]
            return success(objects=[{"name": name, "label": name.title()} for name in names])
        if found := re.fullmatch(r"metadata/vobjects/(\w+)", path):
            return self._described(found[1])
        if path == "objects/users/me":
            return success(users=[{"user": {"user_name__v": USER}}])
        return self.other(asked, path)

    def other(self, asked: Asked, path: str) -> Answer:
        """Answer what a plain vault does not serve; parts for documents add to it."""
        return failure("MALFORMED_URL", f"{asked.method} {path}")

    def _sign_in(self, asked: Asked) -> Answer:
        form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        by_token = asked.path.startswith("/auth/oauth/session/") and asked.headers.get("authorization") == "Bearer idp"
        if not by_token and (form.get("username") != USER or form.get("password") != self.password):
            return failure("USERNAME_OR_PASSWORD_INCORRECT", f"Authentication failed for {form}")
        self.tokens.append(f"SESSION{len(self.tokens)}3f9b77aa")
        self.good.add(self.tokens[-1])
        return success(sessionId=self.tokens[-1], userId=12021, vaultIds=[{"id": self.vault_id}], vaultId=self.vault_id)

    def _query(self, asked: Asked, path: str) -> Answer:
        try:
            if path == "query":
                query = parse(parse_qs(asked.body.decode())["q"][0])
            else:
                query, rows = self.queries[path.partition("/")[2]]
                return self._rows(query, rows, int(asked.params["pageoffset"]))
        except VqlError as error:
            return failure("MALFORMED_QUERY", str(error))
        if query.object in self.denied or query.object not in self.known():
            return failure("INSUFFICIENT_ACCESS", f"No access to {query.object}")
        readable = self.readable(query.object)
        if readable and (strange := sorted(set(query.fields) - readable)):
            return failure("INVALID_DATA", f"Invalid field [{strange[0]}] in {query.object}")
        rows = [row for row in self.records(query.object) if query.test(row)]
        rows.sort(key=lambda row: (row.get(query.order or "id"), row["id"]))
        return self._rows(query, rows, query.offset)

    def _rows(self, query: Query, rows: list[dict[str, Any]], offset: int) -> Answer:
        size = min(query.size, self.most)
        page = [{name: row.get(name) for name in query.fields} for row in rows[offset : offset + size]]
        details = {"pagesize": size, "pageoffset": offset, "size": len(page), "total": len(rows)}
        if offset + size < len(rows):
            known = str(uuid4())
            self.queries[known] = (query, rows)
            details["next_page"] = f"{API}/query/{known}?pagesize={size}&pageoffset={offset + size}"
        return success(responseDetails=details, data=page)

    def _deletions(self, asked: Asked, object: str) -> Answer:
        since = datetime.fromisoformat(asked.params["start_date"])
        if object != self.object:
            return success(responseDetails={"total": 0, "size": 0}, data=[])
        found = [{"id": known, "date_deleted": second(at)} for known, at in self.gone if at >= since]
        offset, limit = int(asked.params.get("offset", 0)), min(int(asked.params.get("limit", 1000)), self.most)
        page = found[offset : offset + limit]
        details = {"total": len(found), "size": len(page), "limit": limit, "offset": offset}
        return success(responseMessage="OK", responseDetails=details, data=page)

    def _described(self, object: str) -> Answer:
        if object in self.denied or object not in self.known():
            return failure("INSUFFICIENT_ACCESS", f"No access to {object}")
        names = self.fields if object == self.object else dict.fromkeys(self.others[object][0], "String")
        fields = [{"name": name, "type": kind, "unique": name == "external_id__v"} for name, kind in names.items()]
        return success(object={"name": object, "fields": fields})

    def _bulk(self, asked: Asked, object: str) -> Answer:
        rows = json.loads(asked.body)
        if object != self.object or len(rows) > 500:
            return failure("INVALID_DATA", "no such object, or more than 500 rows")
        return success(data=[self._row(asked, row) for row in rows])

    def _row(self, asked: Asked, row: dict[str, Any]) -> dict[str, Any]:
        known = self.rows.get(self.number(row["id"])) if "id" in row else None
        if asked.method == "POST" and asked.params.get("idParam") == "external_id__v":
            known = self.rows.get(self.external.get(row["external_id__v"], -1))
        if asked.method != "POST" and (known is None or known.removed):
            return refused("INVALID_DATA", f"The resource [{row.get('id')}] does not exist")
        if row.get("name__v") == "refuse me":
            return refused("INVALID_DATA", "name__v: value is not accepted")
        if row.get("name__v") == "in a race":
            return refused("RACE_CONDITION", "try again")
        number = known.number if known else len(self.rows) + 1
        if asked.method == "DELETE":
            self.remove(self.shown_id(number))
        else:
            self._changed(number, **({"what": row["name__v"]} if "name__v" in row else {}))
        if "external_id__v" in row:
            self.external[row["external_id__v"]] = number
        self.taken.append((asked.method, self.shown_id(number)))
        return {"responseStatus": "SUCCESS", "data": {"id": self.shown_id(number), "url": f"{API}/vobjects/{number}"}}


def moment(at: datetime) -> str:
    """Return a time as a vault writes it."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def second(at: datetime) -> str:
    """Return a time to the second."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def success(**parts: Any) -> Answer:
    """Return an answer that says SUCCESS."""
    return told(200, {"responseStatus": "SUCCESS", **parts})


def refused(kind: str, message: str) -> dict[str, Any]:
    """Return the status of one row."""
    return {"responseStatus": "FAILURE", "errors": [{"type": kind, "message": message}]}


def failure(kind: str, message: str) -> Answer:
    """Return a failure, which a vault tells with HTTP status 200."""
    return told(200, {"responseStatus": "FAILURE", "errors": [{"type": kind, "message": message}]})


def later(**time: float) -> datetime:
    """Return a time after the server's first."""
    return BEGAN + timedelta(**time)
