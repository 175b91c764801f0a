"""The audits of one study, a page at a time, as records of one kind."""

import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from dataclasses import replace as with_parts
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from hub.connectors.markup import Part, parts
from hub.connectors.rave.answers import refused
from hub.connectors.rave.audits import audit_of
from hub.connectors.rave.config import Rave
from hub.connectors.rave.kept import Kept, Paged, Read
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


@dataclass(slots=True)
class _Last:
    """The last page of a study's feed, which the other kinds are read from too, once each."""

    page: Paged
    size: int
    """Bytes of the answer."""
    until: float
    given: set[str]


class Feed:
    """Asks for pages of the feed and maps them.

    The kinds are read one after the other, and each page is asked for once for all of them: of a first load what the
    pages say is kept on disk, and the last page of each look is kept for a moment.
    """

    def __init__(
        self,
        client: Client,
        config: Rave,
        shared: Iterable[str] = (),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """*shared* are the kinds that may be read from a page that another one was asked for."""
        self._client = client
        self._config = config
        self._zone = ZoneInfo(config.zone)
        self._monotonic = monotonic
        self._last: dict[tuple[str, int], _Last] = {}
        self._kept = Kept(shared, config.overlap, monotonic)
        self.close = self._kept.close

    def page(self, kind: str, rule: Mapped, study: str, start: int, *, anew: bool = False) -> Audits:
        """Return the audits of *study* from id *start* on that are about *kind*. Errors as of `Source.pull`.

        They are asked for *anew* where the hub writes the kind: a page from before a write would seem to undo it.
        """
        page = None if anew else self._had_before(kind, study, start)
        if page is not None:
            return self._of(kind, rule, page)
        page, size = self._had(study, start)
        self._kept.keep(kind, study, start, page)
        self._last = {place: one for place, one in self._last.items() if place[0] != study}
        if page.onward is None and size + sum(one.size for one in self._last.values()) <= _MOST:
            self._last[study, start] = _Last(page, size, self._monotonic() + _LASTS_S, {kind})
        return self._of(kind, rule, page)

    def _had_before(self, kind: str, study: str, start: int) -> Paged | None:
        last = self._last.get((study, start))
        if last is not None and kind not in last.given and self._monotonic() < last.until:
            last.given.add(kind)
            return last.page
        return self._kept.given(kind, study, start)

    def _had(self, study: str, start: int) -> tuple[Paged, int]:
        where = f"{self._config.name}: audits of {study} from {start}"
        got = self._asked(study, start, where)
        refused(got.content, where)
        numbers, audits = set[int](), list[Read]()
        for at, part in enumerate(parts(got.content, ("ClinicalData",), where), 1):
            one = self._read(part, study, f"{study}, audits from {start}, number {at}")
            numbers.add(one.number)
            if one.item is None or one.item["kind"] is not None:
                audits.append(one)
        onward = _onward(got.headers)
        if onward is not None and onward <= start:
            raise RetryableError(f"{where}: the page after this one is not after it ({onward})")
        return Paged(tuple(audits), frozenset(numbers - {0}), onward), len(got.content)

    def _of(self, kind: str, rule: Mapped, page: Paged) -> Audits:
        """Return what is of *kind*; what cannot be read is set aside for every kind: it is not known which it is of."""
        found: list[tuple[int, Change | Reject]] = []
        for one in page.audits:
            if one.item is None:
                found.append((one.number, Reject(kind, one.place, one.problem, one.raw)))
            elif one.item["kind"] == kind:
                read = read_item(kind, rule, one.item, f"{one.place}, audit {one.number}")
                found.append((one.number, with_parts(read, raw=one.raw)))
        return Audits(tuple(found), page.numbers, page.onward)

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

    def _read(self, part: Part, study: str, place: str) -> Read:
        if part.element is None:
            return Read(place, part.raw, _number(part.raw), None, part.problem)
        try:
            item = audit_of(part.element, study, self._zone)
        except RejectedError as error:
            return Read(place, part.raw, _number(part.raw), None, str(error))
        return Read(place, part.raw, int(item["audit"]["id"]), item)


def _number(raw: bytes) -> int:
    found = _NUMBER.search(raw)
    return int(found[1]) if found else 0


def _onward(headers: Mapping[str, str]) -> int | None:
    """Return the audit id of the next page; only the number is taken from the address, which may be of another host."""
    told = parse_qs(urlsplit(linked(headers) or "").query).get("startid", [""])[0]
    return int(told) if told.isdecimal() else None
