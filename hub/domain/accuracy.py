"""Figures of accuracy: what each is, what it came to, and what was recorded before."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure under its *key*; *against* is the peer of the same run or the published best, with its source."""

    key: str
    name: str
    means: str
    against: str
    lower_is_better: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """Figures that one *script* of `bench/` measures over the same *data*; *caveat* says what they do not show.

    *card* is the card of the model they tell of, where it is one made here.
    """

    name: str
    title: str
    script: str
    arguments: tuple[str, ...]
    data: str
    caveat: str
    figures: tuple[Figure, ...]
    card: str | None = None

    @property
    def command(self) -> str:
        """The command that measures this part alone."""
        return f"hub models evaluate --part {self.name}"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a figure came to; *peer* is what the peer came to in the same run, None where there is none."""

    ours: float
    peer: float | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A part after its run: its readings by key, or in *missing* why there are none; *broken*: its script failed."""

    part: Part
    readings: dict[str, Reading]
    missing: str | None = None
    broken: bool = False
