"""The audit trail as one reader may see it: entries of their organizations and studies, blinded where they are."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeAlias

from hub.domain import wire
from hub.domain.agreements import Agreement
from hub.domain.audit import SEVERAL, Entry, of_field
from hub.domain.blinding import Blinding
from hub.domain.places import HUB_ITSELF, Placed, scope_of_agreement, scope_of_record
from hub.domain.policy import Scope
from hub.ports import Accounts, Ledger
from hub.ports.browsing import Browser, Wanted

_SCANNED = 500
_MOST_SCANS = 40
_SPAN = 1_000_000
"""Entries that one page looks at where it has to look at each: a tenth of a second of processor time."""

Sees: TypeAlias = Callable[[Scope], bool]


class Scopes(Protocol):
    """Tells whose entries are that no agreement tells of."""

    def __call__(self, entry: Entry) -> Scope | None:
        """Return whose an entry is; None where it is of the hub as a whole."""

    def before(self, entry: Entry) -> Scope | None:
        """Return whose it was when it was written, where who reads it has to see that as well."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What was found for one page already."""

    agreements: Mapping[str, Agreement]
    blinding: Blinding
    scopes: dict[tuple[str, str, str], Scope] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as a reader sees it; *masked* where a value was left out because it would unblind.

    *hash* is empty for all but those who see everything, unblinded: from it and its neighbours' a masked value could be
    guessed, and each of the chain goes on from the one before.
    """

    seq: int
    entry: Entry
    hash: str
    masked: bool = False


class TrailReader:
    """Reads the trail for people. *others* makes what tells whose entries are that no agreement tells of; *blinding*
    returns what would unblind.
    """

    def __init__(
        self,
        browser: Browser,
        ledger: Ledger,
        accounts: Accounts,
        others: Callable[[Sequence[Entry]], Scopes],
        blinding: Callable[[], Blinding] = Blinding,
        span: int = _SPAN,
    ) -> None:
        self._browser = browser
        self._ledger = ledger
        self._accounts = accounts
        self._others = others
        self._blinding = blinding
        self._span = span

    def page(self, wanted: Wanted, sees: Sees, *, before: int | None, limit: int) -> tuple[list[Line], int | None]:
        """Return up to *limit* lines, newest first, and the number to go on before; None at the end.

        Where a field is wanted, an entry that tells of several is a line of that field alone.

        Where no index leads to what is wanted, a page looks at a million entries and no more.

        A page may hold fewer lines than *limit*, even none, with more to come: what a reader may not see is long.
        """
        found, known, asked = list[Line](), self._known(), _asked_of_all(wanted, sees)
        floor = max(1, (before or self._browser.newest() + 1) - self._span) if asked.scans else None
        scanned = limit + 1  # who sees all is shown the first; who sees little has more looked at
        for _ in range(_MOST_SCANS):
            come = self._browser.trail(asked, before=before, limit=scanned, floor=floor)
            for line in self._seen(come, sees, known, wanted):
                found.append(line)
                if len(found) == limit:
                    return found, line.seq
            if len(come) < scanned:
                return found, floor if floor is not None and floor > 1 else None
            before, scanned = come[-1][0], _SCANNED
        return found, before

    def all(self, wanted: Wanted, sees: Sees) -> Iterator[Line]:
        """Return every line, newest first, in flat memory."""
        before: int | None = None
        asked = _asked_of_all(wanted, sees)
        while True:
            come = self._browser.trail(asked, before=before, limit=_SCANNED)
            yield from self._seen(come, sees, self._known(), wanted)
            if len(come) < _SCANNED:
                return
            before = come[-1][0]

    def _seen(self, come: list[tuple[int, Entry, str]], sees: Sees, known: _Known, wanted: Wanted) -> Iterator[Line]:
        ids = {entry.record_id for _, entry, _ in come if entry.agreement}
        placed = dict(self._browser.placed(sorted(ids)))
        placed |= self._browser.departed(sorted(ids - set(placed)))
        others = self._others([entry for _, entry, _ in come])
        whole = _sees_all(sees)
        people = self._accounts.organizations(sorted({entry.record_id for _, entry, _ in come if entry.kind == "user"}))
        for number, entry, digest in come:
            key = (entry.field if entry.field == "dead_letter" else entry.kind, entry.record_id, entry.agreement)
            if (scope := known.scopes.get(key)) is None:
                told = _told(entry, placed.get(entry.record_id), known.agreements)
                scope = known.scopes[key] = told or _user(entry, people) or others(entry) or HUB_ITSELF
            if sees(scope) and ((then := others.before(entry)) is None or sees(then)):
                if (asked := _asked(entry, wanted)) is None:
                    continue
                line = Line(number, asked, digest if whole else "")
                if not sees(replace(scope, unblinding=True)):
                    line = _blinded(line, known.blinding, scope.study)
                if wanted.text is None or (whole and line.entry is entry) or _holds(line.entry, wanted.text):
                    yield line

    def _known(self) -> _Known:
        return _Known({one.id: one for one in self._ledger.agreements()}, self._blinding())


def _asked_of_all(wanted: Wanted, sees: Sees) -> Wanted:
    """Return what the trail itself is asked for by a reader: never a text, where some of it may be masked for them.

    Which entries come, how many, and where a page ends would tell what stands in them.
    """
    return wanted if _sees_all(sees) else replace(wanted, text=None)


def _sees_all(sees: Sees) -> bool:
    return sees(replace(HUB_ITSELF, unblinding=True))


def _asked(entry: Entry, wanted: Wanted) -> Entry | None:
    """Return what an entry that was found tells of what is wanted; None where that is of another field."""
    if wanted.field is None or entry.field == wanted.field:
        return entry
    told = of_field(entry, wanted.field)
    return told if told is None or wanted.text is None or _holds(told, wanted.text) else None


def _holds(shown: Entry, text: str) -> bool:
    held = (shown.reason, shown.old or "", shown.new or "")
    return any(text.casefold() in one.casefold() for one in held)


def _user(entry: Entry, people: Mapping[str, str]) -> Scope | None:
    if entry.kind != "user":
        return None
    organization = people.get(entry.record_id)
    return Scope(frozenset({organization})) if organization is not None else HUB_ITSELF


def _told(entry: Entry, placed: Placed | None, agreements: Mapping[str, Agreement]) -> Scope | None:
    """Return whose an entry of the sync is: its agreement's parties', in the study of its record where it is of one."""
    agreement = agreements.get(entry.agreement.rpartition("@")[0])
    if placed is not None:
        record = scope_of_record(placed, agreements.values())
        return Scope(frozenset(agreement.parties) if agreement else record.organizations, record.study)
    return scope_of_agreement(agreement) if agreement is not None else None


def _blinded(line: Line, blinding: Blinding, study: str | None) -> Line:
    """Return a line as somebody blinded sees it."""
    entry = line.entry
    if entry.field == SEVERAL:
        values = json.loads(entry.new or "{}")
        left = blinding.shown(values, kind=entry.kind, study=study, unblinded=False)
        if len(left) == len(values):
            return line
        return replace(line, entry=replace(entry, new=wire.dumps(left)), masked=True)
    if blinding.hides(entry.field, kind=entry.kind, study=study):
        return replace(line, entry=replace(entry, old=None, new=None, reason=""), masked=True)
    return line
