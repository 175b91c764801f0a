"""Redaction on planted identifiers: recall and precision by kind, and how readable normal minutes stay.

    .venv/bin/python bench/redaction.py [--unseen] [--seed 7] [--count 600] [--details]

An identifier counts as found when every character of it is taken out; a finding counts as right when it touches a
planted one. *--unseen* uses formats, sentences and names that nothing was tuned on. Exit 1 when a bound is missed.
"""

import argparse
import resource
import sys
from collections import Counter
from pathlib import Path

import figures
from planted import ROSTER, Sentence, sentences

from hub.bootstrap import build
from hub.domain.redaction import Finding, Identifier
from hub.settings import load_settings

BOUNDS = {"structured": 0.98, "name": 0.9, "unblinding": 0.9}
PRECISION = 0.95
CLINICAL = Path(__file__).resolve().parents[2] / "shared" / "eval" / "clinical"


def main() -> int:
    """Print the table; return 1 when a bound is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--unseen", action="store_true")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--count", type=int, default=600)
    parser.add_argument("--details", action="store_true", help="show what was missed and what was too much")
    figures.add_option(parser)
    asked = parser.parse_args()
    made = sentences(seed=asked.seed, count=asked.count, unseen=asked.unseen)
    redactor = build(load_settings()).redactor
    began = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    found = redactor.find([one.text for one in made], staff=ROSTER)
    took = resource.getrusage(resource.RUSAGE_SELF).ru_utime - began
    recalls, precision = report(made, found, details=asked.details)
    print(f"{len(made)} sentences in {took:.1f} s of processor time")
    figures.leave(asked.figures, measured(recalls, precision))
    held = all(recalls[name] >= bound for name, bound in BOUNDS.items()) and precision >= PRECISION
    return 0 if held else 1


def measured(recalls: dict[str, float], precision: float) -> dict[str, float]:
    """Return the figures by their names in `figures.toml`."""
    shown = {"structured": recalls["structured"], "names": recalls["name"], "unblinding": recalls["unblinding"]}
    return shown | {"precision": precision}


def report(
    made: list[Sentence], found: list[tuple[Finding, ...]], *, details: bool = False
) -> tuple[dict[str, float], float]:
    """Print recall by kind and format, and precision; return recalls by group, and precision."""
    total, hit, by_format = Counter[str](), Counter[str](), Counter[str]()
    right = wrong = 0
    for sentence, findings in zip(made, found, strict=True):
        for one in sentence.planted:
            taken = [f for f in findings if (f.kind is Identifier.UNBLINDING) == (one.kind == "unblinding")]
            covered = all(any(f.start <= at < f.end for f in taken) for at in range(one.start, one.end))
            group = one.kind if one.kind in ("name", "unblinding") else "structured"
            for name in {one.kind, group}:
                total[name] += 1
                hit[name] += covered
            by_format[f"{one.kind}: {one.format}"] += not covered
            if details and not covered:
                print("  missed", one.kind, one.format, "|", sentence.text, "|", findings)
        for f in findings:
            fits = any(f.start < one.end and one.start < f.end for one in sentence.planted)
            right, wrong = right + fits, wrong + (not fits)
            if details and not fits:
                print("  too much", f.kind, "|", sentence.text[f.start : f.end], "|", sentence.text)
    for name in sorted(total):
        print(f"{name:12} recall {hit[name] / total[name]:.3f} of {total[name]}")
    missed = {name: count for name, count in by_format.items() if count}
    print(f"formats: {len(by_format)}, missed in {missed or 'none'}")
    print(f"precision {right / max(right + wrong, 1):.3f} ({wrong} too much)")
    return {name: hit[name] / total[name] for name in total}, right / max(right + wrong, 1)


if __name__ == "__main__":
    sys.exit(main())
