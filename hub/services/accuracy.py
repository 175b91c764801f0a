"""Figures of accuracy beside the recorded ones: what has dropped, and the table that people read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hub.domain.accuracy import Figure, Outcome, Part, Reading

ALLOWED_DROP = 0.01
"""A figure may be so much worse than recorded before that is a failure."""
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Verdict:
    """A figure now and as recorded; *now* is None where it was not measured, *why* then says it.

    *broken* tells a script that failed from data that is not here.
    """

    figure: Figure
    now: Reading | None
    recorded: Reading | None
    why: str | None = None
    broken: bool = False

    @property
    def worse_by(self) -> float:
        """How much worse than recorded, below 0 where better; 0 where one of the two is not there."""
        if self.now is None or self.recorded is None:
            return 0.0
        change = self.now.ours - self.recorded.ours
        return change if self.figure.lower_is_better else -change

    @property
    def dropped(self) -> bool:
        """Whether it is worse by more than is allowed, or left out by a part that ran."""
        left_out = self.now is None and self.why is None
        return left_out or self.worse_by > ALLOWED_DROP + _ROUNDING


def judged(outcomes: Sequence[Outcome], recorded: Mapping[str, Reading]) -> list[Verdict]:
    """Return a verdict for each figure of the parts that were asked for, in their order."""
    return [
        Verdict(figure, outcome.readings.get(figure.key), recorded.get(figure.key), outcome.missing, outcome.broken)
        for outcome in outcomes
        for figure in outcome.part.figures
    ]


def kept(verdicts: Sequence[Verdict], recorded: Mapping[str, Reading]) -> dict[str, Reading]:
    """Return the record with what was measured now in the place of what was; the rest stays."""
    return dict(recorded) | {v.figure.key: v.now for v in verdicts if v.now is not None}


def spoken(verdict: Verdict) -> str:
    """Return one line on a figure, for whoever runs the evaluation."""
    before = "not recorded yet" if verdict.recorded is None else f"recorded {verdict.recorded.ours:.3f}"
    if verdict.now is None:
        return f"{verdict.figure.key:<36}   -    {before}; not measured: {verdict.why or 'its part left it out'}"
    peer = "" if verdict.now.peer is None else f", peer {verdict.now.peer:.3f}"
    mark = "  DROPPED" if verdict.dropped else ""
    return f"{verdict.figure.key:<36} {verdict.now.ours:.3f}  {before}{peer}{mark}"


def tables(parts: Sequence[Part], readings: Mapping[str, Reading]) -> list[str]:
    """Return Markdown lines: a section for each part, with a row for each of its figures."""
    return [line for part in parts for line in _section(part, readings)]


def rows_by_part(parts: Sequence[Part], readings: Mapping[str, Reading]) -> list[str]:
    """Return Markdown lines for a model's card: a table of the figures that were measured, by what on."""
    rows = [
        f"| {part.title} | {figure.name} | {readings[figure.key].ours:.3f} |"
        for part in parts
        for figure in part.figures
        if figure.key in readings
    ]
    return ["| meetings | figure | ours |", "|---|---|---|", *rows]


def _section(part: Part, readings: Mapping[str, Reading]) -> Iterator[str]:
    yield from (f"## {part.title}", "", f"Data: {part.data}", "", f"Command: `{part.command}`", "")
    yield from ("| figure | ours | peer or published best | what it means |", "|---|---|---|---|")
    for figure in part.figures:
        held = readings.get(figure.key)
        ours = "not measured yet" if held is None else f"{held.ours:.3f}"
        better = "lower is better: " if figure.lower_is_better else ""
        yield f"| {figure.name} | {ours} | {_against(figure, held)} | {better}{figure.means} |"
    yield ""
    if part.caveat:
        yield from (part.caveat, "")


def _against(figure: Figure, held: Reading | None) -> str:
    if held is None or held.peer is None:
        return figure.against
    return f"{held.peer:.3f} ({figure.against})"
