"""Lines of text files with their numbers and bytes, in bounded memory."""

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from hub.domain.swift import swift

LONGEST = 1024 * 1024
"""Bytes of the longest line that is read."""
_KEPT = 64 * 1024  # of a longer one, to show
_CHUNK = 1024 * 1024
_FOREIGN = "it holds bytes that are not in the declared encoding"
_UNUSABLE = re.compile("[\x00\ud800-\udfff]")
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


@swift
@dataclass(frozen=True, slots=True)
class Line:
    """One line with its end; what could not be decoded stands in *text* as lone surrogates."""

    number: int
    raw: bytes
    text: str
    problem: str | None = None


def lines(stream: BinaryIO, declared: Sequence[str]) -> Iterator[Line]:
    """Yield the lines of *stream* from its start, decoded as its byte order mark or the first fitting name says."""
    encoding, skip = _encoding(stream, declared)
    stream.seek(skip)
    wide = codecs.lookup(encoding).name.startswith("utf-16")
    end = "\n".encode(encoding if encoding != "utf-16" else "utf-16-le") if wide else b"\n"
    for number, raw in enumerate(_cut(stream, end), start=1):
        if len(raw) > LONGEST:
            yield Line(number, raw[:_KEPT], "", f"the line is longer than {LONGEST // 1024} KiB")
        else:
            yield _wide(number, raw, encoding) if wide else Line(number, raw, raw.decode(encoding, "surrogateescape"))


def _wide(number: int, raw: bytes, encoding: str) -> Line:
    try:
        return Line(number, raw, raw.decode(encoding))
    except UnicodeDecodeError:
        return Line(number, raw, "", _FOREIGN)


def broken(text: str) -> str | None:
    """Return why a line or cell cannot be used, None when it can."""
    if text.isascii() and "\x00" not in text:
        return None
    found = _UNUSABLE.search(text)
    return None if not found else "it holds a NUL byte" if found[0] == "\x00" else _FOREIGN


def _encoding(stream: BinaryIO, declared: Sequence[str]) -> tuple[str, int]:
    stream.seek(0)
    head = stream.read(4)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name, len(mark)
    fitting = (name for name in declared if len(declared) == 1 or _fits(stream, name))
    chosen = next(fitting, declared[0])
    return ("utf-16-le" if codecs.lookup(chosen).name == "utf-16" else chosen), 0


def _fits(stream: BinaryIO, encoding: str) -> bool:
    stream.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while chunk := stream.read(_CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _cut(stream: BinaryIO, end: bytes) -> Iterator[bytes]:
    """Yield the bytes up to and with each *end*; of a line that is too long, one byte more than the longest."""
    width, rest, cutting = len(end), b"", False
    while chunk := stream.read(_CHUNK):
        rest += chunk
        start = 0
        while (found := _find(rest, end, start, width)) >= 0:
            if cutting:
                cutting = False  # the tail of the long line
            else:
                yield rest[start : found + width]
            start = found + width
        rest = rest[start:]
        if cutting:
            rest = rest[-(len(rest) % width) :] if len(rest) % width else b""
        elif len(rest) > LONGEST + width:
            yield rest[: LONGEST + 1]
            rest, cutting = (rest[-(len(rest) % width) :] if len(rest) % width else b""), True
    if rest and not cutting:
        yield rest


def _find(data: bytes, end: bytes, start: int, width: int) -> int:
    found = data.find(end, start)
    while width > 1 and found >= 0 and (found - start) % width:
        found = data.find(end, found + 1)
    return found
