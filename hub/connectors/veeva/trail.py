"""A vault's own audit trail, read for a time."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from hub.connectors.veeva.client import Vault
from hub.domain.errors import RejectedError, RetryableError

Trail = Literal["document", "object", "system", "domain", "login"]
TRAILS: tuple[Trail, ...] = ("document", "object", "system", "domain", "login")
_DAYS = 30
"""A vault gives JSON of the last thirty days only."""
_SIZE = 1000


class VaultTrail:
    """`ForeignTrail` of one vault."""

    kinds: tuple[str, ...] = TRAILS

    def __init__(self, vault: Vault, clock: Callable[[], datetime]) -> None:
        self._vault = vault
        self._clock = clock

    def entries(self, kind: str, since: datetime, until: datetime) -> Iterator[dict[str, Any]]:
        """Yield the entries of a trail, each as the vault words it (`timestamp`, `user_name`, `action`, `item`...).

        RejectedError for a time that the vault no longer tells as JSON. What a record was created with is not told
        field by field there; it is what the record itself holds.
        """
        if kind not in TRAILS:
            raise RejectedError(f"{kind!r} is none of {', '.join(TRAILS)}")
        if since < self._clock() - timedelta(days=_DAYS):
            raise RejectedError(
                f"a vault tells its audit trail for {_DAYS} days; begin later, and read it at least that often"
            )
        yield from self._walked(f"audittrail/{kind}_audit_trail", since, until)

    def of_record(self, object: str, id: str, since: datetime, until: datetime) -> Iterator[dict[str, Any]]:
        """Yield the entries of one record, or of one document where *object* is documents."""
        place = f"objects/documents/{id}" if object == "documents" else f"vobjects/{object}/{id}"
        yield from self._walked(f"{place}/audittrail", since, until)

    def _walked(self, path: str, since: datetime, until: datetime) -> Iterator[dict[str, Any]]:
        times = {"start_date": _second(since), "end_date": _second(until)}
        offset = 0
        while True:
            told = self._vault.get(path, {**times, "limit": str(_SIZE), "offset": str(offset)})
            page = told.rows
            for row in page:
                if not isinstance(row, dict):
                    raise RetryableError("an entry of the vault's audit trail is no object")
                yield row
            offset += len(page)
            details = told.body.get("responseDetails")
            total = details.get("total") if isinstance(details, dict) else None
            if not page or not isinstance(total, int) or offset >= total:
                return


def _second(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
