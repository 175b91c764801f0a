"""Meetings of each author, read by what was learned from other authors alone: what to expect of a new one.

    .venv/bin/python bench/other_hands.py

Training leaves what weights of others say of each talk in models/training/apart.npz; here the rest of the extractor
makes minutes of it, and they are held against the marks. Thresholds and mix were chosen on all authors together.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]

import extraction  # noqa: E402 - beside this file, wherever it is run from
import figures  # noqa: E402 - beside this file, wherever it is run from
import numpy as np  # noqa: E402 - after the path, with the rest

from hub.domain.transcript import Transcript  # noqa: E402 - the checkout's own packages, wherever it is run from
from hub.nlp.learned.scorer import Scores  # noqa: E402 - the checkout's own packages, wherever it is run from
from models.training import measure  # noqa: E402 - the checkout's own packages, wherever it is run from
from models.training.scripted import KINDS, talks  # noqa: E402 - the checkout's own packages, wherever it is run from
from models.training.split import hand  # noqa: E402 - the checkout's own packages, wherever it is run from

APART = ROOT / "models" / "training" / "apart.npz"


class Apart:
    """A scorer that knows each talk by its name only, and says of it what weights of others said."""

    revision = "apart"

    def __init__(self, held: dict[str, Any]) -> None:
        self.held = held
        self.now = ""

    def scores(self, meeting: Any, **_further: Any) -> Scores:
        """Return what was kept of the talk at hand."""
        kinds = self.held[self.now].astype(np.float64)
        if len(kinds) != len(meeting):
            raise SystemExit(
                f"{APART}: {self.now} has {len(meeting)} sentences now, {len(kinds)} when trained; run: make train"
            )
        return Scores(kinds, np.zeros(len(meeting)), 1.0)


def main() -> int:
    """Print the table; return 2 where training has left nothing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    figures.add_option(parser)
    asked = parser.parse_args()
    if not APART.is_file():
        figures.no_data(f"{APART}: not here; run: make train")
    with np.load(APART) as held:
        scorer = Apart({name: held[name] for name in held.files})
    counts: dict[int, dict[str, Counter[str]]] = {}
    extract = reader(scorer)
    for talk in talks():
        if hand(talk.name):
            one = extraction.score([talk], extract)
            _add(counts.setdefault(hand(talk.name), {}), one)
    total: dict[str, Counter[str]] = {}
    print("| author | " + " | ".join(KINDS.values()) + " |\n|---|" + "---|" * len(KINDS))
    for name, found in sorted(counts.items()):
        _add(total, found)
        print(_line(str(name), found))
    print(_line("all", total))
    figures.leave(asked.figures, {f"hands_{kind}": (_f1(total[kind]), None) for kind in KINDS.values()})
    return 0


def reader(scorer: Apart) -> Any:
    """Return what makes minutes of a talk, scored by *scorer*."""
    from hub.bootstrap import build
    from hub.nlp.extract.extractor import CueExtractor
    from hub.settings import load_settings

    models = build(load_settings()).models
    extractor = CueExtractor(
        parser_dir=models.require("spacy-en-sm"),
        encoder_dir=models.require("minilm-l6"),
        revision="apart",
        scorer=scorer,
    )

    def extract(transcript: Transcript) -> Any:
        scorer.now = transcript.meeting.id
        return extractor.extract(transcript)

    return extract


def _add(total: dict[str, Counter[str]], one: dict[str, Counter[str]]) -> None:
    for kind, found in one.items():
        total.setdefault(kind, Counter()).update(found)


def _f1(found: Counter[str]) -> float:
    return measure.f1(found["gold"], found["found"], found["right"])


def _line(name: str, counts: dict[str, Counter[str]]) -> str:
    return f"| {name} | " + " | ".join(f"{_f1(counts[kind]):.3f}" for kind in KINDS.values()) + " |"


if __name__ == "__main__":
    sys.exit(main())
