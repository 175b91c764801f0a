"""The audits of one study, a page at a time, as records of one kind."""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import replace as with_parts
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from hub.connectors.markup import Part, parts
from hub.connectors.rave.answers import refused
from hub.connectors.rave.audits import Item, audit_of
from hub.connectors.rave.config import Rave
from hub.connectors.rest.client import Asked, Client, Got
from hub.connectors.rest.config import Mapped
from hub.connectors.rest.mapping import read_item
from hub.connectors.rest.paging import linked
from hub.connectors.troubles import NotThereError
from hub.domain.changes import Change, Reject
from hub.domain.errors import RejectedError, RetryableError

PATH = "datasets/ClinicalAuditRecords.odm"
_LASTS_S, _MOST = 20.0, 4 << 20
"""A last page is kept for so long; those of all studies have so many bytes at most."""
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


@dataclass(frozen=True, slots=True)
class _Read:
    """An audit of a page, of whichever kind it is: what it says, or why it cannot be read."""

    place: str
    raw: bytes
    number: int
    item: Item | None
    problem: str = ""


@dataclass(slots=True)
class _Last:
    """The last page of a study's feed, which the other kinds are read from too, once each."""

    audits: tuple[_Read, ...]
    size: int
    """Bytes of the answer."""
    until: float
    given: set[str]


class Feed:
    """Asks for pages of the feed and maps them.

    The kinds are read one after the other, and stand at the same place once the first load is over: for a moment the
    last page is kept for those that have not had it.
    """

    def __init__(self, client: Client, config: Rave, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._config = config
        self._zone = ZoneInfo(config.zone)
        self._monotonic = monotonic
        self._last: dict[tuple[str, int], _Last] = {}

    def page(self, kind: str, rule: Mapped, study: str, start: int, *, anew: bool = False) -> Audits:
        """Return the audits of *study* from id *start* on that are about *kind*. Errors as of `Source.pull`.

        They are asked for *anew* where the hub writes the kind: a page from before a write would seem to undo it.
        """
        kept = self._last.get((study, start))
        if kept is not None and not anew and kind not in kept.given and self._monotonic() < kept.until:
            kept.given.add(kind)
            return self._of(kind, rule, kept.audits, None)
        audits, onward, size = self._had(study, start)
        self._last = {place: one for place, one in self._last.items() if place[0] != study}
        if onward is None and size + sum(one.size for one in self._last.values()) <= _MOST:
            self._last[study, start] = _Last(audits, size, self._monotonic() + _LASTS_S, {kind})
        return self._of(kind, rule, audits, onward)

    def _had(self, study: str, start: int) -> tuple[tuple[_Read, ...], int | None, int]:
        where = f"{self._config.name}: audits of {study} from {start}"
        got = self._asked(study, start, where)
        refused(got.content, where)
        found = enumerate(parts(got.content, ("ClinicalData",), where), 1)
        audits = tuple(self._read(part, study, f"{study}, audits from {start}, number {at}") for at, part in found)
        onward = _onward(got.headers)
        if onward is not None and onward <= start:
            raise RetryableError(f"{where}: the page after this one is not after it ({onward})")
        return audits, onward, len(got.content)

    def _of(self, kind: str, rule: Mapped, audits: Sequence[_Read], onward: int | None) -> Audits:
        """Return what is of *kind*; what cannot be read is set aside for every kind: it is not known which it is of."""
        found: list[tuple[int, Change | Reject]] = []
        for one in audits:
            if one.item is None:
                found.append((one.number, Reject(kind, one.place, one.problem, one.raw)))
            elif one.item["kind"] == kind:
                read = read_item(kind, rule, one.item, f"{one.place}, audit {one.number}")
                found.append((one.number, with_parts(read, raw=one.raw)))
        return Audits(tuple(found), frozenset({one.number for one in audits} - {0}), onward)

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

    def _read(self, part: Part, study: str, place: str) -> _Read:
        if part.element is None:
            return _Read(place, part.raw, _number(part.raw), None, part.problem)
        try:
            item = audit_of(part.element, study, self._zone)
        except RejectedError as error:
            return _Read(place, part.raw, _number(part.raw), None, str(error))
        return _Read(place, part.raw, int(item["audit"]["id"]), item)


def _number(raw: bytes) -> int:
    found = _NUMBER.search(raw)
    return int(found[1]) if found else 0


def _onward(headers: Mapping[str, str]) -> int | None:
    """Return the audit id of the next page; only the number is taken from the address, which may be of another host."""
    told = parse_qs(urlsplit(linked(headers) or "").query).get("startid", [""])[0]
    return int(told) if told.isdecimal() else None
