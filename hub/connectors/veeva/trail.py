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


SIGNATURE = "signature"
_OF_SIGNATURES = "document_signature__sysr"
_SIGNED = (
    "id",
    "signature_name__sys",
    "signature_title__sys",
    "signature_user__sys",
    "signature_time__sys",
    "signature_meaning__sys",
    "signed_document__sys",
    "signed_document_major_version__sys",
    "signed_document_minor_version__sys",
    "verdict__sys",
    "delegate_name__sys",
    "workflow_label__sys",
    "task_label__sys",
)


class VaultTrail:
    """`ForeignTrail` of one vault: its audit trails, and the electronic signatures of its documents."""

    kinds: tuple[str, ...] = (*TRAILS, SIGNATURE)

    def __init__(self, vault: Vault, clock: Callable[[], datetime]) -> None:
        self._vault = vault
        self._clock = clock

    def entries(self, kind: str, since: datetime, until: datetime) -> Iterator[dict[str, Any]]:
        """Yield the entries of a trail, each as the vault words it (`timestamp`, `user_name`, `action`, `item`...).

        RejectedError for a time that the vault no longer tells as JSON; signatures are told for all times. What a
        record was created with is not told field by field there; it is what the record itself holds.
        """
        if kind == SIGNATURE:
            yield from self._signatures(since, until)
            return
        if kind not in TRAILS:
            raise RejectedError(f"{kind!r} is none of {', '.join(self.kinds)}")
        if since < self._clock() - timedelta(days=_DAYS):
            raise RejectedError(
                f"a vault tells its audit trail for {_DAYS} days; begin later, and read it at least that often"
            )
        yield from self._walked(f"audittrail/{kind}_audit_trail", since, until)

    def of_record(self, object: str, id: str, since: datetime, until: datetime) -> Iterator[dict[str, Any]]:
        """Yield the entries of one record, or of one document where *object* is documents."""
        place = f"objects/documents/{id}" if object == "documents" else f"vobjects/{object}/{id}"
        yield from self._walked(f"{place}/audittrail", since, until)

    def _signatures(self, since: datetime, until: datetime) -> Iterator[dict[str, Any]]:
        """Yield who signed which version of a document, when and as what (21 CFR 11.50), document by document."""
        query = f"SELECT id, (SELECT {', '.join(_SIGNED)} FROM {_OF_SIGNATURES}) FROM documents"  # noqa: S608  # fixed
        for document in self._vault.query_all(query):
            told = document.get(_OF_SIGNATURES) if isinstance(document, dict) else None
            rows = told.get("data") if isinstance(told, dict) else None
            if not isinstance(rows, list):
                raise RetryableError("a document of the vault comes without its list of signatures")
            for row in [*rows, *self._others(told)]:
                if since <= _moment(row) < until:
                    yield row

    def _others(self, told: Any) -> Iterator[Any]:
        """Yield what a document's list of signatures goes on with."""
        while isinstance(details := told.get("responseDetails"), dict) and (onward := details.get("next_page")):
            page = self._vault.ask("POST", str(onward))
            yield from page.rows
            told = page.body

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


def _moment(row: Any) -> datetime:
    try:
        return datetime.fromisoformat(row["signature_time__sys"])
    except (ValueError, KeyError, TypeError) as error:
        raise RetryableError("a signature of the vault comes without its time") from error


def _second(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
