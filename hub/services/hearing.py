"""A recording becomes a transcript, stage by stage, each finished stage kept."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TypeVar

import structlog

from hub.domain import wire
from hub.domain.audio import Pcm, Turn
from hub.domain.errors import FatalError, UsageError
from hub.domain.fingerprint import fingerprint
from hub.domain.meeting import Meeting
from hub.domain.transcript import Transcript, speaks_other_than_english
from hub.ports import BlobStore, Decoder, Diarizer, Interpreter, Progress, Recognizer, StageStore

T = TypeVar("T")

log = structlog.get_logger()

STAGES = ("decode", "recognize", "diarize", "speakers", "english")
"""The stages whose results are kept; the refinements after them take no time worth keeping."""


@dataclass(frozen=True, slots=True)
class Refinement:
    """A pure step over a transcript; *fingerprint* names its rules and settings."""

    name: str
    fingerprint: str
    apply: Callable[[Transcript], Transcript]


@dataclass(frozen=True, slots=True)
class Ears:
    """What a recording is heard with."""

    decoder: Decoder
    recognizer: Recognizer
    diarizer: Diarizer
    assign: Callable[[Transcript, tuple[Turn, ...]], Transcript]
    assign_fingerprint: str
    refinements: tuple[Refinement, ...]
    interpreter: Interpreter | None = None
    propose: Callable[[Transcript, Callable[[], Pcm]], Transcript] | None = None
    """Proposes names for voices that have none; its result is kept with the transcript only, never as a stage."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """What is asked for: *channels* auto, mix or split; *language* a code or None; stages to do again."""

    channels: str = "auto"
    language: str | None = None
    redo: frozenset[str] = frozenset()


def digest(source: Path) -> str:
    """Return the SHA-256 of a file in hex. UsageError when it cannot be read."""
    try:
        with source.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise UsageError(f"{source}: cannot be read ({error.strerror})") from error


def hear(
    source: Path,
    meeting: Meeting,
    *,
    ears: Ears,
    hearing: Hearing,
    blobs: BlobStore,
    stages: StageStore,
    work: Path,
    progress: Progress,
) -> Transcript:
    """Return the transcript of *source*; a stage that finished before with the same fingerprint is not run again.

    Decoded samples lie in *work* while they are needed. Raises what the ports raise; stored stages stay.
    """
    kept = _Kept(stages, digest(source), hearing.redo, progress)
    heard_with = fingerprint("decode", ears.decoder.fingerprint, hearing.channels)

    @cache
    def pcm() -> Pcm:
        return _decoded(source, heard_with, ears=ears, hearing=hearing, blobs=blobs, kept=kept, work=work)

    # 1 words
    made_by = fingerprint("recognize", heard_with, ears.recognizer.fingerprint, hearing.language)
    recognize = _recognizing(ears.recognizer, pcm, meeting, hearing.language, progress)
    transcript = replace(kept.run("recognize", made_by, Transcript, recognize), meeting=meeting)
    # 2 voices, unless each channel carried one person
    if transcript.segments and all(segment.speaker is None for segment in transcript.segments):
        transcript = _with_voices(transcript, pcm, heard_with, made_by, ears=ears, kept=kept)
    # 3 English beside another language
    if ears.interpreter is not None and speaks_other_than_english(transcript):
        transcript = _with_english(transcript, pcm, made_by, interpreter=ears.interpreter, kept=kept)
    # 4 vocabulary and names
    for step in ears.refinements:
        transcript = step.apply(transcript)
        transcript = replace(transcript, models=transcript.models | {step.name: step.fingerprint})
    if ears.propose is not None:
        transcript = ears.propose(transcript, pcm)
    # 5 the samples are not needed any more
    _samples(work, kept.recording, heard_with).unlink(missing_ok=True)
    return transcript


class _Kept:
    """The stored stages of one recording."""

    def __init__(self, stages: StageStore, recording: str, redo: frozenset[str], progress: Progress) -> None:
        self._stages = stages
        self.recording = recording
        self._redo = redo
        self._progress = progress

    def load(self, stage: str, made_by: str, kind: type[T]) -> T | None:
        if stage in self._redo:
            return None
        text = self._stages.load(self.recording, stage, made_by)
        return None if text is None else wire.loads(kind, text)

    def save(self, stage: str, made_by: str, value: object) -> None:
        self._stages.save(self.recording, stage, made_by, wire.dumps(value))

    def run(self, stage: str, made_by: str, kind: type[T], compute: Callable[[], T]) -> T:
        kept = self.load(stage, made_by, kind)
        if kept is not None:
            self._progress.start(stage)
            self._progress.finish("kept from before")
            log.info("stage_kept", stage=stage, recording=self.recording[:12], made_by=made_by)
            return kept
        value = compute()
        self.save(stage, made_by, value)
        log.info("stage_done", stage=stage, recording=self.recording[:12], made_by=made_by)
        return value

    @property
    def progress(self) -> Progress:
        return self._progress


@dataclass(frozen=True, slots=True)
class _Turns:
    turns: tuple[Turn, ...]


def _recognizing(
    recognizer: Recognizer, pcm: Callable[[], Pcm], meeting: Meeting, language: str | None, progress: Progress
) -> Callable[[], Transcript]:
    def recognize() -> Transcript:
        sound = pcm()
        transcript = recognizer.transcribe(sound, meeting, language=language, progress=progress)
        coverage = replace(transcript.coverage, missing=sound.notes + transcript.coverage.missing)
        models = transcript.models | {"recognize": recognizer.fingerprint}
        return replace(transcript, coverage=coverage, models=models)

    return recognize


def _with_voices(
    transcript: Transcript, pcm: Callable[[], Pcm], heard_with: str, made_by: str, *, ears: Ears, kept: _Kept
) -> Transcript:
    voices_by = fingerprint("diarize", heard_with, ears.diarizer.fingerprint)
    turns = kept.run("diarize", voices_by, _Turns, lambda: _Turns(ears.diarizer.diarize(pcm(), progress=kept.progress)))
    spoken_by = fingerprint("speakers", made_by, voices_by, ears.assign_fingerprint)
    meeting = transcript.meeting
    transcript = kept.run("speakers", spoken_by, Transcript, lambda: ears.assign(transcript, turns.turns))
    models = transcript.models | {"diarize": ears.diarizer.fingerprint, "speakers": ears.assign_fingerprint}
    return replace(transcript, meeting=meeting, models=models)


def _with_english(
    transcript: Transcript, pcm: Callable[[], Pcm], made_by: str, *, interpreter: Interpreter, kept: _Kept
) -> Transcript:
    translated_by = fingerprint("english", made_by, interpreter.english_fingerprint)

    def translate() -> Transcript:
        return interpreter.into_english(pcm(), transcript, progress=kept.progress)

    heard = kept.run("english", translated_by, Transcript, translate)
    english = {segment.id: segment.english for segment in heard.segments}
    segments = tuple(replace(one, english=english.get(one.id, ())) for one in transcript.segments)
    models = transcript.models | {"english": interpreter.english_fingerprint}
    return replace(transcript, segments=segments, models=models)


def _samples(work: Path, recording: str, heard_with: str) -> Path:
    return work / f"{recording[:16]}-{heard_with.rpartition('#')[2]}.s16"


def _decoded(
    source: Path, heard_with: str, *, ears: Ears, hearing: Hearing, blobs: BlobStore, kept: _Kept, work: Path
) -> Pcm:
    target = _samples(work, kept.recording, heard_with)
    before = kept.load("decode", heard_with, Pcm)
    if before is not None and _whole(before, target):
        return replace(before, path=target)
    try:
        work.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FatalError(f"{work}: cannot be written ({error.strerror})") from error
    pcm = ears.decoder.decode(source, target, channels=hearing.channels, progress=kept.progress)
    blobs.put(source)
    kept.save("decode", heard_with, pcm)
    return pcm


def _whole(pcm: Pcm, target: Path) -> bool:
    return target.is_file() and target.stat().st_size == pcm.frames * pcm.channels * 2
