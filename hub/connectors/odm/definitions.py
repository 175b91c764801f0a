"""A repository of USDM 4.0 study definitions over its HTTP API: definitions are read by id, and changed in place.

A definition holds far more than a record does: what is written is put into the definition as it is read just before,
and all else in it goes back as it came. None is created, for a record says too little to be one.
"""

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import quote

from pydantic import Field, ValidationError

from hub.connectors.declared import read_declared
from hub.connectors.files.config import Records, begun
from hub.connectors.files.json_lines import row_of
from hub.connectors.files.mapping import read_row
from hub.connectors.odm.usdm import OFFICIAL, Wrapper, is_text, items, sponsor_ids
from hub.connectors.rest.client import Asked
from hub.connectors.rest.tokens import Tokens
from hub.connectors.tried import Tried
from hub.connectors.troubles import Advice, NotThereError
from hub.connectors.web import Web, line_of
from hub.domain.changes import Capabilities, Change, Page, Push, Receipt, Reject
from hub.domain.errors import RejectedError, RetryableError, UsageError
from hub.ports import System

KINDS = ("study", "site")
TAKES = {"study": frozenset({"title", "protocol_number"})}
_JSON = {"Accept": "application/json"}


class Usdm(Web):
    """One repository and the definitions that are followed in it."""

    connector: Literal["usdm"] = "usdm"
    studies: tuple[str, ...] = Field(min_length=1)
    """Ids of definitions, as the repository gave them."""
    every_s: float = Field(900.0, gt=0)
    write: bool = False
    kinds: Mapping[str, Any] = {}
    """As of the odm connector; columns are those of `format: usdm`, and extension attributes by their address."""


class UsdmSystem:
    """`Source` and `Target`."""

    kinds = KINDS

    def __init__(self, config: Usdm, clock: Callable[[], datetime], tokens: Callable[[], Tokens] | None = None) -> None:
        self._config = config
        line = line_of(config, clock=clock, tokens=tokens)
        self._client, self.close = line.client, line.close
        self._records = {kind: _records(kind, config.kinds.get(kind) or {}) for kind in KINDS}
        self.capabilities = Capabilities(
            writable=frozenset(TAKES) if config.write else frozenset(), takes=TAKES if config.write else {}
        )

    def pull(self, kind: str, cursor: str | None) -> Page:
        """Return what the next definition holds of *kind*; see `Source.pull`."""
        if kind not in self._records:
            raise RejectedError(f"{self._config.name}: USDM holds no {kind}")
        at = int(cursor or 0) % len(self._config.studies)
        known = self._config.studies[at]
        where = f"study definition {known}"
        try:
            told, _ = self._asked(known)
            found = [self._read(kind, number, *one, known) for number, one in enumerate(items(told, kind), 1)]
        except RejectedError as error:
            if isinstance(error, NotThereError) and len(self._config.studies) == 1:
                raise
            found = [Reject(kind, where, str(error), str(error).encode(), known if kind == "study" else None)]
        more = at + 1 < len(self._config.studies)
        changes = tuple(one for one in found if isinstance(one, Change))
        rejects = tuple(one for one in found if isinstance(one, Reject))
        return Page(changes, str(at + 1 if more else 0), more, rejects)

    def since(self, kind: str, at: datetime) -> str | None:  # noqa: ARG002  # of the port
        """Return None: definitions are read whole."""
        return None

    def push(self, change: Push, *, idempotency_key: str, precondition: str | None) -> Receipt:  # noqa: ARG002  # of the port
        """Put title or number into a definition; see `Target.push`. The same values twice are written once."""
        if change.kind not in self.capabilities.writable or change.deleted or change.external_id is None:
            raise RejectedError(f"{self._config.name}: only studies that are there are changed in USDM")
        if strange := sorted(set(change.fields) - TAKES[change.kind]):
            raise RejectedError(f"{self._config.name}: {strange[0]} of a study is not written to USDM")
        now, mark = self._asked(change.external_id)
        wanted = _with(now, change.fields)
        if wanted != now:
            strong = mark and not mark.startswith("W/")  # a weak one never holds (RFC 9110, 13.1.1)
            headers = {**_JSON, "If-Match": mark} if mark and strong else _JSON
            self._client.ask(Asked("PUT", _path(change.external_id), {}, headers, wanted))
        return Receipt(change.external_id, None, dict(change.fields))

    def _asked(self, known: str) -> tuple[dict[str, Any], str | None]:
        """Return a definition, and its ETag where the repository gives one."""
        got = self._client.ask(Asked("GET", _path(known), {}, _JSON))
        if not isinstance(got.body, dict) or "study" not in got.body:
            raise RetryableError(f"{self._config.name}: the answer is no study definition")
        return got.body, got.headers.get("ETag")

    def _read(self, kind: str, number: int, item: Mapping[str, Any], wrong: str | None, known: str) -> Change | Reject:
        """Return an item under the repository's own id of its study."""
        own = {"id": known} if kind == "study" else {"id": f"{known}|{item.get('number')}", "study": known}
        told = {**item, **own}
        raw = json.dumps(told, ensure_ascii=False).encode(errors="backslashreplace")
        if wrong:
            where = f"study definition {known}:{kind} {number}"
            named = item.get("number") and is_text(own["id"])  # half a letter can be no part of an id
            return Reject(kind, where, wrong, raw, own["id"] if named else None)
        row = row_of(told, f"{kind} {number}", raw, self._records[kind])
        return read_row(kind, self._records[kind], row, f"study definition {known}")


_ADVICE = Advice("base_url and studies", "auth", "the right to read study definitions (and to change them, for write)")


def _records(kind: str, told: Mapping[str, Any]) -> Records:
    try:
        return Records.model_validate(begun(kind, {"files": "*", "format": "usdm", **told}))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in ("kinds", kind, *first["loc"]))
        raise UsageError(f"{where}: {first['msg'].removeprefix('Value error, ')}") from error


def read_config(text: str) -> Usdm:
    """Return what the YAML *text* declares. UsageError names the first thing wrong, without its value."""
    return read_declared(Usdm, text, "usdm system")


def opened(text: str, tokens: Callable[[], Tokens] | None) -> System:
    """Make the system of its YAML. UsageError names the first key that is wrong."""
    config = read_config(text)
    usdm = UsdmSystem(config, lambda: datetime.now(UTC), tokens)
    target, looked = usdm if config.write else None, Tried(usdm, KINDS, _ADVICE)
    return System(config.name, KINDS, usdm, target, config.every_s, config.rate_per_s, looked)


def _path(known: str) -> str:
    return f"v4/studyDefinitions/{quote(known, safe='')}"


def _with(told: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the definition with our values in its newest version. RejectedError where it has no place for one."""
    made: dict[str, Any] = deepcopy(dict(told))
    try:
        sponsors = sponsor_ids(Wrapper.model_validate(made).study.versions[0])
    except ValidationError as error:
        raise RejectedError("the definition that is there cannot be read; nothing was written") from error
    version = made["study"]["versions"][0]
    places = {
        "title": [one for one in version.get("titles") or () if one["type"]["code"] in OFFICIAL],
        "protocol_number": [one for one in version.get("studyIdentifiers") or () if one.get("scopeId") in sponsors],
    }
    for name, value in fields.items():
        if not places[name] or not isinstance(value, str):
            raise RejectedError(f"the definition has no place for {name}, or {name} is no text")
        places[name][0]["text"] = value
    return made
