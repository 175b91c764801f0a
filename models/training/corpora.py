"""Marked meetings: AMI and ICSI from the shared evaluation data, read where they lie."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub.nlp.learned.words import Said, said

SHARED = Path(__file__).resolve().parents[3] / "shared" / "eval"
SECTIONS = {"actions": 0, "decisions": 1, "problems": 2}


@dataclass(frozen=True, slots=True)
class Marked:
    """A meeting with marks: *labels* one row an utterance (1, 0, or -1 where unknown) and one column a label.

    *series* are meetings of the same people; *sentences* per label the gold sentences, each as places of utterances.
    """

    name: str
    series: str
    world: str
    said: tuple[Said, ...]
    texts: tuple[str, ...]
    labels: tuple[tuple[int, ...], ...]
    sentences: dict[str, tuple[frozenset[int], ...]]


def ami(folder: Path = SHARED) -> Iterator[Marked]:
    """Yield the meetings of AMI whose summary is linked to what was said; the series is the name without its letter."""
    for meeting in _lines(folder / "ami" / "ami.jsonl.gz"):
        if meeting["has_links"]:
            yield _marked(meeting, meeting["meeting"][:6], "ami", known=(True, True, True, True))


def icsi(folder: Path = SHARED) -> Iterator[Marked]:
    """Yield the meetings of ICSI; nobody marked actions there. The series is the group (Bed, Bmr, Bro...)."""
    for meeting in _lines(folder / "icsi" / "icsi.jsonl.gz"):
        if meeting["has_links"]:
            yield _marked(meeting, meeting["meeting"][:3], "icsi", known=(False, True, True, True))


def committees(folder: Path = SHARED) -> Iterator[list[Said]]:
    """Yield the talk of the committees in QMSum, without marks; its meetings of AMI and ICSI are left out."""
    for meeting in _lines(folder / "qmsum" / "qmsum.jsonl.gz"):
        if meeting["domain"] == "Committee":
            yield [said(turn["speaker"], turn["content"]) for turn in meeting["meeting_transcripts"]]


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _marked(meeting: dict[str, Any], series: str, world: str, *, known: tuple[bool, ...]) -> Marked:
    acts = [act for act in meeting["acts"] if act["text"].strip()]
    place = {act["id"]: n for n, act in enumerate(acts)}
    sentences = {
        section: tuple(
            frozenset(place[a] for a in entry["acts"] if a in place)
            for entry in meeting["summary"].get(section, [])
            if any(a in place for a in entry["acts"])
        )
        for section in SECTIONS
    }
    rows = tuple(_row(act, known) for act in acts)
    texts = tuple(act["text"] for act in acts)
    return Marked(
        meeting["meeting"], series, world, tuple(said(a["spk"], a["text"]) for a in acts), texts, rows, sentences
    )


def _row(act: dict[str, Any], known: tuple[bool, ...]) -> tuple[int, ...]:
    marks = [int(section in act["labels"]) for section in SECTIONS] + [int(act["in_extract"])]
    return tuple(mark if there else -1 for mark, there in zip(marks, known, strict=True))
