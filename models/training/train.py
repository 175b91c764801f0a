"""Trains the meeting extractor on marked meetings: `make train`.

    python -m models.training.train [--seed N] [--out FILE]

Reads ../shared/eval in place and the scripted talks beside this file. Ten minutes of one core; the same seed gives
weights that score alike (sums in another order turn single splits of trees).
Needs the extra `train` and, for sentences, `hub models fetch spacy-en-sm`.
"""

import argparse
import hashlib
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hub.nlp.learned.scorer import Scorer
from models.training import measure, trial
from models.training.corpora import SECTIONS, SHARED, Marked, ami, committees, icsi
from models.training.scripted import keyed, partly_marked, talks
from models.training.split import AMI_ASIDE, CLINICAL_ASIDE
from models.training.weigh import free_talk

OUT = Path(__file__).resolve().parents[1] / "own" / "meeting-extractor.npz"
TIMES_ALSO = {"actions": 4.0, "decisions": 2.0, "problems": 2.0}
"""So many times the utterances of the draft are also said, in free talk."""


def main() -> int:
    """Train and write the weights; return 0."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=OUT)
    asked = parser.parse_args()
    held = trained(seed=asked.seed)
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(asked.out, **held)
    size_mb, took_s = asked.out.stat().st_size / 1e6, time.process_time()
    print(f"{asked.out.name}: {size_mb:.2f} MB, {held['revision']}, {took_s:.0f} s of CPU")
    return 0


def trained(*, seed: int) -> dict[str, Any]:
    """Return all arrays: first the free-talk head, then that of the trials on top of it, each with its thresholds."""
    meetings = [m for m in ami() if m.series not in AMI_ASIDE]
    held, found = free_talk(meetings, [*(m.said for m in icsi()), *committees()], seed=seed)
    held["revision"] = np.array("untold")
    held |= _free_thresholds(meetings, found)
    reads = scripted(Scorer(held))
    fitted, logits = trial.fit(reads, seed=seed)
    held |= fitted
    tuned = {talk.name for talk in partly_marked()}  # the cues were made on these, so what they miss there tells little
    apart = [(r, found) for r, found in zip(reads, logits, strict=True) if r.talk.name not in tuned]
    draft, also = trial.thresholds(apart)
    held |= {"trial_draft": np.array(draft, np.float32), "trial_also": np.array(also, np.float32)}
    held["revision"] = np.array(_revision(held))
    return held


def _free_thresholds(meetings: Sequence[Marked], found: Any) -> dict[str, Any]:
    parts = np.split(found, np.cumsum([len(m.said) for m in meetings])[:-1])
    draft, also = [], []
    for section, column in SECTIONS.items():
        scores = [part[:, column] for part in parts]
        draft.append(measure.threshold(meetings, scores, section))
        also.append(measure.threshold(meetings, scores, section, times=TIMES_ALSO[section]))
    draft, also = [*draft, draft[2]], [*also, also[2]]  # a problem is a risk or an issue; which, its words tell later
    return {"talk_draft": np.array(draft, np.float32), "talk_also": np.array(also, np.float32)}


def scripted(scorer: Scorer) -> list[trial.Read]:
    """Return the scripted talks to learn from, read by the hub's own parser."""
    from hub.bootstrap import build
    from hub.nlp.extract.extractor import CueExtractor
    from hub.nlp.extract.language import load_parser
    from hub.nlp.extract.utterances import split
    from hub.settings import load_settings

    models = build(load_settings()).models
    parser = load_parser(models.require("spacy-en-sm"))
    cues = CueExtractor(parser_dir=models.require("spacy-en-sm"), encoder_dir=None, revision="training")
    tools = trial.Tools(lambda transcript: split(transcript, parser), cues.extract)
    known = [*talks(), *partly_marked(), *(t for t in keyed(SHARED / "clinical") if t.name not in CLINICAL_ASIDE)]
    return [trial.read(t, tools, scorer) for t in known]


def _revision(held: dict[str, Any]) -> str:
    told = hashlib.sha256()
    for name in sorted(held):
        told.update(name.encode() + np.ascontiguousarray(held[name]).tobytes())
    return told.hexdigest()[:12]


if __name__ == "__main__":
    sys.exit(main())
