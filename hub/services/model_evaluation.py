"""How well a recognizer hears: its words against the reference texts of clips."""

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from hub.domain.errors import RejectedError, UsageError
from hub.domain.meeting import Meeting
from hub.ports import Decoder, Progress, Recognizer
from hub.services.word_errors import word_errors


@dataclass(frozen=True, slots=True)
class Clip:
    """A recording with what is said in it; *language* is None where it shall be found."""

    audio: Path
    text: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """Words of the reference and how many were heard wrong; *seconds* of sound, *took_s* to hear them.

    *refused* says why a clip could not be heard; it then counts nowhere.
    """

    clip: str
    words: int = 0
    wrong: int = 0
    seconds: float = 0.0
    took_s: float = 0.0
    refused: str | None = None

    @property
    def wer(self) -> float | None:
        """Word error rate, None where the reference has no word; insertions may bring it above 1."""
        return self.wrong / self.words if self.words else None

    @property
    def real_time_factor(self) -> float:
        """Seconds of work for a second of sound."""
        return self.took_s / self.seconds if self.seconds else 0.0


def read_clips(folder: Path, *, language: str | None = None) -> tuple[Clip, ...]:
    """Return the clips that *folder*/refs.jsonl lists: a line each with `audio` and `text`, perhaps `language`.

    UsageError naming the list, or its first line that is none.
    """
    listed = folder / "refs.jsonl"
    if not listed.is_file():
        raise UsageError(f"{listed}: there is no such list; each line names a clip: audio, text")
    lines = enumerate(listed.read_text(encoding="utf-8").splitlines(), 1)
    return tuple(
        _clip(line, folder, language, where=f"{listed}, line {number}") for number, line in lines if line.strip()
    )


def _clip(line: str, folder: Path, language: str | None, *, where: str) -> Clip:
    try:
        entry = json.loads(line)
        return Clip(folder / str(entry["audio"]), str(entry["text"]), entry.get("language", language))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{where}: not a clip; it needs audio and text") from error


def evaluate(
    recognizer: Recognizer,
    decoder: Decoder,
    clips: Iterable[Clip],
    *,
    scratch: Path,
    progress: Progress,
    seconds_now: Callable[[], float] = time.perf_counter,
) -> list[Score]:
    """Return a score for each clip, in order; a clip that cannot be heard is set aside with its reason."""
    scores = []
    for clip in clips:
        try:
            scores.append(_score(recognizer, decoder, clip, scratch, progress, seconds_now))
        except RejectedError as error:
            scores.append(Score(clip.audio.name, refused=str(error)))
    return scores


def total(scores: Iterable[Score]) -> Score:
    """Return all clips with a reference as one; a clip without one has no rate, so it cannot count in theirs."""
    heard = [score for score in scores if score.refused is None and score.words]
    return Score(
        "all",
        words=sum(score.words for score in heard),
        wrong=sum(score.wrong for score in heard),
        seconds=sum(score.seconds for score in heard),
        took_s=sum(score.took_s for score in heard),
    )


def _score(
    recognizer: Recognizer,
    decoder: Decoder,
    clip: Clip,
    scratch: Path,
    progress: Progress,
    seconds_now: Callable[[], float],
) -> Score:
    pcm = decoder.decode(clip.audio, scratch / "clip.s16", channels="mix", progress=progress)
    began = seconds_now()
    transcript = recognizer.transcribe(pcm, Meeting("clip"), language=clip.language, progress=progress)
    took_s = seconds_now() - began
    wrong, words = word_errors(clip.text, " ".join(segment.text for segment in transcript.segments))
    return Score(clip.audio.name, words, wrong, pcm.duration_s, took_s)
