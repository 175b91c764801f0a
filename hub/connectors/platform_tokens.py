"""Where the refresh tokens of platforms are kept: apart from those of a system of the same name."""

from collections.abc import Iterator
from contextlib import contextmanager

from hub.connectors.rest.tokens import Tokens, Turn


class PlatformTokens:
    """`Tokens` of platforms."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    @contextmanager
    def turn(self, name: str, seed: str) -> Iterator[Turn]:
        """Wait for the turn; see `Tokens.turn`.

        What was kept of the same *seed* under the bare name, as hubs did before, is taken over: it is the token that
        is good, and the seed is not.
        """
        with self._tokens.turn(f"platform:{name}", seed) as turn:
            if turn.kept is None:
                with self._tokens.turn(name, seed) as before:
                    if before.kept is not None:
                        turn.keep(before.kept)
            yield turn
