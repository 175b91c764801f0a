"""Where a meeting changes its language."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from hub.domain.transcript import Segment

_TOGETHER_S = 10.0
"""Passages of one language with a shorter gap are told as one."""


@dataclass(frozen=True, slots=True)
class Switch:
    """A stretch in another language than the meeting's; seconds of the recording and the language's code."""

    start: float
    end: float
    language: str


def switched(segments: Iterable[Segment], switches: Sequence[Switch]) -> tuple[Segment, ...]:
    """Return *segments* with the language of those that lie in a switch."""
    return tuple(replace(one, language=_language(one, switches)) for one in segments)


def notes(switches: Iterable[Switch]) -> tuple[str, ...]:
    """Return a sentence for each stretch in another language."""
    told: list[Switch] = []
    for one in sorted(switches, key=lambda switch: switch.start):
        last = told[-1] if told else None
        if last and last.language == one.language and one.start - last.end < _TOGETHER_S:
            told[-1] = replace(last, end=max(last.end, one.end))
        else:
            told.append(one)
    return tuple(f"From {_clock(s.start)} to {_clock(s.end)} another language ({s.language}) is spoken." for s in told)


def _language(segment: Segment, switches: Sequence[Switch]) -> str | None:
    middle = (segment.start + segment.end) / 2
    return next((one.language for one in switches if one.start <= middle <= one.end), None)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
