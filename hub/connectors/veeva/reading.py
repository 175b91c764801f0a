"""What changed in a vault: rows in the order of their change, then what was deleted."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.connectors.rest.waits import moment_of
from hub.connectors.troubles import NotThereError
from hub.connectors.veeva import rows, vql
from hub.connectors.veeva.client import Told, Vault
from hub.connectors.veeva.config import DOCUMENTS, VaultKind, Veeva
from hub.domain.changes import Change, Page, Reject
from hub.domain.errors import FatalError, RejectedError, RetryableError

_GONE_DAYS = 29
"""A vault tells of deletions for thirty days."""
_GONE_SIZE = 1000


@dataclass(frozen=True, slots=True)
class Place:
    """How far a kind was read; times in ISO 8601."""

    since: str | None = None
    """Everything that changed before was seen."""
    gone_since: str | None = None
    """Deletions before were seen; None before the first look is over, which takes those that are still told."""
    top: str | None = None
    """The latest change seen in this look."""
    begun: str | None = None
    """When this look began, by the vault's clock."""
    last: tuple[str, str | int] | None = None
    """Change and id of the last row seen in this look."""
    offset: int | None = None
    """Place in the list of deletions; None while rows are read."""
    until: str | None = None
    """Only what changed before is asked for; None for all there is."""


