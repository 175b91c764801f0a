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
from hub.nlp.readers.text import text_of
from hub.nlp.readers.timed import looks_timed, timed_cues, told_language

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


def read_transcript(path: Path) -> Transcript:
    """Return the transcript in a file; what had to be bent is in the notes of its coverage.

    RejectedError naming the file when nothing in it can be used.
    """
    bends = Bends()
    lost: list[str] = []
    notes: list[str] = []
    language: str | None = None
    if is_sound(path):
        raise RejectedError(f"{path}: is a recording, no transcript; hub minutes and hub transcribe hear it")
    if _begins(path, b"PK"):
        cues = docx_cues(path, bends)
    else:
        text, notes = text_of(path)
        if text.lstrip("\ufeff \n\t").startswith("{"):
            return read_own(path)
        if _is_json_list(text):
            raise RejectedError(f"{path}: is a JSON list, not a transcript in the hub's form")
        if looks_timed(text):
            cues, lost = timed_cues(text, bends)
            language = told_language(text)
        else:
            cues = plain_cues(text, bends)
    if not cues and not lost and path.stat().st_size == 0:
        raise RejectedError(f"{path}: the file is empty (zero bytes)")
    found = _transcript(path, ordered(cues, bends), (*notes, *bends.notes()), tuple(lost))
    return replace(found, language=language) if language else found


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
