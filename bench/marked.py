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

KINDS = {"a": "actions", "d": "decisions", "r": "risks", "i": "issues"}
PER_WORD, PAUSE = 0.4, 0.5  # seconds of speech


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
    """Return the talk *script* as transcript and key; times are those of speech at an even pace."""
    lines = script.strip().splitlines()
    head = [line[1:].strip().partition(":") for line in lines if line.startswith("#")]
    told = {key: value.strip() for key, _, value in head if key != "person"}
    spoken = [line.partition("|") for line in lines if not line.startswith("#")]
    marks = [left.split() for left, _, _ in spoken]
    segments = _segments([right.strip() for _, _, right in spoken])
    return {
        "meeting": _held(name, told, [value for key, _, value in head if key == "person"]),
        "language": "en",
        "synthetic": True,
        "segments": segments,
        "gold": _gold(told, marks),
    }


def _segments(spoken: list[str]) -> list[dict[str, Any]]:
    segments, end = [], 0.0
    for number, line in enumerate(spoken, 1):
        speaker, _, text = line.partition(": ")
        start, end = end + PAUSE, end + PAUSE + PER_WORD * len(text.split())
        times = {"start": round(start, 2), "end": round(end, 2)}
        segments.append({"id": f"s{number}", "speaker": speaker, **times, "text": text.strip()})
    return segments


def _held(name: str, told: dict[str, str], people: list[str]) -> dict[str, Any]:
    started, _, zone = told["started"].split()
    roster = [
        dict(zip(("name", "role", "organization"), (part.strip() for part in p.split("|")), strict=False))
        for p in people
    ]
    return {
        "id": name,
        "title": told.get("title", name),
        "started_at": started,
        "timezone": zone,
        "participants": roster,
    }


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
