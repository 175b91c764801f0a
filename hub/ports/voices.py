"""What the hub needs to know voices again of people who agreed to it."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from hub.domain.audio import Pcm
from hub.domain.audit import Entry
from hub.domain.voices import Print, VoiceProfile, VoiceSample

Spans = Sequence[tuple[float, float]]
"""Stretches of a recording, start and end in seconds."""


class VoicePrinter(Protocol):
    """Hears voices as vectors."""

    fingerprint: str

    def prints(self, pcm: Pcm, spans: Mapping[str, Spans]) -> dict[str, Print]:
        """Return the voice of each label from its *spans*; a label without a stretch of a second is left out."""


class VoiceProfiles(Protocol):
    """Consents and what was learned; every write is one transaction with its lines of the audit trail."""

    def profile(self, user_id: str) -> VoiceProfile | None:
        """Return the profile of a person, None where they have not agreed."""

    def profiles(self) -> list[VoiceProfile]:
        """Return the profiles of all who agreed, by user id."""

    def agree(self, profile: VoiceProfile, *, audit: Sequence[Entry]) -> None:
        """Store a consent; nothing is learned yet. StandingError where the person has agreed already."""

    def learn(self, sample: VoiceSample, *, audit: Sequence[Entry]) -> None:
        """Store what was learned; the same meeting's earlier sample goes. StandingError unless the person agrees."""

    def forget(self, user_id: str, *, audit: Sequence[Entry]) -> None:
        """Delete a consent and all that was learned. MissingError where there is none."""
