"""Voices of people who agreed to be known again by them, and who they are proposed for in a meeting.

A voice is personal data of a special kind (GDPR 9): nothing here exists without the person's own consent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import sqrt

from hub.domain.transcript import ProposedSpeaker

Vector = tuple[float, ...]
LEAST_S = 5.0
"""A voice that is heard alone for less is neither learned nor known again."""
_ALIKE = 0.60
_APART = 0.15
"""How much less alike everybody else has to be."""


@dataclass(frozen=True, slots=True)
class Print:
    """A voice as a vector of length one, from *seconds* in which it speaks alone."""

    vector: Vector
    seconds: float


@dataclass(frozen=True, slots=True)
class VoiceSample:
    """What was learned of a voice from one meeting, by the model *made_by*."""

    id: str
    user_id: str
    meeting_id: str
    print: Print
    made_by: str
    learned_at: datetime


@dataclass(frozen=True, slots=True)
class VoiceProfile:
    """The consent of a person, and what was learned since. *how* says how they agreed."""

    user_id: str
    agreed_at: datetime
    agreed_by: str
    how: str
    samples: tuple[VoiceSample, ...] = ()

    def vector(self, made_by: str) -> Vector | None:
        """Return the voice as *made_by* hears it, of length one; None where that model has learned nothing of it."""
        own = [one.print for one in self.samples if one.made_by == made_by]
        if not own:
            return None
        summed = [sum(values) for values in zip(*([x * p.seconds for x in p.vector] for p in own), strict=True)]
        length = sqrt(sum(value * value for value in summed))
        return tuple(value / length for value in summed)


def proposed(heard: Mapping[str, Print], known: Mapping[str, Vector]) -> tuple[ProposedSpeaker, ...]:
    """Return the names that voices may carry: *heard* by label, *known* by name.

    A voice that two people could be, and a person whom two voices could be, are proposed for nobody.
    """
    found = [one for label, voice in heard.items() if (one := _nearest(label, voice, known))]
    names = [one.name for one in found]
    return tuple(one for one in found if names.count(one.name) == 1)


def _nearest(label: str, voice: Print, known: Mapping[str, Vector]) -> ProposedSpeaker | None:
    if voice.seconds < LEAST_S or not known:
        return None
    ranked = sorted(((_cosine(voice.vector, vector), name) for name, vector in known.items()), reverse=True)
    (best, name), others = ranked[0], [likeness for likeness, _ in ranked[1:]]
    second = max(others, default=-1.0)
    if best < _ALIKE or best - second < _APART:
        return None
    other = f", anybody else who agreed at most {max(second, 0.0):.2f}" if others else ""
    reason = f"sounds like the voice that {name} agreed to be known by: likeness {best:.2f}{other}"
    return ProposedSpeaker(label, name, round(best, 3), reason)


def _cosine(one: Vector, other: Vector) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))
