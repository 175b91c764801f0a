"""Writes to a vault: looked up before, so that nothing is written twice or over another's edit; many in one request."""

from collections.abc import Sequence
from typing import Any

from hub.connectors.veeva import rows, vql
from hub.connectors.veeva.answers import first_error, judged
from hub.connectors.veeva.client import Vault
from hub.connectors.veeva.config import DOCUMENTS, VaultKind, Veeva
from hub.domain.changes import Asked, Change, Push, Receipt
from hub.domain.errors import RejectedError, RetryableError, StaleError

BATCH = 500
"""Rows that a vault takes in one request."""
Result = Receipt | RejectedError | StaleError


class Writing:
    """Writes the kinds of one vault.

    A vault knows no idempotency key and no precondition. A record that the hub creates carries the key in an external
    id, by which the vault itself upserts; an update is compared with what is there before it is sent, which leaves the
    time between the two requests in which another's edit is not seen.
    """

    def __init__(self, config: Veeva, vault: Vault) -> None:
        self._config = config
        self._vault = vault

    def push(self, change: Push, *, idempotency_key: str, precondition: str | None) -> Receipt:
        """Write one record; see `Target.push`."""
        result = self.push_all([Asked(change, idempotency_key, precondition)])[0]
        if isinstance(result, Receipt):
            return result
        raise result

    def push_all(self, writes: Sequence[Asked]) -> list[Result]:
        """Write records of one kind or several; see `BulkTarget.push_all`."""
        results: dict[int, Result] = {}
        for kind in dict.fromkeys(one.push.kind for one in writes):
            chosen = [(number, one) for number, one in enumerate(writes) if one.push.kind == kind]
            results |= self._of_kind(kind, chosen)
        return [results[number] for number in range(len(writes))]

    def _of_kind(self, kind: str, writes: list[tuple[int, Asked]]) -> dict[int, Result]:
        rule = self._config.kinds.get(kind)
        if rule is None or not rule.writable or rule.object == DOCUMENTS:
            refused = RejectedError(f"{self._config.name}: {kind} is not written to this vault")
            return {number: refused for number, _ in writes}
        found = self._look(kind, rule, [one for _, one in writes])
        results: dict[int, Result] = {}
        todo: dict[str, list[tuple[int, Asked, dict[str, Any]]]] = {"POST": [], "PUT": [], "DELETE": []}
        for number, one in writes:
            try:
                settled = self._settled(rule, one, found)
                if settled is not None:
                    results[number] = settled
                    continue
                method, body = self._row(kind, rule, one)
                todo[method].append((number, one, body))
            except (RejectedError, StaleError) as error:
                results[number] = error
        for method, chosen in todo.items():
            if chosen:
                results |= self._sent(kind, rule, method, chosen)
        return results

    def _look(self, kind: str, rule: VaultKind, writes: list[Asked]) -> dict[str, Change]:
        """Return what the vault holds of the records, by id and by the key in their external id."""
        ids = [one.push.external_id for one in writes if one.push.external_id is not None]
        keys = [one.idempotency_key for one in writes if one.push.external_id is None]
        found: dict[str, Change] = {}
        for field, values in (("id", ids), (rule.external, keys)):
            for begin in range(0, len(values), BATCH):
                part = values[begin : begin + BATCH]
                wanted = rows.wanted(rule) | {rule.external}
                for row in self._vault.query_all(vql.select(wanted, rule.object, [vql.among(field, part)])):
                    one = rows.read(kind, rule, row, rule.object)
                    if isinstance(one, Change):
                        found[one.external_id if field == "id" else str(row.get(field))] = one
                    elif field == "id" and one.external_id is not None:  # unreadable, but there: our write may mend it
                        found[one.external_id] = Change(kind, one.external_id, {}, _version(rule, row))
        return found

    def _settled(self, rule: VaultKind, one: Asked, found: dict[str, Change]) -> Receipt | None:
        """Return the receipt of a write that has nothing to do; raise where it may not be done."""
        push = one.push
        held = found.get(one.idempotency_key if push.external_id is None else push.external_id)
        if held is None:
            if push.deleted:
                return Receipt(push.external_id or "")
            if push.external_id is not None:
                raise RejectedError(f"{self._config.name}: {rule.object} has no record {push.external_id}")
            return None
        if not push.deleted and all(held.fields.get(name) == value for name, value in push.fields.items()):
            return Receipt(held.external_id, held.version, _of(held, push))
        if one.precondition is not None and held.version != one.precondition:
            raise StaleError(f"{self._config.name}: {held.external_id} was changed there meanwhile")
        return None

    def _row(self, kind: str, rule: VaultKind, one: Asked) -> tuple[str, dict[str, Any]]:
        push = one.push
        if push.deleted:
            return "DELETE", {"id": push.external_id}
        body = rows.body(kind, rule, push.fields)
        if push.external_id is not None:
            return "PUT", {"id": push.external_id, **body}
        return "POST", {rule.external: one.idempotency_key, **rule.constants, **body}

    def _sent(
        self, kind: str, rule: VaultKind, method: str, chosen: list[tuple[int, Asked, dict[str, Any]]]
    ) -> dict[int, Result]:
        results: dict[int, Result] = {}
        params = {"idParam": rule.external} if method == "POST" else {}
        for begin in range(0, len(chosen), BATCH):
            part = chosen[begin : begin + BATCH]
            sent = [body for _, _, body in part]
            told = self._vault.ask(method, f"vobjects/{rule.object}", params=params, json=sent).rows
            if len(told) != len(part):
                raise RetryableError(f"{self._config.name}: answers {len(told)} of {len(part)} writes")
            for (number, one, _), row in zip(part, told, strict=True):
                results[number] = self._result(rule, one, row)
        return self._read_back(kind, rule, {number: one for number, one, _ in chosen}, results)

    def _result(self, rule: VaultKind, one: Asked, row: Any) -> Result:
        """Judge one row of an answer; what goes away by itself is told of all, and done again for all."""
        status = row.get("responseStatus") if isinstance(row, dict) else None
        if status in ("SUCCESS", "WARNING"):
            data = row.get("data")
            known = data.get("id") if isinstance(data, dict) else None
            if not isinstance(known, str) or not known:
                raise RetryableError(f"{self._config.name}: a row is written, and the answer names no id")
            return Receipt(known)
        if status not in ("FAILURE", "EXCEPTION"):
            raise RetryableError(f"{self._config.name}: a row of the answer says neither success nor failure")
        kind, message = first_error(row)
        error = judged(f"{self._config.name}: {rule.object} {one.push.external_id or 'new'}", kind, message)
        if isinstance(error, RetryableError):
            raise error
        return error if isinstance(error, RejectedError) else RejectedError(self._vault.redacted(str(error)))

    def _read_back(
        self, kind: str, rule: VaultKind, asked: dict[int, Asked], results: dict[int, Result]
    ) -> dict[int, Result]:
        """Give receipts the version that the vault has made of the writes, and what it holds of their fields."""
        written = {
            number: result.external_id
            for number, result in results.items()
            if isinstance(result, Receipt) and not asked[number].push.deleted
        }
        if not written:
            return results
        looked = [Asked(Push(kind, known, {}), "", None) for known in written.values()]
        found = self._look(kind, rule, looked)
        for number, known in written.items():
            if known in found:
                results[number] = Receipt(known, found[known].version, _of(found[known], asked[number].push))
        return results


def _of(held: Change, push: Push) -> dict[str, Any]:
    return {name: held.fields[name] for name in push.fields if name in held.fields}


def _version(rule: VaultKind, row: Any) -> str | None:
    told = row.get(rule.version) if isinstance(row, dict) else None
    return told if isinstance(told, str) else None
