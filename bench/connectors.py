"""Records a second and memory of every connector of the catalogue, which reads 100,000 objects on this machine.

    .venv/bin/python bench/connectors.py [--objects 100000] [--only veeva]...

The server is a process of its own: a stateful one of `tests/connectors/vendors`, or one that slices a list. *ours* is
the processor time of the reading process; *waiting* is what is left of the time on the clock: the network and the
server, without the time in which other processes had our processor. *memory* is the most that the reading process
held, less what it held before the first object.
"""

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

import connectors_edc  # noqa: E402  # found by the line before
import connectors_files  # noqa: E402
import connectors_plain  # noqa: E402
import connectors_said  # noqa: E402
from connectors_line import Line  # noqa: E402
from connectors_run import Measured, measure  # noqa: E402
from machine import machine  # noqa: E402

LINES = (*connectors_plain.LINES, *connectors_edc.LINES, *connectors_files.LINES, *connectors_said.LINES)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--objects", type=int, default=100_000)
    parser.add_argument("--only", metavar="NAME", action="append", help="a line, or all lines of a connector")
    asked = parser.parse_args()
    print(machine("liaison-hub", "httpx2", "lxml"), end="\n\n")
    print("| connector | objects | a second of our processor time | ours | waiting | memory | read |")
    print("|---|---|---|---|---|---|---|")
    for line in chosen(asked.only):
        print(shown(line, measure(line, line.count(asked.objects))), flush=True)


def chosen(only: list[str] | None) -> list[Line]:
    """Return the lines that are asked for. SystemExit for a name that none has."""
    found = [line for line in LINES if only is None or line.name in only or line.of in only]
    if strange := set(only or ()) - {line.name for line in found} - {line.of for line in found}:
        raise SystemExit(f"no line is called {min(strange)}; there are {', '.join(line.name for line in LINES)}")
    return found


def shown(line: Line, found: Measured) -> str:
    """Return a row of the table."""
    per_s = f"{found.objects / max(found.ours_s, 1e-9):,.0f}"
    took = f"{found.ours_s:.1f} s | {found.waiting_s:.1f} s | {found.held_mib:.0f} MiB"
    return f"| {line.name} | {found.objects:,} | {per_s} | {took} | {line.why} |"


if __name__ == "__main__":
    main()
