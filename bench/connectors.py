"""Records a second and memory of every connector of the catalogue, which reads 100,000 objects on this machine.

    .venv/bin/python bench/connectors.py [--objects 100000] [--only veeva]... [--write docs/connectors/index.md]

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
import connectors_files  # noqa: E402  # lies beside this file, wherever it is run from
import connectors_plain  # noqa: E402  # lies beside this file, wherever it is run from
import connectors_said  # noqa: E402  # lies beside this file, wherever it is run from
import connectors_wires  # noqa: E402  # lies beside this file, wherever it is run from
from connectors_line import Line  # noqa: E402  # lies beside this file, wherever it is run from
from connectors_run import Measured, measure  # noqa: E402  # lies beside this file, wherever it is run from
from machine import machine  # noqa: E402  # lies beside this file, wherever it is run from

LINES = (
    *connectors_plain.LINES,
    *connectors_edc.LINES,
    *connectors_files.LINES,
    *connectors_said.LINES,
    *connectors_wires.LINES,
)

HEAD = (
    "| connector | objects | a second of our processor time | ours | waiting | memory | read |",
    "|---|---|---|---|---|---|---|",
)
MARK, END = "<!-- speed: written by bench/connectors.py -->", "<!-- /speed -->"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--objects", type=int, default=100_000)
    parser.add_argument("--only", metavar="NAME", action="append", help="a line, or all lines of a connector")
    parser.add_argument("--write", type=Path, metavar="FILE", help="put these rows into the table of this page")
    asked = parser.parse_args()
    about = machine("liaison-hub", "httpx2", "lxml")
    print(about, end="\n\n")
    rows: dict[str, str] = {}
    print(*HEAD, sep="\n", flush=True)
    for line in chosen(asked.only):
        rows[line.name] = shown(line, measure(line, line.count(asked.objects)))
        print(rows[line.name], flush=True)
    if asked.write:
        write(asked.write, about, rows)


def write(page: Path, about: str, rows: dict[str, str]) -> None:
    """Put *rows* between the marks of *page*, below what they were measured on; other lines stay as they were."""
    before, _, rest = page.read_text(encoding="utf-8").partition(MARK)
    old, _, after = rest.partition(END)
    known = {row.split(" | ")[0].removeprefix("| "): row for row in old.splitlines() if row.startswith("| ")} | rows
    said = "; ".join(" ".join(one.split()[1:]) for one in about.splitlines())
    table = [*HEAD, *(known[line.name] for line in LINES if line.name in known)]
    page.write_text("\n".join([f"{before}{MARK}", f"{said}:", "", *table, f"{END}{after}"]), encoding="utf-8")


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
