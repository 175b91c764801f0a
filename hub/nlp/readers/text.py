"""Bytes of a text file as text, whatever wrote it."""

import codecs
from pathlib import Path

from hub.domain.errors import RejectedError

_LARGEST_BYTES = 200_000_000
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def text_of(path: Path) -> tuple[str, list[str]]:
    """Return the text of *path* and notes on its encoding. RejectedError when it is no text."""
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise RejectedError(f"{path}: larger than {_LARGEST_BYTES // 1_000_000} MB; that is no transcript")
        raw = path.read_bytes()
    except OSError as error:
        raise RejectedError(f"{path}: cannot be read ({error.strerror})") from error
    text, notes = decoded(raw, path)
    return text.replace("\r\n", "\n").replace("\r", "\n"), notes


def decoded(raw: bytes, path: Path) -> tuple[str, list[str]]:
    """Return *raw* as text: by its mark, as UTF-8, as UTF-16 without a mark, else as Windows-1252."""
    for mark, name in _MARKS:
        if raw.startswith(mark):
            return raw.decode(name, errors="replace"), [] if name == "utf-8-sig" else [f"read as {name.upper()}"]
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    if text or not raw:
        return _without_nul(text, path), []
    if raw[1:200:2].count(0) > len(raw[1:200:2]) // 2:
        return raw.decode("utf-16-le", errors="replace"), ["read as UTF-16 without a mark"]
    if raw[0:200:2].count(0) > len(raw[0:200:2]) // 2:
        return raw.decode("utf-16-be", errors="replace"), ["read as UTF-16 without a mark"]
    return _without_nul(raw.decode("cp1252", errors="replace"), path), ["read as Windows-1252"]


def _without_nul(text: str, path: Path) -> str:
    if text[:4000].count("\0") > 3:
        if text[1:200:2].count("\0") > len(text[1:200:2]) // 2:
            return text.replace("\0", "")
        raise RejectedError(f"{path}: is no text; a transcript is VTT, SRT, DOCX, plain text or the hub's JSON")
    return text.replace("\0", "")
