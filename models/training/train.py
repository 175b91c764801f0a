"""Trains the meeting extractor on marked meetings: `make train`.

    python -m models.training.train [--seed N] [--out FOLDER]

Reads ../shared/eval in place and the scripted talks beside this file. Under two hours of one core; the same seed gives
weights that score alike (sums in another order turn single splits of trees).
Needs the extra `train` and, for sentences, `hub models fetch spacy-en-sm minilm-l6`.
"""

import argparse
import hashlib
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hub.nlp.learned.scorer import Scorer, by_kind, mixed
from models.training import hearing, measure, mixing, overhearing, trial
from models.training.corpora import SECTIONS, SHARED, Marked, ami, committees, icsi
from models.training.scripted import keyed, partly_marked, talks
from models.training.split import AMI_ASIDE, CLINICAL_ASIDE
from models.training.weigh import free_talk

OUT = Path(__file__).resolve().parents[1] / "own"
EXTRACTOR, HEARING, OVERHEARING = "meeting-extractor.npz", "meeting-hearing.npz", "talk-hearing.npz"
APART = Path(__file__).resolve().parent / "apart.npz"
"""What weights of other authors say of each talk; `bench/other_hands.py` judges it."""
TIMES_ALSO = {"actions": 4.0, "decisions": 2.0, "problems": 2.0}
"""So many times the utterances of the draft are also said, in free talk."""


def main() -> int:
    """Train and write the weights; return 0."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=OUT, help="folder of the three files")
    asked = parser.parse_args()
    files, apart = trained(seed=asked.seed)
    asked.out.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(APART if asked.out == OUT else asked.out / APART.name, **apart)
    for name, arrays in files.items():
        np.savez_compressed(asked.out / name, **arrays)
        print(f"{name}: {(asked.out / name).stat().st_size / 1e6:.2f} MB, {arrays['revision']}")
    print(f"{time.process_time():.0f} s of CPU")
    return 0


def trained(*, seed: int) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    """Return the arrays of each file (the heads of words and trees with thresholds, the hearings); and what weights of
    other authors say of each talk, scaled as `hub.nlp.learned.scorer.Scores`.
    """
    meetings = [m for m in ami() if m.series not in AMI_ASIDE]
    held, found = free_talk(meetings, [*(m.said for m in icsi()), *committees()], seed=seed)
    held["revision"] = np.array("untold")
    words = np.split(found, np.cumsum([len(m.said) for m in meetings])[:-1])
    draft, also = free_thresholds(meetings, words)
    held |= {"talk_draft": draft, "talk_also": also}
    overhears = overheard(meetings, words, seed=seed)
    reads = scripted(Scorer(held))
    fitted, told = trial.fit(reads, seed=seed)
    held |= fitted | trial_thresholds("trial", reads, told)
    hears, heard = hearing.fit(reads, encoder(), seed=seed)
    mix = mixing.weights([r.marks for r in reads], told, heard)
    held |= {"heard_mix": mix}
    both = [mixed(*one, mix) for one in zip(told, heard, strict=True)]
    held |= trial_thresholds("heard", reads, both)
    draft, also = held["heard_draft"], held["heard_also"]
    apart = {
        r.talk.name: ((by_kind(one) - draft) / (draft - also)).astype(np.float16)
        for r, one in zip(reads, both, strict=True)
    }
    files = {EXTRACTOR: held, HEARING: hears, OVERHEARING: overhears}
    return {name: _named(arrays) for name, arrays in files.items()}, apart


def overheard(meetings: Sequence[Marked], words: Sequence[Any], *, seed: int) -> dict[str, Any]:
    """Return the arrays of the hearing of free talk, weighed against what *words* and trees say of each meeting."""
    from hub.bootstrap import build
    from hub.nlp.extract.embed import Encoder
    from hub.settings import load_settings

    encoder = Encoder(build(load_settings()).models.require("minilm-l6"))
    arrays, heard = overhearing.fit(meetings, [encoder.vectors(m.texts) for m in meetings], seed=seed)
    mix = mixing.weights([np.array(m.labels) for m in meetings], words, heard)
    both = [mixed(*one, mix) for one in zip(words, heard, strict=True)]
    draft, also = free_thresholds(meetings, both)
    return arrays | {"mix": mix, "draft": draft, "also": also}


def trial_thresholds(head: str, reads: Sequence[trial.Read], logits: Sequence[Any]) -> dict[str, Any]:
    """Return the thresholds of *head*, chosen on talks that the cues were not made on."""
    tuned = {talk.name for talk in partly_marked()}  # what the cues miss there tells little
    apart = [(r, by_kind(one)) for r, one in zip(reads, logits, strict=True) if r.talk.name not in tuned]
    draft, also = trial.thresholds(apart)
    return {f"{head}_draft": np.array(draft, np.float32), f"{head}_also": np.array(also, np.float32)}


def encoder() -> tuple[dict[str, Any], Any]:
    """Return the tensors of the fetched encoder and its tokenizer."""
    from tokenizers import Tokenizer

    from hub.bootstrap import build
    from hub.connectors.models.checkpoint import tensors
    from hub.settings import load_settings

    folder = build(load_settings()).models.require("minilm-l6")
    return tensors(folder / "model.safetensors"), Tokenizer.from_file(str(folder / "tokenizer.json"))


def free_thresholds(meetings: Sequence[Marked], logits: Sequence[Any]) -> tuple[Any, Any]:
    """Return where the draft and where "also said" begins, for each of `scorer.KINDS`."""
    draft, also = [], []
    for section, column in SECTIONS.items():
        scores = [part[:, column] for part in logits]
        draft.append(measure.threshold(meetings, scores, section))
        also.append(measure.threshold(meetings, scores, section, times=TIMES_ALSO[section]))
    draft, also = [*draft, draft[2]], [*also, also[2]]  # a problem is a risk or an issue; which, its words tell later
    return np.array(draft, np.float32), np.array(also, np.float32)


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


def _named(held: dict[str, Any]) -> dict[str, Any]:
    """Return *held* with a revision made of its arrays."""
    return held | {"revision": np.array(_revision({k: v for k, v in held.items() if k != "revision"}))}


def _revision(held: dict[str, Any]) -> str:
    told = hashlib.sha256()
    for name in sorted(held):
        told.update(name.encode() + np.ascontiguousarray(held[name]).tobytes())
    return told.hexdigest()[:12]


if __name__ == "__main__":
    sys.exit(main())
