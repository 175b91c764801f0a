"""The audits of one study, a page at a time, as records of one kind."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace as with_parts
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from hub.connectors.markup import Part, parts
from hub.connectors.rave.answers import refused
from hub.connectors.rave.audits import audit_of
from hub.connectors.rave.config import Rave
from hub.connectors.rest.client import Asked, Client, Got
from hub.connectors.rest.config import Mapped
from hub.connectors.rest.mapping import read_item
from hub.connectors.rest.paging import linked
from hub.connectors.troubles import NotThereError
from hub.domain.changes import Change, Reject
from hub.domain.errors import RejectedError, RetryableError

PATH = "datasets/ClinicalAuditRecords.odm"
_NUMBER = re.compile(rb"<SourceID>\s*(\d+)\s*</SourceID>")


@dataclass(frozen=True, slots=True)
class Audits:
    """One page of the feed."""

    found: tuple[tuple[int, Change | Reject], ...]
    """What is of the kind that was asked for, with its number."""
    numbers: frozenset[int]
    """Of all audits on it."""
    onward: int | None
    """Where the next page begins, None at the end."""


class Feed:
    """Asks for pages of the feed and maps them."""

    def __init__(self, client: Client, config: Rave) -> None:
        self._client = client
        self._config = config
        self._zone = ZoneInfo(config.zone)

    def page(self, kind: str, rule: Mapped, study: str, start: int) -> Audits:
        """Return the audits of *study* from id *start* on that are about *kind*. Errors as of `Source.pull`."""
        where = f"{self._config.name}: audits of {study} from {start}"
        got = self._asked(study, start, where)
        refused(got.content, where)
        found: list[tuple[int, Change | Reject]] = []
        numbers = set()
        for number, part in enumerate(parts(got.content, ("ClinicalData",), where), 1):
            one, audit = self._read(part, kind, rule, study, f"{study}, audits from {start}, number {number}")
            numbers.add(audit)
            if one is not None:
                found.append((audit, one))
        onward = _onward(got.headers)
        if onward is not None and onward <= start:
            raise RetryableError(f"{where}: the page after this one is not after it ({onward})")
        return Audits(tuple(found), frozenset(numbers - {0}), onward)

    def _asked(self, study: str, start: int, where: str) -> Got:
        params = {"studyoid": study, "startid": str(start), "per_page": str(self._config.per_page)}
        if self._config.mode is not None:
            params["mode"] = self._config.mode
        try:
            return self._client.fetch(Asked("GET", PATH, params, {"Accept": "text/xml"}))
        except NotThereError as error:
            if start <= 1:
                raise
            raise RetryableError(f"{where}: {error}; Rave does not know the place any more") from error

    def _read(self, part: Part, kind: str, rule: Mapped, study: str, where: str) -> tuple[Change | Reject | None, int]:
        """Return what an audit says of *kind*, and its number where it can be told.

        One that cannot be read is set aside for every kind, for it is not known which it is about.
        """
        if part.element is None:
            return Reject(kind, where, part.problem, part.raw), _number(part.raw)
        try:
            item = audit_of(part.element, study, self._zone)
        except RejectedError as error:
            return Reject(kind, where, str(error), part.raw), _number(part.raw)
        number = int(item["audit"]["id"])
        if item["kind"] != kind:
            return None, number
        return with_parts(read_item(kind, rule, item, f"{where}, audit {number}"), raw=part.raw), number


def _number(raw: bytes) -> int:
    found = _NUMBER.search(raw)
    return int(found[1]) if found else 0


def _onward(headers: Mapping[str, str]) -> int | None:
    """Return the audit id of the next page; only the number is taken from the address, which may be of another host."""
    told = parse_qs(urlsplit(linked(headers) or "").query).get("startid", [""])[0]
    return int(told) if told.isdecimal() else None
