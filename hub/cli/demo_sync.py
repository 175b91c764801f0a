"""The second half of `hub demo`: two partner systems, an agreement, and what flows between them."""

import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hub.domain.errors import FatalError

if TYPE_CHECKING:
    from hub.bootstrap import Hub
    from hub.domain.minutes import Minutes
    from hub.settings import Settings
    from hub.web.partners.serving import Partner

PROTOCOL = "LUMEN-3"
_PATIENCE_S = 60.0


@contextmanager
def synced(folder: Path, minutes: "Minutes") -> Iterator["Settings"]:
    """Run two partners and a worker in *folder*, which is made anew, and print what happens. FatalError if it fails.

    Partners and worker go on until the block ends; it gets the settings of the hub between them.
    """
    from hub.bootstrap import build
    from hub.settings import load_settings
    from hub.web.partners.serving import partners

    shutil.rmtree(folder, ignore_errors=True)
    with partners(folder, clock=_now) as (sponsor, cro):
        systems = folder / "systems"
        systems.mkdir()
        for partner, secret in ((sponsor, "HUB_DEMO_SPONSOR_KEY"), (cro, "HUB_DEMO_CRO_SECRET")):
            (systems / f"{partner.profile.prefix}.yaml").write_text(partner.yaml, encoding="utf-8")
            os.environ[secret] = partner.secret
        settings = load_settings(home=folder, systems_dir=systems)
        hub = build(settings)
        _line("")
        _line(f"Two partner systems: {sponsor.profile.name} at {sponsor.address}, {cro.profile.name} at {cro.address}")
        _line(f"Between them the hub, its messages carried by {_carrier(hub)}")
        _agree(hub)
        site = _enter(sponsor, cro)
        try:
            with _working(hub):
                _flow(hub, sponsor, cro, minutes, site)
                _prove(hub)
                yield settings
        finally:
            hub.close()


def _agree(hub: "Hub") -> None:
    from hub.connectors.agreement_file import read
    from hub.services.sync import agreeing
    from hub.web.partners.serving import FOLDER

    options: dict[str, Any] = {"clock": hub.sync.clock, "new_id": hub.sync.new_id}
    offered = agreeing.propose(hub.sync.ledger, read(FOLDER / "agreement.yaml"), person="Anna Weber", **options)
    for party, person in zip(offered.parties, ("Peter Collins", "Anna Weber"), strict=True):
        agreeing.accept(hub.sync.ledger, offered.id, party=party, person=person, **options)
        _line(f"Agreement {offered.label}: accepted for {party} by {person}")
    agreeing.move(hub.sync, offered.id, step="start", person="Anna Weber")


def _enter(sponsor: "Partner", cro: "Partner") -> str:
    sponsor.enter("studies", protocolId=PROTOCOL, studyTitle="LUMEN-3", trialPhase="PHASE3", state="ONGOING")
    study = cro.enter("protocols", protocol_no=PROTOCOL, short_title="Lumen 3", phase="3", stat="A")
    centre = cro.enter("centres", protocol=study, centre_no="012", centre_name="Madrid", ctry="ES", stat="A")
    return cro.enter("recruitment", protocol=study, centre=centre, day="2026-06-09", n_scr="58", n_enr="38")


def _flow(hub: "Hub", sponsor: "Partner", cro: "Partner", minutes: "Minutes", figure: str) -> None:
    from hub.services.sync.entering import enter_actions

    # 1 what the CRO's people enter
    _until("the first figure at the sponsor", lambda: _figures(sponsor) == [38])
    began = time.perf_counter()
    cro.edit("recruitment", figure, n_enr="41")
    _until("the new figure at the sponsor", lambda: _figures(sponsor) == [41])
    _line(f"A CRO figure: 41 enrolled, at the sponsor after {time.perf_counter() - began:.2f} s")
    # 2 what was approved in the minutes
    action = next((one for one in minutes.actions if one.owner and one.due), None)
    if action is None:
        raise FatalError("the minutes of the demo have no action with owner and date to approve")
    _until("the study of both", lambda: bool(list(hub.sync.ledger.everything("study"))))
    enter_actions(hub.sync, minutes, [action], protocol=PROTOCOL, person="Anna Weber")
    _until("the action at both", lambda: len(sponsor.all("actions")) == len(cro.all("todos")) == 1)
    there, here = sponsor.all("actions")[0], cro.all("todos")[0]
    _line(f"An approved action: {there['id']} “{there['subject']}” ({there['assignee']}) and {here['id']} at the CRO")
    # 3 an edit by the side that does not own the field
    [shown] = sponsor.all("enrollmentFigures")
    sponsor.edit("enrollmentFigures", shown["id"], enrolledCount=45)
    _until("the conflict in the queue", lambda: any(one.theirs == 45 for one in hub.sync.ledger.disputes()))
    dispute = next(one for one in hub.sync.ledger.disputes() if one.theirs == 45)
    _line(f"A conflict waits for a person: enrolled is {dispute.ours} here, {dispute.theirs} there ({dispute.reason})")
    if _figures(sponsor) != [45] or cro.all("recruitment")[0]["n_enr"] != "41":
        raise FatalError("a side was overwritten while the conflict waits")


def _prove(hub: "Hub") -> None:
    hub.audit.checkpoint()
    verdict = hub.audit.verify()
    if not verdict.whole:
        raise FatalError(f"the audit trail is not whole at entry {verdict.first_bad}: {verdict.harm}")
    letters = len(hub.sync.ledger.letters())
    _line(f"The audit trail is whole: {verdict.entries} entries, {verdict.checkpoints} signed checkpoint")
    _line(f"{letters} dead letters, {len(hub.sync.ledger.disputes())} conflicts in the queue")


@contextmanager
def _working(hub: "Hub") -> Iterator[None]:
    from hub.services.sync.worker import run, tasks

    stop = threading.Event()
    worker = threading.Thread(target=run, args=(tasks(hub.sync), stop))
    worker.start()
    try:
        yield
    finally:
        stop.set()
        worker.join()


def _figures(sponsor: "Partner") -> list[Any]:
    return [row.get("enrolledCount") for row in sponsor.all("enrollmentFigures")]


def _until(what: str, seen: Callable[[], bool]) -> None:
    until = time.monotonic() + _PATIENCE_S
    while not seen():
        if time.monotonic() > until:
            raise FatalError(f"{what} did not come within {_PATIENCE_S:.0f} s; the log above says why")
        time.sleep(0.01)


def _carrier(hub: "Hub") -> str:
    return f"Kafka at {hub.settings.kafka_servers}" if hub.settings.bus == "kafka" else "its own database"


def _now() -> datetime:
    return datetime.now(UTC)


def _line(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
