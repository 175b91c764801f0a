"""Scripted clinical meetings with marks: those written for training here, and those with an answer key beside it.

A line is "marks | Name: text". The marks a1, d1, r1, i1 name the action, decision, risk or issue that the line
proves; x is a passage that only sounds like one. Lines before the first may tell what is known of the meeting:

    # title: Weekly call
    # started: 2026-05-04T10:00+02:00 Monday Europe/Paris
    # person: Jan de Wit | Project Manager | Noordzee Clinical
    # a1: Jan de Wit | 2026-05-13 | middle of next week | Jan de Wit asks the laboratory for an offer.

An action's line tells owner, day, the words it was said in, the action as minutes have it; "none" where there is none.
Training needs the marks alone; `bench/marked.py` makes an answer key of these lines.
No study, company or person in them is real.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from hub.domain.meeting import Meeting, Participant
from hub.domain.transcript import Segment, Transcript

TALKS = Path(__file__).resolve().parent / "talks"
KINDS = {"a": "actions", "d": "decisions", "r": "risks", "i": "issues"}
_SECOND_PER_WORD = 0.4
_NONE = "none"


@dataclass(frozen=True, slots=True)
class Talk:
    """A transcript with its matters: per kind the segments that prove each, and the segments of traps."""

    name: str
    transcript: Transcript
    matters: dict[str, tuple[frozenset[str], ...]]
    traps: frozenset[str]


def talks(folder: Path = TALKS) -> Iterator[Talk]:
    """Yield the marked talks of *folder* in the order of their names."""
    for path in sorted(folder.glob("*.txt")):
        yield read(path.stem, path.read_text(encoding="utf-8"))


def partly_marked() -> Iterator[Talk]:
    """Yield the talks that the unit tests of the cues hold: decisions, risks and issues are marked, actions are not."""
    from tests.unit.matters_talks import ALL

    for name, script in ALL.items():
        talk = read(name, script)
        matters = {kind: found for kind, found in talk.matters.items() if kind != "actions"}
        yield replace(talk, matters=matters)


def read(name: str, script: str) -> Talk:
    """Return the talk that *script* writes out."""
    lines = script.strip().splitlines()
    heads = [_head(line) for line in lines if line.startswith("#")]
    told = dict(heads)
    segments: list[Segment] = []
    matters: dict[str, dict[str, set[str]]] = {kind: {} for kind in KINDS.values()}
    traps: set[str] = set()
    end = 0.0
    for number, line in enumerate((line for line in lines if not line.startswith("#")), 1):
        marks, _, spoken = line.partition("|")
        speaker, _, text = spoken.strip().partition(": ")
        start, end = end, end + _SECOND_PER_WORD * len(text.split()) + 0.5
        segments.append(Segment(f"s{number}", speaker, start, end, text.strip()))
        for mark in marks.split():
            if mark == "x":
                traps.add(f"s{number}")
            else:
                matters[KINDS[mark[0]]].setdefault(mark, set()).add(f"s{number}")
    people = tuple(_person(value) for name, value in heads if name == "person") or tuple(
        Participant(speaker, "Manager") for speaker in dict.fromkeys(s.speaker for s in segments) if speaker
    )
    return Talk(
        name,
        Transcript(_meeting(name, told, people), "en", tuple(segments)),
        {kind: tuple(frozenset(found) for found in named.values()) for kind, named in matters.items()},
        frozenset(traps),
    )


def _head(line: str) -> tuple[str, str]:
    name, _, value = line.lstrip("# ").partition(":")
    return name.strip(), value.strip()


def _parts(value: str) -> list[str | None]:
    return [None if part.strip() in {"", _NONE} else part.strip() for part in value.split("|")]


def _person(value: str) -> Participant:
    name, role, organization = [*_parts(value), None, None][:3]
    return Participant(name or "", role, organization)


def _meeting(name: str, told: dict[str, str], people: tuple[Participant, ...]) -> Meeting:
    """Return the meeting; `started` tells the moment, its weekday for who reads it, and the time zone."""
    started = told.get("started", "").split()
    return Meeting(
        name,
        title=told.get("title"),
        started_at=datetime.fromisoformat(started[0]) if started else None,
        timezone=started[2] if started else None,
        participants=people,
    )


def keyed(folder: Path) -> Iterator[Talk]:
    """Yield the meetings of *folder* that carry an answer key under `gold`."""
    from hub.domain import wire

    for path in sorted(folder.glob("*.json")):
        held = json.loads(path.read_text(encoding="utf-8"))
        if "gold" not in held:
            continue
        spoken = {key: held[key] for key in ("meeting", "language", "segments")}
        gold = held["gold"]
        yield Talk(
            path.stem,
            wire.loads(Transcript, json.dumps(spoken)),
            {kind: tuple(frozenset(entry["segments"]) for entry in gold[kind]) for kind in KINDS.values()},
            frozenset(name for trap in gold["traps"] for name in trap["segments"]),
        )
