"""A partner who gives ODM documents over HTTP and takes ours, over HTTP or in a folder."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from io import BytesIO
from itertools import islice
from typing import Any

from pydantic import ValidationError

from hub.connectors.files.config import Records, begun
from hub.connectors.files.json_lines import row_of
from hub.connectors.files.mapping import read_row
from hub.connectors.files.rows import Row
from hub.connectors.odm.config import Odm, Write, read_config
from hub.connectors.odm.rows import items
from hub.connectors.odm.sending import Sender
from hub.connectors.odm.writing import KINDS
from hub.connectors.rest.auth import Identity
from hub.connectors.rest.client import Asked, Got
from hub.connectors.rest.tokens import Tokens
from hub.connectors.tried import Tried
from hub.connectors.troubles import Advice, ForeignError, NotThereError
from hub.connectors.web import line_of
from hub.connectors.whole import Whole
from hub.domain.changes import Capabilities, Change, Finding, Page, Push, Receipt, Reject
from hub.domain.errors import RejectedError, RetryableError, UsageError
from hub.ports import System

_NOT_CHANGED = 304
_LOOKED_AT = 200


class OdmSystem:
    """`Source` and `Target`. Each look reads the whole document, a page after the other; where its ETag is the same,
    nothing.
    """

    def __init__(
        self,
        config: Odm,
        clock: Callable[[], datetime],
        tokens: Callable[[], Tokens] | None = None,
        *,
        identified: type[Identity] = Identity,
    ) -> None:
        """*identified* says who we are where a partner has a way of its own."""
        line = line_of(config, clock=clock, tokens=tokens, identified=identified)
        self._client, self.close = line.client, line.close
        self._config = config
        self._records = _records(config)
        self._whole = Whole()
        self.kinds = tuple(self._records)
        write = config.write
        self._sender = Sender(config.name, write, self._client, clock) if write else None
        self.capabilities = Capabilities(
            deletes=any(one.deleted for one in self._records.values()),
            writable=_written(write),
            takes={kind: KINDS[kind] for kind in _written(write)},
        )

    def pull(self, kind: str, cursor: str | None) -> Page:
        """Return the next records of *kind* in the document; see `Source.pull`."""
        read = self._config.read
        if read is None or kind not in self._records:
            raise RejectedError(f"{self._config.name}: {kind} is not read from its documents")
        state = {"etag": None, "place": None, **(json.loads(cursor) if cursor else {})}
        etag, place = state["etag"], state["place"]
        if not self._whole.holds(kind, place):
            got = self._fetched(read.path, None if place else etag)
            if got.status == _NOT_CHANGED:
                return Page((), cursor)
            self._whole.take(kind, got.content, self._found(got.content, kind), place)
            etag = got.headers.get("etag")
        return self._whole.page(kind, lambda after: json.dumps({"etag": etag, "place": after}))

    def since(self, kind: str, at: datetime) -> str | None:  # noqa: ARG002  # of the port
        """Return None: documents are read whole."""
        return None

    def push(self, change: Push, *, idempotency_key: str, precondition: str | None) -> Receipt:  # noqa: ARG002  # of the port
        """Send a record; see `Target.push`. Documents know no preconditions."""
        if self._sender is None or change.kind not in self.capabilities.writable:
            raise RejectedError(f"{self._config.name}: {change.kind} is not written to this partner")
        return self._sender.push(change, idempotency_key)

    def named(self, kind: str) -> set[str]:
        """Return what the first records of *kind* hold, as it is called in the document."""
        read = self._config.read
        got = self._fetched(read.path, None) if read else None
        found = islice(items(BytesIO(got.content), "odm", kind), _LOOKED_AT) if got else ()
        return {name for _, item in found if isinstance(item, Mapping) for name in item}

    def sends(self) -> Iterator[Finding]:
        """Say whether what it takes to send documents is there."""
        return self._sender.check() if self._sender else iter(())

    def _fetched(self, path: str, etag: str | None) -> Got:
        headers = {"Accept": "application/xml, text/xml", **({"If-None-Match": etag} if etag else {})}
        try:
            return self._client.fetch(Asked("GET", path, {}, headers))
        except NotThereError as error:
            raise RetryableError(f"{error}; the document may not be there yet, or read.path is another") from error

    def _found(self, content: bytes, kind: str) -> Iterator[Change | Reject]:
        try:
            for number, (raw, item) in enumerate(items(BytesIO(content), "odm", kind), 1):
                yield self._read(kind, number, raw, item)
        except RejectedError as error:
            path = self._config.read.path if self._config.read else ""
            raise ForeignError(f"{self._config.name}: {path}: {error}") from error

    def _read(self, kind: str, number: int, raw: bytes, item: Mapping[str, Any] | str) -> Change | Reject:
        records, place = self._records[kind], f"{kind} {number}"
        row = Row(place, raw, {}, item) if isinstance(item, str) else row_of(dict(item), place, raw, records)
        return read_row(kind, records, row, "odm")


ADVICE = Advice("base_url and read.path", "auth", "the right to read what is at read.path")


def opened(text: str, tokens: Callable[[], Tokens] | None) -> System:
    """Make the system of its YAML. UsageError names the first key that is wrong."""
    config = read_config(text)
    odm = OdmSystem(config, lambda: datetime.now(UTC), tokens)
    source = odm if odm.kinds else None
    target = odm if config.write else None
    looked = Tried(odm, odm.kinds, ADVICE, named=odm.named, more=odm.sends)
    return System(config.name, odm.kinds, source, target, config.every_s, config.rate_per_s, looked)


def _written(write: Write | None) -> frozenset[str]:
    if write is None:
        return frozenset()
    return frozenset(KINDS) - (frozenset({"query"}) if write.version == "1.3.2" else frozenset())


def _records(config: Odm) -> dict[str, Records]:
    told = config.read.kinds if config.read else {}
    made = {}
    for kind, rule in told.items():
        try:
            made[kind] = Records.model_validate(begun(kind, {"files": "*", "format": "odm", **(rule or {})}))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in ("read", "kinds", kind, *first["loc"]))
            raise UsageError(f"{where}: {first['msg'].removeprefix('Value error, ')}") from error
    return made
