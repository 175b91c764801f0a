"""The audit trail as one reader may see it: entries of their organizations and studies, blinded where they are."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from hub.domain.agreements import Agreement
from hub.domain.audit import SEVERAL, Entry
from hub.domain.errors import MissingError
from hub.domain.places import HUB_ITSELF, Placed, scope_of_agreement, scope_of_record, shown, unblinding
from hub.domain.policy import Scope
from hub.ports import Accounts, Ledger
from hub.ports.browsing import Browser, Wanted

_SCANNED = 500
_MOST_SCANS = 40

Sees: TypeAlias = Callable[[Scope], bool]
ScopeOf: TypeAlias = Callable[[str], Scope | None]
"""Returns the scope of what an entry of one kind is about, by its record id; None where there is none any more."""


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as a reader sees it; *masked* where a value was left out because it would unblind."""

    seq: int
    entry: Entry
    hash: str
    masked: bool = False


class TrailReader:
    """Reads the trail for people. *others* gives the scope of entries of further kinds."""

    def __init__(
        self, browser: Browser, ledger: Ledger, accounts: Accounts, others: Mapping[str, ScopeOf] | None = None
    ) -> None:
        self._browser = browser
        self._ledger = ledger
        self._accounts = accounts
        self._others = others or {}

    def page(self, wanted: Wanted, sees: Sees, *, before: int | None, limit: int) -> tuple[list[Line], int | None]:
        """Return up to *limit* lines, newest first, and the number to go on before; None at the end.

        A page may hold fewer lines than *limit*, even none, with more to come: what a reader may not see is long.
        """
        found: list[Line] = []
        for _ in range(_MOST_SCANS):
            come = self._browser.trail(wanted, before=before, limit=_SCANNED)
            for line in self._seen(come, sees):
                found.append(line)
                if len(found) == limit:
                    return found, line.seq
            if len(come) < _SCANNED:
                return found, None
            before = come[-1][0]
        return found, before

    def all(self, wanted: Wanted, sees: Sees) -> Iterator[Line]:
        """Return every line, newest first, in flat memory."""
        before: int | None = None
        while True:
            come = self._browser.trail(wanted, before=before, limit=_SCANNED)
            yield from self._seen(come, sees)
            if len(come) < _SCANNED:
                return
            before = come[-1][0]

    def _seen(self, come: list[tuple[int, Entry, str]], sees: Sees) -> Iterator[Line]:
        agreements = {one.id: one for one in self._ledger.agreements()}
        placed = self._browser.placed(sorted({entry.record_id for _, entry, _ in come if entry.agreement}))
        known: dict[tuple[str, str, str], Scope] = {}
        for number, entry, digest in come:
            key = (entry.kind, entry.record_id, entry.agreement)
            if key not in known:
                known[key] = self._scope(entry, placed.get(entry.record_id), agreements)
            if sees(known[key]):
                yield _line(number, entry, digest, unblinded=sees(replace(known[key], unblinding=True)))

    def _scope(self, entry: Entry, placed: Placed | None, agreements: Mapping[str, Agreement]) -> Scope:
        """Return whose an entry is: the parties of its agreement, in the study of its record where it is about one."""
        agreement = agreements.get(entry.agreement.rpartition("@")[0])
        if placed is not None:
            record = scope_of_record(placed, agreements.values())
            return Scope(frozenset(agreement.parties) if agreement else record.organizations, record.study)
        return scope_of_agreement(agreement) if agreement is not None else self._otherwise(entry)

    def _otherwise(self, entry: Entry) -> Scope:
        if entry.kind == "user":
            try:
                return Scope(frozenset({self._accounts.account(entry.record_id).user.organization}))
            except MissingError:
                return HUB_ITSELF
        told = self._others.get(entry.kind)
        return (told and told(entry.record_id)) or HUB_ITSELF


def _line(number: int, entry: Entry, hash: str, *, unblinded: bool) -> Line:
    if unblinded:
        return Line(number, entry, hash)
    if entry.field == SEVERAL:
        values = json.loads(entry.new or "{}")
        left = shown(values, unblinded=False)
        masked = len(left) < len(values)
        return Line(number, replace(entry, new=json.dumps(left, ensure_ascii=False)) if masked else entry, hash, masked)
    if unblinding(entry.field):
        return Line(number, replace(entry, old=None, new=None, reason=""), hash, masked=True)
    return Line(number, entry, hash)
