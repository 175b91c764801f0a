"""Whisper through faster-whisper, one chunk at a time with its temperature ladder."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from hub.domain.audio import SAMPLE_RATE_HZ, Pcm
from hub.domain.errors import UsageError
from hub.domain.fingerprint import fingerprint
from hub.domain.meeting import Meeting
from hub.domain.transcript import Transcript, Word
from hub.nlp.recognize.chunks import between
from hub.nlp.recognize.encoding import language_of, load
from hub.nlp.recognize.english import beside, passages
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
    switch_from_s: float = 5.0  # a shorter chunk is taken to be in the meeting's language
    switch_probability: float = 0.85  # and one whose own language is less sure than this
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
        self.fingerprint = fingerprint("whisper", revision, self._decoding, vocabulary.terms, 3)

    def transcribe(self, pcm: Pcm, meeting: Meeting, *, language: str | None, progress: Progress) -> Transcript:
        """Return what was said; see `Recognizer.transcribe`. UsageError for a language the model does not know."""
        progress.start("recognize", pcm.duration_s * pcm.channels)
        self._require_language(language)
        room = enter(pcm, self._decoding.activity)
        chosen = language or self._language(room)
        gates = self._decoding.gates
        decode = self._decode if language or not self._model.model.is_multilingual else self._decode_as_spoken
        return listen(room, meeting, language=chosen, decode=decode, gates=gates, progress=progress)

    def _decode_as_spoken(self, samples: "Samples", language: str) -> Iterator[Passage]:
        """Decode a chunk in its own language, where it is surely another than the meeting's."""
        if len(samples) < self._decoding.switch_from_s * SAMPLE_RATE_HZ:
            return self._decode(samples, language)
        name, probability = language_of(self._model, samples)
        if name == language or probability < self._decoding.switch_probability:
            return self._decode(samples, language)
        return (replace(passage, language=name) for passage in self._decode(samples, name))

    @property
    def english_fingerprint(self) -> str:
        """Name the model and its settings; see `Interpreter`."""
        return fingerprint("whisper-english", self.fingerprint, 1)

    def into_english(self, pcm: Pcm, transcript: Transcript, *, progress: Progress) -> Transcript:
        """Return *transcript* with English beside it; see `Interpreter.into_english`."""
        progress.start("english", pcm.duration_s * pcm.channels)
        room = enter(pcm, self._decoding.activity)

        def decode(samples: "Samples", language: str) -> Iterator[Passage]:
            return self._decode(samples, language, task="translate")

        heard = passages(room, transcript, decode=decode, gates=self._decoding.gates, progress=progress)
        done = beside(transcript, heard)
        progress.finish(f"{sum(segment.english is not None for segment in done.segments)} segments")
        return done

    def _decode(self, samples: "Samples", language: str, *, task: str = "transcribe") -> Iterator[Passage]:
        hints = ", ".join(self._vocabulary.terms[: self._decoding.hotwords]) or None
        found, _info = self._model.transcribe(
            samples,
            language=language,
            task=task,
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
        votes: dict[str, float] = {}
        for chunk, channel in sorted(found, key=lambda pair: -pair[0].length_s)[:_LANGUAGE_CHUNKS]:
            piece = chunk.pieces[0]
            name, probability = language_of(self._model, between(room.pcm, piece.start, piece.end, channel=channel))
            votes[name] = votes.get(name, 0.0) + probability * (piece.end - piece.start)
            if probability > 0.9 and chunk.length_s > 10:
                break
        return max(votes, key=lambda name: votes[name]) if votes else "en"

    @property
    def _model(self) -> "WhisperModel":
        if self._loaded is None:
            self._loaded = load(self._model_dir, threads=self._threads)
        return self._loaded


def _passage(segment: "Heard") -> Passage:
    words = tuple(Word(word.start, word.end, word.word, word.probability) for word in segment.words or ())
    mean = sum(word.probability for word in words) / len(words) if words else 0.0
    signs = Signs(segment.text, segment.avg_logprob, segment.no_speech_prob, mean)
    return Passage(segment.start, segment.end, words, signs)
