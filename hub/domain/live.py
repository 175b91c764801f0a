"""What is told while a meeting is still being heard: the final pass over the recording replaces all of it."""

from dataclasses import dataclass

from hub.domain.minutes import Alert, Item
from hub.domain.transcript import Segment


@dataclass(frozen=True, slots=True)
class Words:
    """The passage being spoken: *agreed* words were heard alike twice, *tentative* ones may still change.

    *until_s* is the sound heard so far, in seconds from the start; *end_s* where the last of the words ends.
    """

    agreed: str
    tentative: str
    end_s: float
    until_s: float


@dataclass(frozen=True, slots=True)
class Settled:
    """A passage that is over: a segment of the live transcript, without a speaker."""

    segment: Segment


@dataclass(frozen=True, slots=True)
class Appeared:
    """An item of *kind* that is there for the first time, or again with another wording, owner or day."""

    kind: str
    item: Item


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something a person has to look at at once."""

    alert: Alert


LiveEvent = Words | Settled | Appeared | Alarm
