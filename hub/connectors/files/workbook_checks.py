"""Whether an XLSX file may be opened: no zip bomb, no document types (and so no entities), every part whole."""

import re
import zipfile
import zlib
from typing import BinaryIO, NoReturn
from xml.parsers import expat

from hub.domain.errors import RejectedError

_CHUNK = 256 * 1024
_PARTS = 5000
_FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")


class _RootReachedError(Exception):
    """The prolog is over: no document type can follow."""


def check_workbook(stream: BinaryIO, *, unpacked_bytes: int) -> bool:
    """Read every part of the workbook once; return whether any sheet has formulas.

    RejectedError when it is no workbook, is damaged, declares a document type, or unpacks to more than
    *unpacked_bytes*.
    """
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:
            return _check_parts(archive, unpacked_bytes)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise RejectedError("it is no whole XLSX workbook (damaged, or locked with a password)") from error


def _check_parts(archive: zipfile.ZipFile, unpacked_bytes: int) -> bool:
    parts = archive.infolist()
    if len(parts) > _PARTS:
        raise RejectedError(f"it has more than {_PARTS} parts")
    # what the directory claims binds what is read: zipfile stops there and then finds the checksum wrong
    if sum(part.file_size for part in parts) > unpacked_bytes:
        raise RejectedError(f"it unpacks to more than {unpacked_bytes // 1024**2} MiB")
    formulas = [_check_part(archive, part) for part in parts]
    return any(formulas)


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    prolog, formula, tail = _Prolog(part.filename), False, b""
    with archive.open(part) as content:
        while chunk := content.read(_CHUNK):
            prolog.feed(chunk)
            formula = formula or bool(_FORMULA.search(tail + chunk))
            tail = chunk[-16:]
    return formula and part.filename.startswith("xl/worksheets/")


class _Prolog:
    """Watches what comes before the first element of one part."""

    def __init__(self, name: str) -> None:
        self._open = name.lower().endswith((".xml", ".rels", ".vml"))
        self._parser = expat.ParserCreate()
        self._parser.StartDoctypeDeclHandler = _refuse
        self._parser.StartElementHandler = _reached

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes. RejectedError when they declare a document type or are no XML."""
        if not self._open:
            return
        try:
            self._parser.Parse(chunk, False)  # noqa: FBT003  # expat takes it by position only
        except _RootReachedError:
            self._open = False
        except expat.ExpatError as error:
            raise RejectedError("a part of it is no XML") from error


def _refuse(*declared: object) -> NoReturn:
    del declared
    raise RejectedError("it declares a document type, which no spreadsheet does")


def _reached(*element: object) -> NoReturn:
    del element
    raise _RootReachedError
