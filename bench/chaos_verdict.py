"""What a crash test came to: each event on the other side exactly once and in order, trail and reconciliation whole."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chaos_producer import made

from hub.bootstrap import Hub
from hub.domain.errors import HubError
from hub.services.sync.reconcile import reconcile
from hub.web.partners.serving import Partner

_SETTLE_S = 240.0
"""How long nothing may move before a run is given up."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a run came to."""

    events: int
    edits: int
    lost: int
    doubled: int
    disordered: int
    differences: int
    set_aside: int
    """Dead letters: nothing that was ended is a reason for one."""
    audit: str
    """Empty where the trail is whole."""
    kills: dict[str, int]

    @property
    def good(self) -> bool:
        """Tell whether nothing went wrong."""
        return not (self.lost or self.doubled or self.disordered or self.differences or self.set_aside or self.audit)


def settle(sponsor: Partner, cro: Partner, hub: Hub) -> None:
    """Wait until both sides hold the same and nothing waits in the hub."""
    until, quiet, before, took = time.monotonic() + _SETTLE_S, 0, None, 0.0
    while quiet < 3 and time.monotonic() < until:
        time.sleep(max(0.5, min(4 * took, 20.0)))  # looking takes its time where there is much
        began = time.monotonic()
        try:
            counts = hub.sync.ledger.counts()
        except HubError:
            continue
        waits = counts["outbox"] + counts["writes"] + counts["waiting_letters"]
        there = sponsor.store.count("enrollmentFigures")
        if (there, waits) != before:
            before, until = (there, waits), time.monotonic() + _SETTLE_S
        whole = not waits and there >= cro.store.count("recruitment")
        quiet = quiet + 1 if whole and _figures(sponsor) == _expected(cro) else 0
        took = time.monotonic() - began


def judged(sponsor: Partner, cro: Partner, hub: Hub, folder: Path, kills: dict[str, int]) -> Verdict:
    """Return what is lost, doubled, out of order, different or broken."""
    wanted, held = _expected(cro), _figures(sponsor)
    lost = sum(held.get(day) != values for day, values in wanted.items())
    doubled = len(_shown(sponsor)) - len(held)
    again, disordered = _order(sponsor)
    verdict = hub.audit.verify()
    report = reconcile(hub.sync)
    events, edits = made(folder)
    return Verdict(
        events=events,
        edits=edits,
        lost=lost,
        doubled=doubled + again,
        disordered=disordered,
        differences=len(report.differences) + len(report.unread),
        set_aside=hub.sync.ledger.counts()["dead_letters"],
        audit="" if verdict.whole else f"broken at {verdict.first_bad}: {verdict.harm}",
        kills=kills,
    )


def _order(sponsor: Partner) -> tuple[int, int]:
    """Return how many edits were written to the sponsor twice, and how many after a later one of the same record."""
    doubled = disordered = 0
    last: dict[int, int] = {}
    for entry in sponsor.store.log():
        figure = entry["fields"].get("screenedCount")
        if figure is None:
            continue
        if figure == last.get(entry["number"]):
            doubled += 1
        elif figure < last.get(entry["number"], -1):
            disordered += 1
        last[entry["number"]] = figure
    return doubled, disordered


def _figures(sponsor: Partner) -> dict[str, tuple[Any, Any]]:
    return {row["asOfDate"]: (row.get("enrolledCount"), row.get("screenedCount")) for row in _shown(sponsor)}


def _shown(sponsor: Partner) -> list[dict[str, Any]]:
    return sponsor.all("enrollmentFigures")


def _expected(cro: Partner) -> dict[str, tuple[int, int]]:
    return {row["day"]: (int(row["n_enr"]), int(row["n_scr"])) for row in cro.all("recruitment")}
