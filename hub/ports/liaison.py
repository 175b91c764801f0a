"""What the hub needs to remember what people translated."""

from collections.abc import Sequence
from typing import Protocol

from hub.domain.memory import Approved, Pair, Term


class TranslationMemory(Protocol):
    """Keeps approved segments; the audit trail has who approved what."""

    def approved(self, pair: Pair, *, study: str) -> tuple[Approved, ...]:
        """Return the segments of *study* and those of every study, newest first; of equal sources the study's first."""

    def remember(self, segments: Sequence[Approved], *, by: str, reason: str) -> int:
        """Keep *segments*, the newer in place of an older with the same source, pair and study; all or none.

        Returns how many changed anything. Repeating a call changes nothing more.
        """

    def forget(self, segments: Sequence[Approved], *, by: str, reason: str) -> int:
        """Take *segments* out, told apart by source, pair and study; return how many were there."""


class Glossary(Protocol):
    """Keeps agreed terms; the audit trail has who changed what."""

    def terms(self, pair: Pair, *, study: str) -> tuple[Term, ...]:
        """Return the terms of *study*, and those of every study that it does not say otherwise, the longest first."""

    def agree(self, terms: Sequence[Term], *, by: str, reason: str) -> int:
        """Keep *terms*, each in place of the one with the same source, pair and study; return how many changed."""

    def withdraw(self, terms: Sequence[Term], *, by: str, reason: str) -> int:
        """Take *terms* out; return how many were there."""
