"""What the hub needs to let go of what is kept study by study."""

from datetime import datetime
from typing import Any, Protocol


class Stack(Protocol):
    """One class of records of every study."""

    def studies(self) -> list[str]:
        """Return the studies of which anything is kept, in order."""

    def parties(self, study: str) -> frozenset[str]:
        """Return the organizations whose it is."""

    def oldest(self, study: str, before: datetime) -> datetime | None:
        """Return since when the period of the oldest of what is of *before* runs; None where nothing may go."""

    def told(self, study: str, before: datetime) -> dict[str, Any]:
        """Return what a certificate says of what is of *before*: how many, from when to when, and one SHA-256 over
        all of it; plain JSON values, nothing of the content.
        """

    def remove(self, study: str, before: datetime) -> None:
        """Take what is of *before* away, as far as its destruction is agreed. Done twice it comes to the same.

        StandingError where it is in use again.
        """
