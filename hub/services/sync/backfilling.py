"""What changed in an interval is read once more, beside the workers, and sent out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import cast

from hub.domain.agreements import Agreement
from hub.domain.changes import Page
from hub.domain.errors import RetryableError, UsageError
from hub.domain.sync import Effects
from hub.ports import IntervalSource, Source, System
from hub.services.sync.events import changed
from hub.services.sync.intake import Intake
from hub.services.sync.steps import LEASE_S, Sync, take_page

_PATIENCE_S = 60.0
_LOOK_S = 0.5


@dataclass(frozen=True, slots=True)
class Interval:
    """From *since* on, None for the beginning, to before *until*."""

    since: datetime | None
    until: datetime

    def __post_init__(self) -> None:
        """UsageError where it holds nothing."""
        if self.since is not None and self.since >= self.until:
            raise UsageError(f"{self}: ends before it begins")

    def __str__(self) -> str:
        return f"{self.since.isoformat() if self.since else 'the beginning'} to {self.until.isoformat()}"

    def holds(self, at: datetime | None) -> bool:
        """Tell whether a time may lie in it; one that is not told may."""
        if at is None:
            return True
        told = at if at.tzinfo else at.replace(tzinfo=UTC)
        return told < self.until and (self.since is None or told >= self.since)


def read_again(sync: Sync, agreement: Agreement, interval: Interval) -> int:
    """Read what changed in *interval* of all that *agreement* covers, and send it out; returns how many records go out.

    Where the workers stand stays as it is. RetryableError where a system is away: the same call begins anew.
    """
    met = set[str]()
    for name in sorted(agreement.systems):
        system = sync.systems.get(name)
        for rule in agreement.kinds if system is not None and system.source is not None else ():
            if system is not None and rule.kind in system.kinds:
                _read(sync, system, rule.kind, interval, met)
    return len(met)


def _read(sync: Sync, system: System, kind: str, interval: Interval, met: set[str]) -> None:
    source, agreements = system.source, sync.active(system.name, kind)
    assert source is not None  # noqa: S101  # the caller looked
    cursor = _begin(source, kind, interval)
    intake, lease, more = Intake(system.name, kind, agreements), f"pull.{system.name}.{kind}", True
    asof: Intake | None = None
    while more:
        _wait(sync, system, lease)
        try:
            # what is outside is passed over: the workers read it in its turn
            ask = partial(_asked, source, kind, cursor, interval)
            page, _, asof = take_page(sync, system, intake, ask, asof=asof)
        finally:
            sync.leases.release(lease)  # between two pages workers read what is new
        _send(sync, system.name, kind, [change.external_id for change in page.changes], met)
        cursor, more = page.cursor, page.more


def _begin(source: Source, kind: str, interval: Interval) -> str | None:
    """Return where to begin: with what ends by itself where the source can do that."""
    between = cast("IntervalSource", source).between if hasattr(source, "between") else None
    if between and (cursor := between(kind, interval.since, interval.until)) is not None:
        return cursor
    return source.since(kind, interval.since) if interval.since else None


def _wait(sync: Sync, system: System, lease: str) -> None:
    """Wait until *system* may be asked and nobody else reads. RetryableError where that takes too long."""
    left_s = _PATIENCE_S
    while (wait_s := sync.gates.wait(system.name)) or not sync.leases.take(lease, LEASE_S):
        pause_s = max(wait_s, _LOOK_S)
        if pause_s > left_s:
            raise RetryableError(f"{system.name}: has to be left alone, or is being read by a worker; try again later")
        sync.sleep(pause_s)
        left_s -= pause_s


def _asked(source: Source, kind: str, cursor: str | None, interval: Interval) -> Page:
    page = source.pull(kind, cursor)
    return replace(page, changes=tuple(change for change in page.changes if interval.holds(change.changed_at)))


def _send(sync: Sync, system: str, kind: str, theirs: Sequence[str], met: set[str]) -> None:
    """Send out the records of what a page showed, each once; what a system holds already is not written to it."""
    with sync.ledger.unit() as unit:
        ids = {base.record_id for base in unit.bases(system, kind, theirs).values()} - met
        found = [one for one in unit.records(ids).values() if one.merged_into is None]
        messages = (changed(record, (), origin="hub", id=sync.new_id(), at=sync.clock()) for record in found)
        unit.save(Effects(messages=tuple(messages)))
    met |= ids
