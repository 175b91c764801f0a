"""`hub validate`: installation and operation checked on this machine, with a signed report (IQ and OQ)."""

import hashlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli.guard import FAILED, say

if TYPE_CHECKING:
    from hub.bootstrap import Hub

REPORT, SEAL, PAGE = "validation-report.json", "validation-report.seal.json", "validation-report.html"


def validate(
    out: Annotated[Path, typer.Option(help="Folder for the report and its seal")] = Path("validation"),
    by: Annotated[str, typer.Option(help="Who runs this; stands in the report")] = "",
    connections: Annotated[
        bool, typer.Option("--connections", help="Ask every system and service that is set up, too; they are only read")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Hold the report in --out against its seal instead")] = False,
) -> None:
    """Run the installation and operation checks; nothing is installed and the hub's own data is not touched.

    Exit 1 when a needed part is missing or a check failed. The report is signed with the key of the audit trail.
    """
    from hub.cli.opening import opened
    from hub.render.validation import page

    hub = opened()
    if check:
        _checked(hub, out)
        return
    report = _report(hub, by, connections=connections)
    out.mkdir(parents=True, exist_ok=True)
    content = (json.dumps(report, indent=1, ensure_ascii=False) + "\n").encode()
    signature, key = hub.audit.sign(content)
    (out / REPORT).write_bytes(content)
    (out / SEAL).write_text(json.dumps({"file": REPORT, "signature": signature, "key": key}, indent=1) + "\n")
    shown = page(report, sha256=hashlib.sha256(content).hexdigest(), signature=signature, key=key)
    (out / PAGE).write_text(shown, encoding="utf-8")
    for one in (*report["installation"], *report["operation"], *report["connections"]):
        state = "ok     " if one["good"] else "FAILED " if one.get("needed", True) else "missing"
        sys.stdout.write(f"{state} {one['name']}: {one['found']}\n")
    say(f"{out / REPORT}: {report['verdict']}; {SEAL} holds its signature, {PAGE} is to be read")
    if report["verdict"] != "passed":
        sys.exit(FAILED)


def _report(hub: "Hub", by: str, *, connections: bool) -> dict[str, Any]:
    import platform
    from dataclasses import asdict
    from importlib.metadata import version

    from hub.cli.checks import run_checks
    from hub.cli.connections import run_connections
    from hub.cli.operation import run_operations

    installation = [asdict(one) for one in run_checks(hub)]
    operation = [asdict(one) for one in run_operations(hub)]
    asked = [asdict(one) for one in run_connections(hub)] if connections else []
    good = all(one["good"] for one in (*operation, *asked)) and all(
        one["good"] for one in installation if one["needed"]
    )
    return {
        "product": f"liaison-hub {version('liaison-hub')}",
        "at": hub.clock().isoformat(),
        "by": by,
        "machine": f"{platform.platform()}, Python {platform.python_version()}",
        "database": "PostgreSQL" if hub.settings.database is not None else "SQLite",
        "bus": hub.settings.bus,
        "verdict": "passed" if good else "failed",
        "installation": installation,
        "operation": operation,
        "connections": asked,
        "releases": _releases(hub),
        "not_covered": _not_covered(connections=connections),
    }


def _releases(hub: "Hub") -> list[dict[str, Any]]:
    """Return for which studies which version was approved: those of this version come out of this report."""
    from hub.domain import wire
    from hub.domain.releases import Release

    with hub.room.shelf.reading() as unit:
        return [wire.plain(one) for one in unit.several(Release)]


def _not_covered(*, connections: bool) -> str:
    apart = "a mail that goes out, a person's sign-in at the identity provider, and what a customer adds"
    return apart if connections else f"connected systems and services (--connections asks them), {apart}"


def _checked(hub: "Hub", folder: Path) -> None:
    from hub.domain.errors import UsageError

    try:
        content, seal = (folder / REPORT).read_bytes(), json.loads((folder / SEAL).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{folder}: holds no report with its seal; hub validate --out makes one") from error
    if not hub.audit.signed(content, str(seal.get("signature", ""))):
        sys.stdout.write("NOT as it was signed, or signed by another hub\n")
        sys.exit(FAILED)
    sys.stdout.write("as it was signed\n")
