"""`hub audit`: prove that the trail is whole, sign it, hand it out."""

import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer

from hub.cli.guard import FAILED, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hub.storage.audit import Kept, Verdict

app = typer.Typer(no_args_is_help=True, help="Who changed what, when and why: verify, sign, export.")


@app.command("verify")
def verify(
    file: Annotated[Path | None, typer.Argument(help="A PDF of minutes that the hub has made")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
) -> None:
    """Compute the chain again; exit 1 and name the first entry that is not as it was written.

    With FILE: hold a PDF of minutes against its manifest and against what the hub keeps; exit 1 and say what differs.
    """
    from hub.cli.opening import opened
    from hub.domain import wire

    if file is not None:
        _verify_file(file, as_json=json)
        return
    verdict = opened().audit.verify()
    if json:
        sys.stdout.write(wire.dumps(verdict, indent=1) + "\n")
    elif verdict.whole:
        sys.stdout.write(f"whole: {verdict.entries} entries, {verdict.checkpoints} signed checkpoints\n")
    else:
        sys.stdout.write(f"NOT whole at entry {verdict.first_bad}: {verdict.harm}\n")
    if not verdict.whole:
        sys.exit(FAILED)


@app.command("checkpoint")
def checkpoint() -> None:
    """Sign the trail as it is now, in the database and in HUB_HOME/audit-checkpoints.jsonl."""
    from hub.cli.opening import opened

    sys.stdout.write(f"signed up to entry {opened().audit.checkpoint()}\n")


@app.command("export")
def export(
    format: Annotated[str, typer.Option(help="csv, json or pdf")] = "csv",
    out: Annotated[Path | None, typer.Option(help="File to write; stdout when not given")] = None,
    record: Annotated[str | None, typer.Option(help="Only of this record")] = None,
    field: Annotated[str | None, typer.Option(help="Only of this field")] = None,
    since: Annotated[datetime | None, typer.Option(help="Only from this time on (UTC)")] = None,
    until: Annotated[datetime | None, typer.Option(help="Only before this time (UTC)")] = None,
) -> None:
    """Write the trail and what proves it; exit 1 when it is not whole (it is written all the same)."""
    from hub.cli.opening import opened
    from hub.domain.errors import UsageError
    from hub.render import trail

    if format not in ("csv", "json", "pdf"):
        raise UsageError(f"--format {format}: is none of csv, json, pdf")
    audit = opened().audit
    verdict = audit.verify()
    found = audit.entries(record=record, since=_utc(since), until=_utc(until))
    kept = found if field is None else _of(field, found)
    proof = _proof(verdict, audit.public_key())
    pieces: Iterable[bytes]
    if format == "pdf":
        pieces = [trail.as_pdf(kept, proof)]
    else:
        texts = trail.as_json(kept, proof) if format == "json" else trail.as_csv(kept)
        pieces = (text.encode() for text in texts)
    if out is None:
        _pour(pieces, sys.stdout.buffer)
    else:
        _write(out, pieces)
        say(f"{out}: written")
    if not verdict.whole:
        say(f"the trail is NOT whole at entry {verdict.first_bad}: {verdict.harm}")
        sys.exit(FAILED)


def _of(field: str, found: "Iterable[Kept]") -> "Iterator[Kept]":
    """Yield what entries tell of one field, also among the first values of several."""
    from hub.domain.audit import of_field

    for one in found:
        if (told := of_field(one.entry, field)) is not None:
            yield replace(one, entry=told)


def _proof(verdict: "Verdict", public_key: str) -> dict[str, Any]:
    return {
        "whole": verdict.whole,
        "entries_verified": verdict.entries,
        "checkpoints": verdict.checkpoints,
        "first_bad": verdict.first_bad,
        "harm": verdict.harm,
        "public_key": public_key,
    }


def _utc(value: datetime | None) -> datetime | None:
    return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


def _write(path: Path, pieces: "Iterable[bytes]") -> None:
    """Write beside first, so that a full disk leaves no half of an export under its name."""
    from hub.cli.output import require_writable

    require_writable(path.parent)
    beside = path.with_name(f".{path.name}.part")
    try:
        with beside.open("wb") as stream:
            _pour(pieces, stream)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _pour(pieces: "Iterable[bytes]", stream: BinaryIO) -> None:
    stream.writelines(pieces)
    stream.flush()


def _verify_file(file: Path, *, as_json: bool) -> None:
    from hub.cli.opening import opened
    from hub.domain import wire
    from hub.services.review.exporting import check

    hub = opened()
    found = check(hub.room, file.read_bytes(), verify=hub.audit.signed, key=hub.audit.public_key())
    if as_json:
        sys.stdout.write(wire.dumps(found, indent=1) + "\n")
    elif found.differs:
        sys.stdout.writelines(f"DIFFERS: {one}\n" for one in found.differs)
    else:
        signed = f"; signed by {', '.join(found.by)}" if found.by else "; not signed"
        sys.stdout.write(f"as it was made: {found.meeting}, version {found.version}{signed}\n")
    if found.differs:
        sys.exit(FAILED)
