"""What the hub needs to file documents."""

from collections.abc import Sequence
from typing import BinaryIO, Protocol

from hub.domain.papers import Filed, Paper


class Filing(Protocol):
    """A system that keeps documents with their versions."""

    def file(self, paper: Paper, content: BinaryIO) -> Filed:
        """File *content*, which can be sought in, as the newest version of the document with *paper*'s key.

        The same content under the same key is filed once, also where the first answer was lost. Versions that are
        there stay. RetryableError where it is not known whether it was filed; RejectedError where the system refuses
        this document, or somebody holds it; FatalError where it refuses us.
        """

    def versions(self, external_id: str) -> Sequence[Filed]:
        """Return the versions of a document, oldest first."""

    def fetch(self, filed: Filed, target: BinaryIO) -> None:
        """Write the bytes of a version into *target*. RejectedError where there is none."""
