"""Whisper through faster-whisper: voice activity first, chunks cut at pauses, every segment checked."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hub.domain.audio import Pcm
from hub.domain.errors import FatalError
from hub.domain.fingerprint import fingerprint
from hub.domain.meeting import Meeting
from hub.domain.transcript import Coverage, Segment, Suppressed, Transcript, Word
from hub.nlp.recognize.chunks import Chunk, between, packed
from hub.nlp.recognize.gates import Gates, Signs, disbelief
from hub.nlp.recognize.leaks import without_leaks
from hub.nlp.recognize.sentences import numbered, segments
from hub.nlp.vocabulary import Vocabulary
from hub.nlp.voice_activity import Activity, speech
from hub.ports import Progress

if TYPE_CHECKING:
    from faster_whisper import WhisperModel
    from faster_whisper.transcribe import Segment as Heard

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
        self.fingerprint = fingerprint("whisper", revision, self._decoding, vocabulary.terms)

    def transcribe(self, pcm: Pcm, meeting: Meeting, *, language: str | None, progress: Progress) -> Transcript:
        """Return what was said; see `Recognizer.transcribe`."""
        channels = [None] if pcm.channels == 1 else list(range(pcm.channels))
        progress.start("recognize", pcm.duration_s * len(channels))
        heard = _Heard()
        spoken = {channel: speech(pcm, self._decoding.activity, channel=channel) for channel in channels}
        chunks = {channel: packed(spans) for channel, spans in spoken.items()}
        language = language or self._language(pcm, chunks)
        for place, channel in enumerate(channels):
            speaker = None if channel is None else f"Speaker {channel + 1}"
            words: list[Word] = []
            for chunk in chunks[channel]:
                words += self._words(pcm, chunk, channel, language, heard)
                progress.advance(place * pcm.duration_s + chunk.end)
            heard.segments += segments(words, speaker=speaker)
        kept, leaked = without_leaks(pcm, heard.segments)
        progress.finish(f"{sum(len(segment.words) for segment in kept)} words")
        spans = [span for found in spoken.values() for span in found]
        coverage = Coverage(
            duration_s=pcm.duration_s,
            speech_s=sum(span.end - span.start for span in spans),
            transcribed_s=sum(segment.end - segment.start for segment in kept),
            suppressed=tuple(sorted([*heard.suppressed, *leaked], key=lambda s: s.start)),
        )
        return Transcript(meeting, language, numbered(kept), coverage)

    def _words(self, pcm: Pcm, chunk: Chunk, channel: int | None, language: str, heard: "_Heard") -> list[Word]:
        """Decode one chunk; what is not believed goes to the suppressed."""
        import numpy as np

        samples = np.concatenate([between(pcm, p.start, p.end, channel=channel) for p in chunk.pieces])
        words: list[Word] = []
        for segment in self._decode(samples, language):
            placed = _placed(segment, chunk)
            reason = disbelief(_signs(segment), self._decoding.gates)
            if reason is None:
                words += placed
                continue
            start, end = chunk.original(segment.start), chunk.original(segment.end)
            heard.suppressed.append(Suppressed(_time(start), _time(end), segment.text.strip(), reason))
        return words

    def _decode(self, samples: Any, language: str) -> "Iterable[Heard]":
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
        heard: Iterable[Heard] = found
        return heard

    def _language(self, pcm: Pcm, chunks: dict[int | None, list[Chunk]]) -> str:
        """Return the language that most of the longest chunks are in, weighed by the model's own certainty."""
        if not self._model.model.is_multilingual:
            return "en"
        found = sorted(
            ((chunk, channel) for channel, own in chunks.items() for chunk in own),
            key=lambda pair: -pair[0].length_s,
        )
        votes: Counter[str] = Counter()
        for chunk, channel in found[:_LANGUAGE_CHUNKS]:
            piece = chunk.pieces[0]
            samples = between(pcm, piece.start, piece.end, channel=channel)
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


@dataclass(slots=True)
class _Heard:
    segments: list[Segment] = field(default_factory=list)
    suppressed: list[Suppressed] = field(default_factory=list)


def _placed(segment: "Heard", chunk: Chunk) -> list[Word]:
    words = []
    for word in segment.words or ():
        start, end = chunk.original(word.start), chunk.original(word.end)
        words.append(Word(_time(start), _time(max(start, end)), word.word, round(float(word.probability), 3)))
    return words


def _time(seconds: float) -> float:
    return round(float(seconds), 2)


def _signs(segment: "Heard") -> Signs:
    words = segment.words or []
    mean = sum(word.probability for word in words) / len(words) if words else 0.0
    return Signs(segment.text, segment.avg_logprob, segment.no_speech_prob, mean)
