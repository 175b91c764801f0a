"""Several engines as one: the first that can do a pair does it."""

from collections.abc import Sequence

from hub.domain.errors import UsageError
from hub.domain.fingerprint import fingerprint
from hub.domain.translation import Translation
from hub.ports import Translator


class ByPair:
    """`Translator` over *engines*, the better ones first."""

    def __init__(self, engines: Sequence[Translator]) -> None:
        self._engines = tuple(engines)

    @property
    def fingerprint(self) -> str:
        """Name all engines, in order."""
        return fingerprint("by-pair", [engine.fingerprint for engine in self._engines])

    def supports(self, source: str, target: str) -> bool:
        """Tell whether one of them can."""
        return any(engine.supports(source, target) for engine in self._engines)

    def translate(
        self, sentences: Sequence[str], *, source: str, target: str, names: Sequence[str] = ()
    ) -> list[Translation]:
        """Translate by the first engine that can; see `Translator.translate`."""
        for engine in self._engines:
            if engine.supports(source, target):
                return engine.translate(sentences, source=source, target=target, names=names)
        raise UsageError(f"{source} to {target}: no engine here has that pair")
