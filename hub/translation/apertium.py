"""Apertium, a rule-based engine of the system: English to Spanish, and from Spanish on to its neighbours.

Raw: what it may bend (names, figures, quotes) is protected and checked by `hub.translation.checked`.
"""

import re
import subprocess
from collections import deque
from collections.abc import Sequence
from functools import cached_property

from hub.domain.errors import RetryableError, UsageError
from hub.domain.fingerprint import fingerprint
from hub.domain.translation import Translation

MODES = (
    # source, target, mode; where two modes serve a pair, the better one first
    ("en", "es", "eng-spa"),
    ("es", "pt-BR", "es-pt_BR"),
    ("es", "pt-BR", "es-pt"),  # European forms; better than no Portuguese
    ("es", "pt", "es-pt"),
    ("es", "fr", "es-fr"),
    ("es", "it", "spa-ita"),
    ("es", "ca", "spa-cat"),
    ("es", "en", "spa-eng"),
    ("pt", "es", "pt-es"),
    ("pt-BR", "es", "pt-es"),
    ("fr", "es", "fr-es"),
    ("it", "es", "ita-spa"),
    ("ca", "es", "cat-spa"),
)
STAND_INS = ("Pedro", "Diego", "Pablo", "Miguel", "Fernando", "Alberto", "Antonio", "Javier", "Roberto", "Manuel")
"""Names that every mode from English on knows as people and passes on letter for letter (tried in 24 sentences)."""
_BATCH = 400  # sentences a process; bounds what one time-out can lose
_TIMEOUT_S = 120
_BREAK = "\n\n"  # a blank line ends a sentence for every module of the pipeline; a single one does not
_MARKED = re.compile(r"(?<!\w)[*#@](?=\w)(\w+(?:[-']\w+)*)")
_UNSAFE = re.compile(r"(?<!\w)[*#@]+(?=\w)")  # a mark of the source's own would read as doubt


class ApertiumTranslator:
    """Translates by the modes that are installed, through Spanish where no direct one exists.

    *command* is the program. A missing program or mode means that `supports` says no; nothing is raised.
    """

    def __init__(self, *, command: str = "apertium") -> None:
        self._command = command
        self._working: dict[str, bool] = {}

    @cached_property
    def fingerprint(self) -> str:
        """Name the engine and the modes that are there."""
        return fingerprint("apertium", sorted(self._listed))

    def supports(self, source: str, target: str) -> bool:
        """Tell whether a chain of working modes leads from *source* to *target*."""
        return bool(self.route(source, target))

    def route(self, source: str, target: str) -> tuple[str, ...]:
        """Return the shortest chain of modes from *source* to *target*, at most two; empty where there is none."""
        waiting: deque[tuple[str, tuple[str, ...]]] = deque([(source, ())] if source != target else [])
        while waiting:
            language, taken = waiting.popleft()
            if language == target and taken:
                return taken
            if len(taken) < 2:
                waiting.extend((to, (*taken, mode)) for at, to, mode in MODES if at == language and self._works(mode))
        return ()

    def translate(
        self, sentences: Sequence[str], *, source: str, target: str, names: Sequence[str] = ()
    ) -> list[Translation]:
        """Translate as the port says; unknown words are named in the result unless they belong to *names*."""
        modes = self.route(source, target)
        if not modes:
            raise UsageError(f"{source} to {target}: Apertium has no such pair installed")
        known = frozenset(word for name in names for word in name.split())
        done: list[Translation] = []
        for begin in range(0, len(sentences), _BATCH):
            done += self._batch(sentences[begin : begin + _BATCH], modes, known)
        return done

    def _batch(self, sentences: Sequence[str], modes: tuple[str, ...], known: frozenset[str]) -> list[Translation]:
        lines = [_UNSAFE.sub("", " ".join(sentence.split())) for sentence in sentences]
        unknown: list[list[str]] = [[] for _ in lines]
        lost = [False] * len(lines)
        for mode in modes:
            answers = self._aligned(lines, mode)
            for at, answer in enumerate(answers):
                lost[at] = lost[at] or answer is None
                unknown[at] += [word for word in _MARKED.findall(answer or "") if word not in known]
            lines = [" ".join(_MARKED.sub(r"\1", answer or "").split()) for answer in answers]
        return [
            Translation(sentence, translated=False, flags=("the engine gave no line for it",))
            if gone
            else Translation(line, unknown=tuple(dict.fromkeys(words)))
            for sentence, line, words, gone in zip(sentences, lines, unknown, lost, strict=True)
        ]

    def _aligned(self, lines: list[str], mode: str) -> list[str | None]:
        """Return a line for each line; where the count differs, halves are asked again until one stands alone."""
        if not any(lines):
            return list(lines)
        answers = self._run(mode, _BREAK.join(line or "." for line in lines)).split(_BREAK)
        if len(answers) == len(lines):
            return [answer.strip() if line else "" for line, answer in zip(lines, answers, strict=True)]
        if len(lines) == 1:
            return [None]
        middle = len(lines) // 2
        return self._aligned(lines[:middle], mode) + self._aligned(lines[middle:], mode)

    @cached_property
    def _listed(self) -> frozenset[str]:
        try:
            return frozenset(self._run("-l", "").split())
        except RetryableError:
            return frozenset()

    def _works(self, mode: str) -> bool:
        """Tell whether *mode* is there and answers: a listed mode may lack a program of its pipeline."""
        if mode not in self._working:
            self._working[mode] = mode in self._listed and self._answers(mode)
        return self._working[mode]

    def _answers(self, mode: str) -> bool:
        try:
            return "1" in self._run(mode, "1")
        except RetryableError:
            return False

    def _run(self, mode: str, text: str) -> str:
        """Return what the program prints for *text* on its input. RetryableError when it cannot be run or fails."""
        arguments = [self._command, "-l"] if mode == "-l" else [self._command, "-f", "txt", mode]
        try:
            done = subprocess.run(arguments, input=text.encode(), capture_output=True, timeout=_TIMEOUT_S, check=True)
        except subprocess.TimeoutExpired as error:
            raise RetryableError(f"apertium {mode}: no answer in {_TIMEOUT_S} s") from error
        except (OSError, subprocess.CalledProcessError) as error:
            raise RetryableError(f"apertium {mode}: it did not run ({type(error).__name__})") from error
        return done.stdout.decode(errors="replace")
