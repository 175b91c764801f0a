"""`hub models evaluate` without a folder: every figure of docs/accuracy.md again, beside the recorded ones."""

import json
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hub.cli.guard import DONE, FAILED, SET_ASIDE, say
from hub.domain.accuracy import Figure, Outcome, Part, Reading
from hub.domain.errors import UsageError
from hub.services.accuracy import Verdict, judged, kept, rows_by_part, spoken, tables

MARK, END = "<!-- figures: written by hub models evaluate -->", "<!-- /figures -->"
_NO_DATA = 2
"""Exit code of a script of `bench/` whose data or program is not here; it says which on its last line."""


def checkout() -> Path:
    """Return the folder the hub's own sources lie in."""
    return Path(__file__).resolve().parents[2]


def evaluated(root: Path, *, only: Sequence[str], record: bool, as_json: bool) -> int:
    """Measure the parts, write the page of *root*, and return the exit code.

    1 when a figure dropped or none was measured, 3 when some could not be. Only *record* changes what is recorded.
    UsageError where *root* has no list of figures or no part of that name.
    """
    parts = read_parts(root / "bench" / "figures.toml")
    chosen = _chosen(parts, only)
    page, record_file = root / "docs" / "accuracy.md", root / "docs" / "accuracy.json"
    recorded = read_record(record_file)
    verdicts = judged([_run(part, root) for part in chosen], recorded)
    now = kept(verdicts, recorded)
    write_page(page, tables(parts, now))
    for card in sorted({part.card for part in parts if part.card}):
        write_page(root / card, rows_by_part([part for part in parts if part.card == card], now))
    if record:
        write_record(record_file, now)
    _tell(verdicts, as_json=as_json)
    return _exit_code(verdicts, recording=record)


def read_parts(listed: Path) -> list[Part]:
    """Return the parts that *listed* declares, in order. UsageError where the file is not there or is none."""
    if not listed.is_file():
        raise UsageError(f"{listed}: no list of figures here; run it in a checkout, or name a folder of clips")
    try:
        held = tomllib.loads(listed.read_text(encoding="utf-8"))
        return [_part(name, entry) for name, entry in held.items()]
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise UsageError(f"{listed}: not a list of figures: {error}") from error


def _part(name: str, entry: Mapping[str, Any]) -> Part:
    figures = tuple(
        Figure(f"{name}.{key}", one["name"], one["means"], one["against"], one.get("lower_is_better", False))
        for key, one in entry["figures"].items()
    )
    arguments = tuple(entry.get("arguments", ()))
    told = entry.get("caveat", ""), figures, entry.get("card")
    return Part(name, entry["title"], entry["script"], arguments, entry["data"], *told)


def _chosen(parts: Sequence[Part], only: Sequence[str]) -> list[Part]:
    known = {part.name: part for part in parts}
    for name in only:
        if name not in known:
            raise UsageError(f"{name}: no such part; there are: {', '.join(known)}")
    return [known[name] for name in only] if only else list(parts)


def read_record(path: Path) -> dict[str, Reading]:
    """Return the recorded readings by key, none where nothing was recorded."""
    if not path.is_file():
        return {}
    return readings(json.loads(path.read_text(encoding="utf-8")))


def readings(held: Mapping[str, Any]) -> dict[str, Reading]:
    """Return what JSON holds as {"key": {"ours": 0.5, "peer": 0.4}}, rounded so that page and record agree."""
    return {key: Reading(round(float(entry["ours"]), 4), entry.get("peer")) for key, entry in held.items()}


def write_record(path: Path, now: Mapping[str, Reading]) -> None:
    """Write the readings by key, rounded to what the page shows."""
    rows = {key: _row(now[key]) for key in sorted(now)}
    path.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def _row(reading: Reading) -> dict[str, float]:
    row = {"ours": round(reading.ours, 4)}
    return row if reading.peer is None else row | {"peer": round(reading.peer, 4)}


def _run(part: Part, root: Path) -> Outcome:
    """Run the script of *part*; what it prints goes to standard error, its figures come in a file."""
    say(f"{part.name}: {part.script}")
    with tempfile.TemporaryDirectory() as scratch:
        target = Path(scratch) / "figures.json"
        call = [sys.executable, str(root / "bench" / part.script), *part.arguments, "--figures", str(target)]
        done = subprocess.run(call, cwd=root, capture_output=True, text=True, check=False)
        sys.stderr.write(done.stdout)
        if target.is_file():
            measured = readings(json.loads(target.read_text(encoding="utf-8")))
            return Outcome(part, {f"{part.name}.{key}": value for key, value in measured.items()})
    last = next(reversed(done.stderr.strip().splitlines()), f"exit {done.returncode}, no word why")
    if done.returncode == _NO_DATA:
        return Outcome(part, {}, missing=last)
    return Outcome(part, {}, missing=f"{part.script} failed: {last}", broken=True)


def write_page(page: Path, lines: Sequence[str]) -> None:
    """Put the tables between the marks of *page*, at its end where the marks are not there yet."""
    old = page.read_text(encoding="utf-8") if page.is_file() else "# Accuracy\n"
    before, _, rest = old.partition(MARK)
    parts = (before.rstrip(), "\n".join([MARK, *lines, END]), rest.partition(END)[2].strip())
    page.write_text("\n\n".join(part for part in parts if part) + "\n", encoding="utf-8")


def _tell(verdicts: Sequence[Verdict], *, as_json: bool) -> None:
    if not as_json:
        sys.stdout.writelines(f"{spoken(verdict)}\n" for verdict in verdicts)
        return
    rows = [
        {
            "figure": v.figure.key,
            "now": v.now.ours if v.now else None,
            "peer": v.now.peer if v.now else None,
            "recorded": v.recorded.ours if v.recorded else None,
            "dropped": v.dropped,
            "missing": v.why,
        }
        for v in verdicts
    ]
    sys.stdout.write(json.dumps(rows, indent=1) + "\n")


def _exit_code(verdicts: Sequence[Verdict], *, recording: bool) -> int:
    missing = sum(verdict.now is None for verdict in verdicts)
    broken = any(verdict.broken for verdict in verdicts)
    if missing == len(verdicts) or broken or (not recording and any(v.dropped for v in verdicts)):
        return FAILED
    return SET_ASIDE if missing else DONE
