"""Marked talks, as people write them down, in the form of meetings with an answer key that `clinical.py` scores.

    .venv/bin/python bench/marked.py FOLDER OUT

A talk is a text file: a head of lines "# title:", "# started: 2026-05-04T10:00+02:00 Monday Europe/Paris",
"# person: Name | Role | Organization", "# a1: Owner or none | 2026-05-13 or none | the words of the day or none | the
action", "# d1: the decision" (r risks, i issues), then a line an utterance, "marks | Name: text"; the mark x is a trap.
"""

import argparse
import json
import re
import sys
from itertools import groupby
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from hub.domain import wire
from models.training.scripted import KINDS, read


def main() -> int:
    """Write each talk of a folder as a meeting; return 2 where there is none."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    asked = parser.parse_args()
    talks = sorted(asked.folder.glob("*.txt"))
    if not talks:
        print(f"{asked.folder}: no talk (*.txt) here", file=sys.stderr)
        return 2
    asked.out.mkdir(parents=True, exist_ok=True)
    for path in talks:
        held = meeting(path.stem, path.read_text(encoding="utf-8"))
        (asked.out / f"{path.stem}.json").write_text(json.dumps(held, ensure_ascii=False), encoding="utf-8")
    print(f"{len(talks)} meetings in {asked.out}")
    return 0


def meeting(name: str, script: str) -> dict[str, Any]:
    """Return the talk *script* as transcript and key; SystemExit when the head leaves an item out."""
    lines = script.strip().splitlines()
    head = [line[1:].strip().partition(":") for line in lines if line.startswith("#")]
    marks = [line.partition("|")[0].split() for line in lines if not line.startswith("#")]
    told = {key: value.strip() for key, _, value in head}
    untold = sorted({mark for found in marks for mark in found} - {"x", *told})
    if untold:
        raise SystemExit(f"{name}: no line of the head tells what {', '.join(untold)} is; write one for each")
    gold = _gold(told, marks)
    spoken: dict[str, Any] = json.loads(wire.dumps(read(name, script).transcript))
    return spoken | {"synthetic": True, "gold": gold}


def _gold(told: dict[str, str], marks: list[list[str]]) -> dict[str, list[dict[str, Any]]]:
    gold: dict[str, list[dict[str, Any]]] = {kind: [] for kind in KINDS.values()}
    for key, text in told.items():
        proof = [f"s{at}" for at, found in enumerate(marks, 1) if key in found]
        if re.fullmatch(r"[adri]\d+", key) and proof:
            item = _action(text) if key[0] == "a" else {"text": text}
            gold[KINDS[key[0]]].append(item | {"segments": proof})
    runs = groupby(enumerate(marks, 1), key=lambda entry: entry[1] == ["x"])
    return gold | {"traps": [{"segments": [f"s{at}" for at, _ in run]} for trap, run in runs if trap]}


def _action(text: str) -> dict[str, Any]:
    owner, due, spoken, words = (part.strip() for part in text.split("|", 3))
    named = {"owner": owner, "due": due, "due_as_spoken": spoken}
    return {"text": words} | {name: None if value == "none" else value for name, value in named.items()}


if __name__ == "__main__":
    sys.exit(main())
