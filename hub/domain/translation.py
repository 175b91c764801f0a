"""A sentence that was put into another language, with what is doubtful about it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Translation:
    """One sentence of a translator's answer.

    *text* stands in the target language where *translated*; otherwise it is the source sentence, unchanged.
    *flags* say in English what a person has to look at (empty: nothing). *unknown* are the words that the engine
    did not know and passed through. *origin* is "memory" where a person said it, "memory, adapted" where figures or
    names were exchanged in what a person said, else empty.
    """

    text: str
    translated: bool = True
    flags: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    origin: str = ""
