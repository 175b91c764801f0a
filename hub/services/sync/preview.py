"""What an agreement would do if it came into force now: tried in an empty hub, with the systems only read."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from hub.domain.agreements import HUB, Agreement
from hub.domain.errors import HubError, RetryableError
from hub.ports import Gates, System
from hub.services.sync import agreeing
from hub.services.sync.reconcile import Difference, Report, reconcile
from hub.services.sync.steps import Sync, pull, try_again

_ROUNDS = 20
_PERSON = "preview"


def preview(trial: Sync, agreement: Agreement, *, gates: Gates, patience_s: float = 600.0) -> Report:
    """Return where the systems of *agreement* differ, and what would become of each difference.

    *trial* is a hub with a database of its own, which is left behind; *gates* are those that the workers share. What
    could not be read within *patience_s* seconds of waiting for a system is among the report's unread.
    """
    trial = replace(trial, gates=_Patient(gates, patience_s))
    ledger, clock, new_id = trial.ledger, trial.clock, trial.new_id
    agreeing.propose(ledger, agreement, person=_PERSON, clock=clock, new_id=new_id)
    for party in agreement.parties:
        agreeing.accept(ledger, agreement.id, party=party, person=_PERSON, clock=clock, new_id=new_id)
    agreeing.move(trial, agreement.id, step="start", person=_PERSON)
    away = _read(trial, agreement)
    report = reconcile(trial)
    letters = [*trial.ledger.letters(), *trial.ledger.letters(state="waiting")]
    aside = (f"{one.system}, {one.kind} {one.where}: would be set aside: {one.reason}" for one in letters)
    names = _names(trial, agreement)
    return replace(
        report,
        agreements=(agreement.label,),
        differences=tuple(_told(one, agreement, names) for one in report.differences if one.record_id),
        unread=(*away, *report.unread, *aside),
    )


def _read(trial: Sync, agreement: Agreement) -> tuple[str, ...]:
    """Read every system to its end; what refers to records of another one is taken in a later round."""
    away: dict[str, str] = {}
    for _ in range(_ROUNDS):
        news = 0
        for system in _systems(trial, agreement):
            if system.name not in away:
                try:
                    news += sum(pull(trial, system, kind).read for kind in system.kinds)
                except HubError as error:
                    away[system.name] = f"{system.name}: {error}"
        if not try_again(trial) and not news:
            break
    return tuple(away.values())


def _systems(trial: Sync, agreement: Agreement) -> Iterator[System]:
    for name in sorted(agreement.systems):
        system = trial.systems.get(name)
        if system is not None and system.source is not None:
            yield system


def _names(trial: Sync, agreement: Agreement) -> dict[str, str]:
    """Return what people know each record by: its id in each system."""
    return {
        record.id: ", ".join(f"{name} {base.external_id}" for name, base in sorted(bases.items()))
        for rule in agreement.kinds
        for record, bases in trial.ledger.everything(rule.kind)
    }


def _told(one: Difference, agreement: Agreement, names: Mapping[str, str]) -> Difference:
    rule = agreement.rule(one.kind)
    assert rule is not None  # noqa: S101  # only what is agreed was compared
    owner = rule.owns(one.field)
    if not one.field:
        cause = f"would be created in {one.system}"
    elif one.cause.startswith("waits for review"):
        cause = f"would wait for review: {owner} owns it"
    elif one.hub is None:
        cause = f"would stay: {owner} owns it and tells no value"
    else:
        cause = f"would be overwritten: {owner if owner != HUB else 'the hub'} owns it"
    return replace(one, record_id=names.get(one.record_id, ""), cause=cause)


@dataclass(frozen=True, slots=True)
class _Patient:
    """Gates that are waited for, so that every page is read."""

    gates: Gates
    patience_s: float
    sleep: Callable[[float], None] = time.sleep

    def wait(self, system: str, requests: int = 1) -> float:
        left_s = self.patience_s
        while wait_s := self.gates.wait(system, requests):
            if wait_s > left_s:
                raise RetryableError(f"{system}: has to be left alone for {wait_s:.0f} s")
            self.sleep(wait_s)
            left_s -= wait_s
        return 0.0

    def failed(self, system: str, *, retry_after_s: float | None) -> float:
        return self.gates.failed(system, retry_after_s=retry_after_s)

    def worked(self, system: str) -> None:
        self.gates.worked(system)

    def states(self) -> dict[str, str]:
        return self.gates.states()

    def hold(self, system: str, seconds: float) -> None:
        self.gates.hold(system, seconds)

    def held(self, system: str) -> float:
        return self.gates.held(system)
