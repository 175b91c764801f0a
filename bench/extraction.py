"""The extractor on meetings that training never saw: whole series of AMI, scripted talks, one keyed meeting.

    .venv/bin/python bench/extraction.py [--free-talk] [--write docs/accuracy.md]

AMI is read from ../shared/eval; its kept-aside series are named in models/training/split.py. By utterance and by item
the scores are judged alone; "draft" judges the hub's minutes, "strongest" its surest items with what was also said.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]

import figures  # noqa: E402 - beside this file, wherever it is run from

from hub.domain.meeting import Meeting  # noqa: E402 - the checkout's own packages, wherever it is run from
from hub.domain.minutes import Minutes  # noqa: E402 - the checkout's own packages, wherever it is run from
from hub.domain.transcript import Segment, Transcript  # noqa: E402 - the checkout's own packages, wherever it is run from
from models.training import measure  # noqa: E402 - the checkout's own packages, wherever it is run from
from models.training.corpora import SECTIONS, SHARED, Marked, ami  # noqa: E402 - the checkout's own packages, wherever it is run from
from models.training.scripted import KINDS, TALKS, Talk, keyed, talks  # noqa: E402 - the checkout's own packages, wherever it is run from
from models.training.split import AMI_ASIDE, CLINICAL_ASIDE, hand  # noqa: E402 - the checkout's own packages, wherever it is run from

MARK, END = "<!-- extraction: written by bench/extraction.py -->", "<!-- /extraction -->"
CAVEAT = (
    "By utterance and by item: the scores alone, thresholds chosen on the other series. An item of free talk is",
    "at most twelve short utterances (half a minute) around its strongest; how far it reaches was chosen on the",
    "training series. Published best for actions by utterance on the AMI test meetings: 0.431; people agree at",
    "kappa 0.36 to 0.47. Wanted and not reached on AMI: actions 0.55 by utterance, 0.65 by item and 95 % among",
    "the five strongest; decisions and problems 0.22 by utterance and 60 % among ten; scripted issues 0.70. On",
    "the training series, out of fold, the same scores reach 95, 55 and 60 % among the strongest. Forty-five",
    "further features (assent, roles, opener, novelty, likeness to the end, smoothed scores) moved F1 by less",
    "than 0.01 there, and are left out. b1 to b3 were scored once before two rules were mended, on decisions and",
    "on which meetings are a trial's: F1 then 0.80, 0.44, 0.80, 0.50. d3 was looked at while the rules were made,",
    "not for the weights. With so few meetings one item more or less moves an F1 by up to 0.1.",
)
ALONE = {"actions": ("actions",), "decisions": ("decisions",), "problems": ("risks", "issues")}


def main() -> int:
    """Print and perhaps write the tables; return 2 where the data is not there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", type=Path, metavar="FILE", help="put the tables into this Markdown file")
    parser.add_argument("--free-talk", action="store_true", help="AMI alone")
    figures.add_option(parser)
    asked = parser.parse_args()
    if not (SHARED / "ami").is_dir():
        figures.no_data(f"{SHARED}: no evaluation data here")
    from hub.bootstrap import build
    from hub.settings import load_settings

    hub = build(load_settings())
    extractor = hub.extractor
    found: dict[str, figures.Value] = {}
    talks_of = {"scripted": _of_the_first_hand(), "hands": [t for t in talks(TALKS / "aside") if hand(t.name)]}
    lines = free_talk(extractor, hub.scorer, found)
    for name, aside in () if asked.free_talk else talks_of.items():
        lines += ["", *scripted(name, aside, extractor, found)]
    figures.leave(asked.figures, found)
    print("\n".join(lines))
    if asked.write:
        write(asked.write, lines)
    return 0


def free_talk(extractor: Any, scorer: Any, figure: dict[str, figures.Value]) -> list[str]:
    """Return the table of the AMI meetings kept aside, and leave its numbers in *figure*."""
    meetings = [m for m in ami() if m.series in AMI_ASIDE]
    began = time.process_time()
    drafts = [extractor.extract(transcript(m)) for m in meetings]
    took_s = (time.process_time() - began) / len(meetings)
    lines = [
        f"AMI, {len(meetings)} meetings of {', '.join(sorted(AMI_ASIDE))}; {took_s:.1f} s of CPU a meeting.",
        "",
        "| kind | gold utterances | F1 by utterance | F1 by item | draft F1 by item | sentences among the strongest |",
        "|---|---|---|---|---|---|",
    ]
    for section, column in SECTIONS.items():
        scores = [scorer.free_talk(m.said, m.texts)[:, column].tolist() for m in meetings]
        found = measure.figures(meetings, scores, section)
        by_draft = measure.f1(*_drafted(meetings, drafts, section))
        many, near = _strongest(meetings, drafts, section)
        figure |= {
            f"ami_{section}_utterance": found.by_utterance,
            f"ami_{section}_item": found.by_item,
            f"ami_{section}_strongest": near / max(1, many),
        }
        lines.append(
            f"| {section} | {found.utterances[0]} | {found.by_utterance:.2f} | {found.by_item:.2f} | {by_draft:.2f} | "
            f"{near} of {many} ({measure.STRONGEST[section]} a meeting) |"
        )
    return lines


def transcript(meeting: Marked) -> Transcript:
    """Return the meeting as the hub gets it, an act a segment."""
    segments = tuple(
        Segment(f"s{n}", f"Speaker {said.speaker}", 2.0 * n, 2.0 * n + 1.9, text)
        for n, (said, text) in enumerate(zip(meeting.said, meeting.texts, strict=True))
    )
    return Transcript(Meeting(meeting.name), "en", segments)


