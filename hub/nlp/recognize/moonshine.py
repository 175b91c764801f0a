"""Moonshine: the recognizer whose model comes inside its package, for where nothing may be fetched. English only."""

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from hub.domain.audio import SAMPLE_RATE_HZ, Pcm
from hub.domain.errors import UsageError
from hub.domain.fingerprint import fingerprint
from hub.domain.meeting import Meeting
from hub.domain.transcript import Transcript, Word
from hub.nlp.recognize.gates import Gates, Signs
from hub.nlp.recognize.listen import Passage, enter, listen
from hub.nlp.vocabulary import Vocabulary
from hub.nlp.voice_activity import Activity
from hub.ports import Progress

if TYPE_CHECKING:
    from hub.nlp.pcm import Samples

_MODEL = "tiny-en"
# Moonshine tells neither probabilities nor word times: a word gets its share of the line by its letters,
# and only the gates that look at text apply
_SURE = 1.0


class MoonshineRecognizer:
    """`Recognizer` with Moonshine's tiny English model."""

    def __init__(self, *, vocabulary: Vocabulary) -> None:
        del vocabulary  # it takes no hints; the visible correction still applies
        self._activity, self._gates = Activity(), Gates()
        self.fingerprint = fingerprint("moonshine", _MODEL, self._activity, self._gates, 1)

    def transcribe(self, pcm: Pcm, meeting: Meeting, *, language: str | None, progress: Progress) -> Transcript:
        """Return what was said; see `Recognizer.transcribe`. UsageError for another language than English."""
        if language not in (None, "en"):
            raise UsageError(f"{language}: Moonshine hears English only; run: hub models fetch whisper-base")
        progress.start("recognize", pcm.duration_s * pcm.channels)
        room = enter(pcm, self._activity)
        return listen(room, meeting, language="en", decode=self._decode, gates=self._gates, progress=progress)

    def _decode(self, samples: "Samples", _language: str) -> Iterator[Passage]:
        found = self._model.transcribe_without_streaming(samples.tolist(), SAMPLE_RATE_HZ)
        for line in found.lines:
            end = line.start_time + line.duration
            signs = Signs(line.text, 0.0, 0.0, _SURE)
            yield Passage(line.start_time, end, _spread(line.text, line.start_time, end), signs)

    @cached_property
    def _model(self) -> Any:
        from moonshine_voice import ModelArch, Transcriber, get_model_path

        return Transcriber(str(get_model_path(_MODEL)), ModelArch.TINY)


def _spread(text: str, start: float, end: float) -> tuple[Word, ...]:
    """Return the words of a line with times in proportion to their letters."""
    words = text.split()
    letters = sum(len(word) + 1 for word in words) or 1
    out, at = [], start
    for word in words:
        after = at + (end - start) * (len(word) + 1) / letters
        out.append(Word(at, after, f" {word}", _SURE))
        at = after
    return tuple(out)
