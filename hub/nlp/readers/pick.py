"""Which reader a file needs, by what is in it more than by its name."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

from hub.domain.errors import RejectedError
from hub.domain.meeting import Meeting
from hub.domain.transcript import Coverage, Transcript
from hub.nlp.readers.cue import Bends, Cue, ordered, passages
from hub.nlp.readers.docx import docx_cues
from hub.nlp.readers.own import read_own
from hub.nlp.readers.plain import plain_cues
from hub.nlp.readers.spoken import language_of, with_switches
from hub.nlp.readers.text import text_of
from hub.nlp.readers.timed import looks_timed, timed_cues, told_language
from hub.nlp.recognize.switches import Switch, notes

_SUFFIXES = frozenset({".vtt", ".srt", ".docx", ".txt", ".json", ".md", ".text", ".sbv"})
_SOUND = frozenset(
    {".wav", ".flac", ".mp3", ".m4a", ".ogg", ".opus", ".webm", ".mp4", ".mov", ".mkv", ".aac", ".wma", ".avi", ".oga"}
)

_SOUND_MARKS = (b"RIFF", b"RF64", b"fLaC", b"OggS", b"ID3", b"\x1aE\xdf\xa3", b"\xff\xfb", b"\xff\xf3")


def is_transcript(path: Path) -> bool:
    """Tell whether *path* is to be read rather than heard: by its name, else by its first bytes."""
    suffix = path.suffix.lower()
    if suffix in _SUFFIXES or suffix in _SOUND:
        return suffix in _SUFFIXES
    with path.open("rb") as stream:
        head = stream.read(4096)
    return head.count(0) == 0 and head.lstrip().startswith((b"WEBVTT", b"{"))


def read_transcript(path: Path, *, language: str | None = None, usual: str | None = None) -> Transcript:
    """Return the transcript in a file; what had to be bent is in the notes of its coverage.

    Its language is *language*, else what the file says, else *usual*, else what is noticed of the text, else English.
    Passages in another one have their own. RejectedError naming the file when nothing in it can be used.
    """
    bends = Bends()
    lost: list[str] = []
    encoding: list[str] = []
    told: str | None = None
    if is_sound(path):
        raise RejectedError(f"{path}: is a recording, no transcript; hub minutes and hub transcribe hear it")
    if _begins(path, b"PK"):
        cues = docx_cues(path, bends)
    else:
        text, encoding = text_of(path)
        if text.lstrip("\ufeff \n\t").startswith("{"):
            return _own(path, language, usual)
        if _is_json_list(text):
            raise RejectedError(f"{path}: is a JSON list, not a transcript in the hub's form")
        if looks_timed(text):
            cues, lost = timed_cues(text, bends)
            told = told_language(text)
        else:
            cues = plain_cues(text, bends)
    if not cues and not lost and path.stat().st_size == 0:
        raise RejectedError(f"{path}: the file is empty (zero bytes)")
    found = _transcript(path, ordered(cues, bends), (*encoding, *bends.notes()), tuple(lost))
    return spoken_in(found, language or told or usual)


def spoken_in(transcript: Transcript, language: str | None) -> Transcript:
    """Return *transcript* in *language*, or the one that is noticed, with the passages that are in another one."""
    main = short(language) if language else language_of(transcript.segments) or "en"
    segments = with_switches(transcript.segments, main, named=bool(language))
    switches = [Switch(one.start, one.end, one.language) for one in segments if one.language]
    coverage = replace(transcript.coverage, notes=(*transcript.coverage.notes, *notes(switches)))
    return replace(transcript, language=main, segments=segments, coverage=coverage)


def short(language: str) -> str:
    """Return the language of a locale name: `de-DE` and `de_DE` are de."""
    return language.replace("_", "-").partition("-")[0].casefold()


def _own(path: Path, language: str | None, usual: str | None) -> Transcript:
    """Return the hub's own form: one that names its language has that of its passages, too."""
    read, told = read_own(path)
    if told and language is None:
        return read
    return spoken_in(read, language or usual)


def _transcript(path: Path, cues: list[Cue], notes: tuple[str, ...], lost: tuple[str, ...]) -> Transcript:
    segments = passages(cues)
    spoken = sum(segment.end - segment.start for segment in segments)
    whole = max((segment.end for segment in segments), default=0.0)
    coverage = Coverage(round(whole, 3), round(spoken, 3), round(spoken, 3), notes=notes, missing=lost)
    key = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    return Transcript(Meeting(f"tr-{key}", path.stem), "en", segments, coverage)


def is_sound(path: Path) -> bool:
    """Tell by its first bytes whether *path* is a recording in one of the common containers."""
    return any(_begins(path, mark) for mark in _SOUND_MARKS) or _begins(path, b"ftyp", skip=4)


def _is_json_list(text: str) -> bool:
    if not text.lstrip("\ufeff \n\t").startswith("["):
        return False  # plain text may begin with a time in brackets; it is no JSON then
    try:
        return isinstance(json.loads(text), list)
    except (json.JSONDecodeError, RecursionError):
        return False


def _begins(path: Path, mark: bytes, *, skip: int = 0) -> bool:
    try:
        with path.open("rb") as stream:
            return stream.read(skip + len(mark))[skip:] == mark
    except OSError as error:
        raise RejectedError(f"{path}: cannot be read ({error.strerror})") from error
