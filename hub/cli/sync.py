"""`hub sync`: agreements, rounds by hand, what waits, disputes, reconciliation."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli import identities
from hub.cli.guard import SET_ASIDE, say

if TYPE_CHECKING:
    from hub.services.sync.reconcile import Report

app = typer.Typer(no_args_is_help=True, help="Keep the parties' systems in step.")
agreements_app = typer.Typer(no_args_is_help=True, help="What the parties agreed: who owns which field.")
app.add_typer(agreements_app, name="agreements")
app.add_typer(identities.app, name="identities")

Json = Annotated[bool, typer.Option("--json", help="Print JSON")]
By = Annotated[str, typer.Option(help="Who decides; stands in the audit trail")]


@app.command("run")
def run(
    full: Annotated[
        bool, typer.Option(help="Read everything, not only what changed; absence is then deletion")
    ] = False,
    json: Json = False,
) -> None:
    """Read every system and deliver until all is quiet."""
    from hub.cli.opening import opened
    from hub.domain import wire
    from hub.domain.errors import RetryableError
    from hub.services.sync.round import run_round

    hub = opened()
    done = run_round(hub.sync, full=full)
    if json:
        _print(wire.dumps(done, indent=1))
    else:
        for name, taken in done.read.items():
            _print(
                f"{name}: {taken.read} read, {taken.edits} edits, {taken.disputed} for review, "
                f"{taken.refused} refused, {taken.set_aside} set aside, {taken.waiting} waiting"
            )
        for name, count in done.delivered.items():
            _print(f"{name}: {count} messages worked off")
    if away := {**hub.unconnected, **done.away}:
        raise RetryableError("; ".join(f"{name}: {reason}" for name, reason in away.items()))
    if any(taken.set_aside for taken in done.read.values()):
        sys.exit(SET_ASIDE)


@app.command("status")
def status(json: Json = False) -> None:
    """Say what waits, where, and how the systems are."""
    from hub.cli.opening import opened
    from hub.domain import wire

    hub = opened()
    counts, gates = hub.sync.ledger.counts(), hub.sync.gates.states()
    agreements = {agreement.label: agreement.status for agreement in hub.sync.ledger.agreements()}
    systems = {name: gates.get(name, "closed") for name in hub.systems}
    unread = {name: sorted(kinds) for name in hub.systems if (kinds := hub.sync.unread(name))}
    lags = hub.sync.ledger.lags()
    if json:
        told = {"counts": counts, "breakers": systems, "unread": unread, "agreements": agreements, "lags": lags}
        told |= {"unconnected": dict(hub.unconnected)}
        _print(wire.dumps(told, indent=1))
        return
    for name, count in counts.items():
        _print(f"{name.replace('_', ' ')}: {count}")
    for name, state in systems.items():
        waits = f"; is written to once it has been read for {', '.join(unread[name])}" if name in unread else ""
        lag = lags.get(name)
        behind = f", {lag.messages} messages behind at {lag.at:%Y-%m-%d %H:%M:%S} UTC" if lag else ""
        _print(f"system {name}: breaker {state}{behind}{waits}")
    for file, why in hub.unconnected.items():
        _print(f"system of {file}: not connected: {why}")
    for label, state in agreements.items():
        _print(f"agreement {label}: {state}")


@app.command("backfill")
def backfill(
    agreement: str,
    by: By,
    since: Annotated[
        datetime | None, typer.Option(help="Read what changed from this time on (UTC); all where not given")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(help="Only what changed before this time (UTC), and read now, not by workers")
    ] = None,
) -> None:
    """Let workers read again all that an agreement covers, and send it out; what a system holds is not sent."""
    from hub.cli.opening import opened
    from hub.services.sync.agreeing import backfill as go

    sent = go(opened().sync, agreement, since=_utc(since), until=_utc(until), person=by)
    read = "the systems were read for that time" if until else "the systems are read again"
    say(f"{sent} records go out again, and {read}")


@app.command("replay")
def replay(
    since: Annotated[datetime | None, typer.Option(help="Messages from this time on (UTC)")] = None,
    offset: Annotated[
        list[str] | None, typer.Option(help="Messages of a partition from an offset on, as 3:1500; may be repeated")
    ] = None,
) -> None:
    """Send out again the records whose messages passed the bus from a time or an offset on, as they now are."""
    from hub.cli.opening import opened
    from hub.services.sync.replay import replay as go

    sent = go(opened().sync, since=_utc(since), offsets=_offsets(offset) if offset else None)
    say(f"{sent} records go out again")


@app.command("disputes")
def disputes(
    state: Annotated[str, typer.Option(help="open, refused, accepted, kept or superseded")] = "open", json: Json = False
) -> None:
    """List edits that were not taken."""
    from hub.cli.opening import opened
    from hub.domain import wire

    found = opened().sync.ledger.disputes(state=state)
    if json:
        _print(wire.dumps(found, indent=1))
        return
    for one in found:
        values = f"ours {one.ours!r}, {one.system} {one.theirs!r}"
        _print(f"{one.id}  {one.kind} {one.record_id}  {one.field}: {values}  ({one.reason})")


@app.command("resolve")
def resolve(
    id: Annotated[str, typer.Argument(help="The dispute, as `hub sync disputes` shows it")],
    by: By,
    take: Annotated[bool, typer.Option("--take/--keep", help="Take their value, or keep ours")],
    reason: Annotated[str, typer.Option(help="Why")] = "",
) -> None:
    """Decide a dispute, or restore a value that was refused."""
    from hub.cli.opening import opened
    from hub.services.sync.resolve import resolve as settle

    sync = opened().sync
    settled = settle(sync.ledger, id, take=take, person=by, reason=reason, clock=sync.clock, new_id=sync.new_id)
    say(f"{settled.kind} {settled.record_id}, {settled.field}: {settled.state}")


@app.command("reconcile")
def reconcile(
    format: Annotated[str, typer.Option(help="text, json, csv or html")] = "text",
    json: Json = False,
    out: Annotated[Path | None, typer.Option(help="File to write; stdout when not given")] = None,
) -> None:
    """Compare what the systems and the hub hold; exit 3 when anything differs."""
    from hub.cli.opening import opened
    from hub.services.sync.reconcile import reconcile as compare

    _hand_out(compare(opened().sync), "json" if json else format, out)


@app.command("preview")
def preview(
    id: Annotated[str, typer.Argument(help="The agreement; its newest version counts")],
    format: Annotated[str, typer.Option(help="text, json, csv or html")] = "text",
    json: Json = False,
    out: Annotated[Path | None, typer.Option(help="File to write; stdout when not given")] = None,
) -> None:
    """Show where the systems differ and what an agreement would do to each difference; nothing is written. Exit 3."""
    from hub.cli.opening import opened
    from hub.domain.errors import UsageError
    from hub.services.sync.preview import preview as look

    hub = opened()
    agreement = next((one for one in hub.sync.ledger.agreements() if one.id == id), None)
    if agreement is None:
        raise UsageError(f"agreement {id}: there is none; `hub sync agreements list` names them")
    with hub.trial() as trial:
        report = look(trial, agreement, gates=hub.sync.gates)
    _hand_out(report, "json" if json else format, out)


def _hand_out(report: "Report", format: str, out: Path | None) -> None:
    from hub.render.reconciliation import render

    body = render(report, format)
    if out is None:
        _print(body.rstrip("\n"))
    else:
        from hub.cli.output import require_writable, write_all

        require_writable(out.parent)
        write_all(out.parent, {out.name: body.encode()})
    if report.differences or report.unread:
        sys.exit(SET_ASIDE)


@agreements_app.command("propose")
def propose(file: Annotated[Path, typer.Argument(help="The agreement as YAML")], by: By) -> None:
    """Propose an agreement, or a new version of one; each party must accept it before data flows."""
    from hub.cli.opening import opened
    from hub.connectors.agreement_file import read
    from hub.services.sync.agreeing import propose as offer

    sync = opened().sync
    offered = offer(sync.ledger, read(file), person=by, clock=sync.clock, new_id=sync.new_id)
    say(f"agreement {offered.label} is proposed; each of {', '.join(offered.parties)} is to accept it")


@agreements_app.command("accept")
def accept(id: str, party: Annotated[str, typer.Option(help="The party that accepts")], by: By) -> None:
    """Accept an agreement for a party; with the last one its trial begins: systems are compared, nothing is written."""
    from hub.cli.opening import opened
    from hub.services.sync.agreeing import accept as agree

    sync = opened().sync
    after = agree(sync.ledger, id, party=party, person=by, clock=sync.clock, new_id=sync.new_id)
    say(f"agreement {after.label} is {after.status}")


@agreements_app.command("move")
def move(id: str, step: Annotated[str, typer.Argument(help="start, pause, resume or end")], by: By) -> None:
    """Start an agreement after its trial, pause, resume or end it."""
    from hub.cli.opening import opened
    from hub.services.sync.agreeing import move as go

    sync = opened().sync
    after = go(sync, id, step=step, person=by)
    say(f"agreement {after.label} is {after.status}")


@agreements_app.command("list")
def list_agreements(json: Json = False) -> None:
    """List the newest version of each agreement."""
    from hub.cli.opening import opened
    from hub.domain import wire

    found = opened().sync.ledger.agreements()
    if json:
        _print(wire.dumps(found, indent=1))
        return
    for one in found:
        _print(
            f"{one.label}: {one.status}; {', '.join(one.parties)}; accepted by {', '.join(one.accepted_by) or 'nobody'}"
        )


def _utc(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=UTC) if at and at.tzinfo is None else at


def _offsets(told: list[str]) -> dict[int, int]:
    from hub.domain.errors import UsageError

    found = {}
    for one in told:
        partition, _, offset = one.partition(":")
        if not (partition.isdecimal() and offset.isdecimal()):
            raise UsageError(f"--offset {one}: is no partition and offset such as 3:1500")
        found[int(partition)] = int(offset)
    return found


def _print(text: Any) -> None:
    sys.stdout.write(f"{text}\n")