class Reading:
    """Reads the kinds of one vault."""

    def __init__(self, config: Veeva, vault: Vault, clock: Callable[[], datetime]) -> None:
        self._config = config
        self._vault = vault
        self._clock = clock

    def pull(self, kind: str, cursor: str | None) -> Page:
        """Return the next page; see `Source.pull`.

        Each page asks for what comes after the last row in the order of change and id, so that nothing slips by where
        rows move to the end of the list meanwhile, or the vault forgets the place.
        """
        rule = self._rule(kind)
        place = _place(cursor)
        if place.offset is not None:
            return self._gone(kind, rule, place)
        told = self._asked(rule, place)
        page = told.rows
        found = [
            rows.read(kind, rule, row, f"{rule.object}, {_where(place, number)}") for number, row in enumerate(page, 1)
        ]
        place = self._moved(rule, place, page, found, told)
        if _more(told, page):
            if place.last is None:
                raise RetryableError(f"{self._config.name}: a page of {rule.object} holds no row with id and time")
            return _page(found, place, more=True)
        return _page(found, replace(place, offset=0), more=True)

    def since(self, kind: str, at: datetime) -> str | None:
        """Return a cursor that begins at a time; see `Source.since`."""
        if kind not in self._config.kinds:
            return None
        moment = at.astimezone(UTC).isoformat()
        gone = max(at, self._clock() - timedelta(days=_GONE_DAYS)).astimezone(UTC).isoformat()
        return _cursor(Place(since=moment, gone_since=gone))

    def between(self, kind: str, since: datetime | None, until: datetime) -> str | None:
        """Return a cursor of an interval; see `IntervalSource.between`."""
        rule = self._config.kinds.get(kind)
        if rule is None or rule.changed_at is None:
            return None
        begin = _place(self.since(kind, since) if since else None)
        return _cursor(replace(begin, until=until.astimezone(UTC).isoformat()))

    def _asked(self, rule: VaultKind, place: Place) -> Told:
        try:
            return self._vault.query(self._question(rule, place))
        except NotThereError as error:  # the address of every query, which a page before was had from
            if place.last is None:
                raise
            raise RetryableError(str(error)) from error

    def _rule(self, kind: str) -> VaultKind:
        rule = self._config.kinds.get(kind)
        if rule is None:
            raise RejectedError(f"{self._config.name}: {kind} is not among its kinds")
        return rule

    def _question(self, rule: VaultKind, place: Place) -> str:
        order = rule.changed_at or "id"
        changed = None
        if place.last is not None:
            changed = vql.after(order, place.last)
        elif place.since is not None:
            begin = datetime.fromisoformat(place.since) - timedelta(seconds=self._config.overlap_s)
            changed = f"{order} >= {vql.quoted(vql.time(begin))}"
        ends = place.until and f"{order} < {vql.quoted(vql.time(datetime.fromisoformat(place.until)))}"
        return vql.select(
            rows.wanted(rule), rule.object, [rule.where, changed, ends], order=order, size=self._config.page_size
        )

    def _moved(self, rule: VaultKind, place: Place, page: list[Any], found: list[Change | Reject], told: Told) -> Place:
        keys = [key for row in page if (key := rows.key_of(rule, row))]
        changed = [one.changed_at for one in found if isinstance(one, Change) and one.changed_at]
        latest = max(changed, default=None)
        top = max([one for one in (place.top, latest.isoformat() if latest else None) if one], default=None)
        begun = place.begun or self._now(told).isoformat()
        return replace(place, top=top, begun=begun, last=keys[-1] if keys else place.last)

    def _gone(self, kind: str, rule: VaultKind, place: Place) -> Page:
        """Return deletions; a page of them is told by its offset, and they are told again within the overlap."""
        now = self._clock()
        began = datetime.fromisoformat(place.gone_since) if place.gone_since else now - timedelta(days=_GONE_DAYS)
        if now - began > timedelta(days=_GONE_DAYS + 1):
            raise FatalError(
                f"{self._config.name}: {kind} was not read for {_GONE_DAYS} days, and deletions are told no longer "
                "than that; run `hub sync backfill`"
            )
        begin = began - timedelta(seconds=self._config.overlap_s)
        path = DOCUMENTS if rule.object == DOCUMENTS else f"vobjects/{rule.object}"
        params = {"start_date": begin.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
        if rule.object != DOCUMENTS:
            params |= {"limit": str(_GONE_SIZE), "offset": str(place.offset)}
        told = self._vault.get(f"objects/deletions/{path}", params)
        found = [
            _deletion(kind, row, f"deletions of {rule.object}, {number}") for number, row in enumerate(told.rows, 1)
        ]
        kept = [one for one in found if one is not None]
        onward = (place.offset or 0) + len(found)
        details = told.body.get("responseDetails")
        total = details.get("total") if isinstance(details, dict) else None
        if found and rule.object != DOCUMENTS and isinstance(total, int) and onward < total:
            return _page(kept, replace(place, offset=onward), more=True)
        return _page(kept, self._ended(place, place.begun or place.gone_since or ""), more=False)

    def _ended(self, place: Place, gone_since: str) -> Place:
        """Everything was seen up to the latest change, but nothing after the look began: it may lie behind us."""
        seen = min((one for one in (place.top, place.begun) if one), key=datetime.fromisoformat, default=None)
        since = (
            place.since if place.top is None else max(place.since or seen or "", seen or "", key=datetime.fromisoformat)
        )
        return Place(since=since, gone_since=gone_since)

    def _now(self, told: Told) -> datetime:
        return moment_of(told.headers.get("date")) or self._clock().astimezone(UTC)


def _place(cursor: str | None) -> Place:
    if cursor is None:
        return Place()
    told = json.loads(cursor)
    return Place(**{**told, "last": tuple(told["last"]) if told.get("last") else None})


def _cursor(place: Place) -> str:
    return json.dumps({name: value for name, value in asdict(place).items() if value is not None})


def _page(found: "list[Change | Reject]", place: Place, *, more: bool) -> Page:
    changes = tuple(one for one in found if isinstance(one, Change))
    return Page(changes, _cursor(place), more, tuple(one for one in found if isinstance(one, Reject)))


def _where(place: Place, number: int) -> str:
    return f"row {number}" + (f" after {place.last[1]}" if place.last else "")


def _more(told: Told, page: list[Any]) -> bool:
    details = told.body.get("responseDetails")
    if not page or not isinstance(details, dict):
        return False
    total = details.get("total")
    return bool(details.get("next_page")) or (isinstance(total, int) and total > len(page))


def _deletion(kind: str, row: Any, place: str) -> Change | Reject | None:
    """Return what a row of deletions says; None where only a version of a document went."""
    raw = json.dumps(row).encode()
    if not isinstance(row, dict) or not isinstance(row.get("id"), str | int):
        return Reject(kind, place, "names no id", raw)
    if row.get("deletion_type") in ("document_version__sys", "version_change__sys"):
        return None
    return Change(kind, str(row["id"]), {}, deleted=True, raw=raw)