def _drafted(meetings: Sequence[Marked], drafts: Sequence[Minutes], section: str) -> tuple[int, int, int]:
    """Return how many items were wanted, proposed and right."""
    counts: Counter[str] = Counter()
    for meeting, minutes in zip(meetings, drafts, strict=True):
        column = SECTIONS[section]
        left = measure.joined([place for place, row in enumerate(meeting.labels) if row[column] == 1])
        counts["wanted"] += len(left)
        for cited in (_places(item) for kind in ALONE[section] for item in getattr(minutes, kind)):
            counts["proposed"] += 1
            hit = next((span for span in left if cited & set(span)), None)
            if hit is not None:
                counts["right"] += 1
                left.remove(hit)
    return counts["wanted"], counts["proposed"], counts["right"]


def _strongest(meetings: Sequence[Marked], drafts: Sequence[Minutes], section: str) -> tuple[int, int]:
    """Return how many gold sentences there are, and how many the strongest items of their meeting touch."""
    many = near = 0
    for meeting, minutes in zip(meetings, drafts, strict=True):
        ranked = sorted(_everything(minutes, section), key=lambda entry: -entry[0])[: measure.STRONGEST[section]]
        shown = frozenset().union(*(around for _, around in ranked))
        sentences = meeting.sentences[section]
        many, near = many + len(sentences), near + sum(bool(sentence & shown) for sentence in sentences)
    return many, near


def _everything(minutes: Minutes, section: str) -> Iterator[tuple[float, frozenset[int]]]:
    for kind in ALONE[section]:
        for item in getattr(minutes, kind):
            yield item.confidence, _around(item)
        for aside in minutes.coverage.set_aside:
            if f"{aside.kind}s" == kind and aside.confidence is not None:
                yield aside.confidence, _around(aside)


def _places(item: Any) -> set[int]:
    return {int(name[1:]) for name in item.evidence.segments}


def _around(item: Any) -> frozenset[int]:
    """Return what the item cites and the utterances right beside; what lies between far passages does not count."""
    return frozenset(place + beside for place in _places(item) for beside in (-1, 0, 1))


def _of_the_first_hand() -> list[Talk]:
    keyed_aside = (t for t in keyed(SHARED / "clinical") if t.name in CLINICAL_ASIDE)
    return [*(t for t in talks(TALKS / "aside") if not hand(t.name)), *keyed_aside]


def scripted(name: str, aside: Sequence[Talk], extractor: Any, figure: dict[str, figures.Value]) -> list[str]:
    """Return the table of scripted meetings kept aside, beside the cues alone; its numbers go into *figure*."""
    both = [score(aside, extractor.extract), score(aside, cues_alone().extract)]
    lines = [
        f"Scripted, {len(aside)} meetings that training did not see: {', '.join(t.name for t in aside)}.",
        "",
        "| kind | gold | found | right | precision | recall | F1 | cues alone: F1 | right among also said |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for kind in KINDS.values():
        now, cues = both[0][kind], both[1][kind]
        before = measure.f1(cues["gold"], cues["found"], cues["right"])
        figure[f"{name}_{kind}"] = (measure.f1(now["gold"], now["found"], now["right"]), before)
        gold, found, right = now["gold"], now["found"], now["right"]
        lines.append(
            f"| {kind} | {gold} | {found} | {right} | {right / max(1, found):.2f} | {right / max(1, gold):.2f} | "
            f"{measure.f1(gold, found, right):.2f} | {before:.2f} | {now['also']} of {gold - right} |"
        )
    traps = sum(now["traps"] for now in both[0].values())
    lines += ["", f"Items that stand wholly in a trap: {traps}, of {sum(len(t.traps) for t in aside)} such sentences."]
    return lines


def cues_alone() -> Any:
    """Return the extractor without what was learned."""
    from hub.bootstrap import build
    from hub.nlp.extract.extractor import CueExtractor
    from hub.settings import load_settings

    models = build(load_settings()).models
    return CueExtractor(
        parser_dir=models.require("spacy-en-sm"), encoder_dir=models.require("minilm-l6"), revision="cues"
    )


def score(aside: Sequence[Talk], extract: Any) -> dict[str, Counter[str]]:
    """Return counts by kind: gold, found, right, in traps, and what of the missed was also said."""
    counts: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS.values()}
    for talk in aside:
        minutes = extract(talk.transcript)
        for kind, count in counts.items():
            items = [set(item.evidence.segments) for item in getattr(minutes, kind)]
            left = list(talk.matters[kind])
            count["gold"] += len(left)
            count["found"] += len(items)
            count["right"] += _taken(items, left)
            count["traps"] += sum(cited <= talk.traps for cited in items)
            also = [set(a.evidence.segments) for a in minutes.coverage.set_aside if f"{a.kind}s" == kind]
            count["also"] += _taken(also, left)
    return counts


def _taken(items: Sequence[set[str]], left: list[frozenset[str]]) -> int:
    right = 0
    for cited in items:
        hit = next((matter for matter in left if matter & cited), None)
        if hit is not None:
            left.remove(hit)
            right += 1
    return right


def write(target: Path, lines: Sequence[str]) -> None:
    """Put the tables between the marks of *target*, at its end where the marks are not there yet."""
    head = ["## Meetings that training never saw, by kind", "", "Command: `.venv/bin/python bench/extraction.py`", ""]
    old = target.read_text(encoding="utf-8")
    before, _, rest = old.partition(MARK)
    after = rest.partition(END)[2]
    block = "\n".join([MARK, *head, *lines, "", *CAVEAT, END])
    target.write_text(f"{before.rstrip()}\n\n{block}\n{after.lstrip()}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
