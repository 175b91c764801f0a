"""What the hub remembers of which records are one thing."""

from typing import Protocol

from hub.domain.identity import Candidate, Turn


class Identities(Protocol):
    """Read side; what changes is stored with its cause, see `Effects`."""

    def turns(self, *, record: str | None = None, limit: int = 1000) -> list[Turn]:
        """Return merges and splits, newest first, those of one record where it is named."""

    def candidates(self, *, state: str = "proposed", limit: int = 1000) -> list[Candidate]:
        """Return candidates, oldest first."""

    def candidate(self, id: str) -> Candidate:
        """Return one candidate. UsageError when there is none."""

    def pairs(self) -> set[str]:
        """Return the ids of all candidates, whatever a person said of them."""

    def doubles(self, system: str, kind: str) -> dict[str, str]:
        """Return what *system* holds twice since a merge and has not deleted: its id to the record that goes on."""
