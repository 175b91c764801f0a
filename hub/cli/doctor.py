"""`hub doctor`: what is there, what is missing, what that costs, and the command that mends it."""

import json
import sys
from dataclasses import asdict
from typing import Annotated

import typer

from hub.cli.guard import FAILED


def doctor(as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout")] = False) -> None:
    """Look at everything the hub needs; exit 1 when something it cannot do without is missing."""
    from hub.cli.checks import run_checks
    from hub.cli.opening import opened

    checks = run_checks(opened())
    if as_json:
        sys.stdout.write(json.dumps([asdict(check) for check in checks], indent=1) + "\n")
    else:
        sys.stdout.writelines(check.line() + "\n" for check in checks)
    if any(check.needed and not check.good for check in checks):
        sys.exit(FAILED)
