"""Whisper through faster-whisper, one chunk at a time with its temperature ladder."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from hub.domain.audio import Pcm
from hub.domain.errors import FatalError, UsageError
from hub.domain.fingerprint import fingerprint
from hub.domain.meeting import Meeting
from hub.domain.transcript import Transcript, Word
from hub.nlp.recognize.chunks import between
from hub.nlp.recognize.gates import Gates, Signs
from hub.nlp.recognize.listen import Passage, Room, enter, listen
from hub.nlp.vocabulary import Vocabulary
from hub.nlp.voice_activity import Activity
from hub.ports import Progress

if TYPE_CHECKING:
    from faster_whisper import WhisperModel
    from faster_whisper.transcribe import Segment as Heard

    from hub.nlp.pcm import Samples

_LANGUAGE_CHUNKS = 5


@dataclass(frozen=True, slots=True)
class Decoding:
    """How Whisper decodes."""

    beam_size: int = 1  # greedy: on meetings wider beams cost twice the time for nothing measurable
    temperatures: tuple[float, ...] = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)  # tried in turn until the gates are met
    hotwords: int = 40  # terms of the vocabulary given as a hint; they share the prompt window
    activity: Activity = field(default_factory=Activity)
    gates: Gates = field(default_factory=Gates)


class WhisperRecognizer:
    """`Recognizer` with a Whisper model in a checked folder; loaded when the first recording comes."""

    def __init__(
        self,
        model_dir: Path,
        *,
        revision: str,
        threads: int,
        vocabulary: Vocabulary,
        decoding: Decoding | None = None,
    ) -> None:
        self._model_dir, self._threads = model_dir, threads
        self._vocabulary, self._decoding = vocabulary, decoding or Decoding()
        self._loaded: WhisperModel | None = None
        self.fingerprint = fingerprint("whisper", revision, self._decoding, vocabulary.terms, 2)

    def transcribe(self, pcm: Pcm, meeting: Meeting, *, language: str | None, progress: Progress) -> Transcript:
        """Return what was said; see `Recognizer.transcribe`. UsageError for a language the model does not know."""
        progress.start("recognize", pcm.duration_s * pcm.channels)
        self._require_language(language)
        room = enter(pcm, self._decoding.activity)
        chosen = language or self._language(room)
        gates = self._decoding.gates
        return listen(room, meeting, language=chosen, decode=self._decode, gates=gates, progress=progress)

    def _decode(self, samples: "Samples", language: str) -> Iterator[Passage]:
        hints = ", ".join(self._vocabulary.terms[: self._decoding.hotwords]) or None
        found, _info = self._model.transcribe(
            samples,
            language=language,
            beam_size=self._decoding.beam_size,
            temperature=list(self._decoding.temperatures),
            compression_ratio_threshold=self._decoding.gates.compression_above,
            log_prob_threshold=self._decoding.gates.logprob_below,
            no_speech_threshold=self._decoding.gates.silence_above,
            condition_on_previous_text=False,
            word_timestamps=True,
            vad_filter=False,
            hotwords=hints,
        )
        return (_passage(segment) for segment in found)

    def _require_language(self, language: str | None) -> None:
        if language is not None and language not in self._model.supported_languages:
            known = ", ".join(sorted(self._model.supported_languages))
            raise UsageError(f"{language}: {self._model_dir.name} does not know this language; it knows {known}")

    def _language(self, room: Room) -> str:
        """Return the language that most of the longest chunks are in, weighed by the model's own certainty."""
        if not self._model.model.is_multilingual:
            return "en"
        found = [(chunk, channel) for channel, own in room.chunks.items() for chunk in own]
        votes: Counter[str] = Counter()
        for chunk, channel in sorted(found, key=lambda pair: -pair[0].length_s)[:_LANGUAGE_CHUNKS]:
            piece = chunk.pieces[0]
            samples = between(room.pcm, piece.start, piece.end, channel=channel)
            name, probability, _all = self._model.detect_language(samples)
            votes[name] += probability * (piece.end - piece.start)
            if probability > 0.9 and chunk.length_s > 10:
                break
        return votes.most_common(1)[0][0] if votes else "en"

    @property
    def _model(self) -> "WhisperModel":
        if self._loaded is None:
            from faster_whisper import WhisperModel

            try:
                self._loaded = WhisperModel(
                    str(self._model_dir),
                    device="cpu",
                    compute_type="int8",
                    cpu_threads=self._threads,
                    local_files_only=True,
                )
            except (RuntimeError, ValueError, OSError) as error:
                raise FatalError(f"{self._model_dir}: the speech model does not load ({error})") from error
        return self._loaded


def _passage(segment: "Heard") -> Passage:
    words = tuple(Word(word.start, word.end, word.word, word.probability) for word in segment.words or ())
    mean = sum(word.probability for word in words) / len(words) if words else 0.0
    signs = Signs(segment.text, segment.avg_logprob, segment.no_speech_prob, mean)
    return Passage(segment.start, segment.end, words, signs)
