"""Where the rest connector keeps tokens that are handed out anew at each use."""

from contextlib import AbstractContextManager
from typing import Protocol


class Turn(Protocol):
    """One worker's turn at the credentials of a system; nobody else has it meanwhile."""

    kept: str | None
    """What was kept last, None where nothing was since the seed was given."""

    def keep(self, credentials: str) -> None:
        """Keep *credentials*, durable on return. RetryableError where the turn ran out and another kept something."""


class Tokens(Protocol):
    """Keeps credentials that a system hands out anew at each use, encrypted."""

    def turn(self, name: str, seed: str) -> AbstractContextManager[Turn]:
        """Wait for the turn at the credentials of system *name*.

        *seed* is what a person gave first; another one voids what was kept. RetryableError where others hold the turn
        for too long, FatalError where what was kept cannot be decrypted.
        """
