"""What every format is read into: rows of the declared columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.domain.errors import RejectedError
from hub.domain.swift import swift


@swift
@dataclass(frozen=True, slots=True)
class Row:
    """One row as it was found."""

    place: str
    """Line or sheet row, as a person would look it up."""
    raw: bytes
    values: Mapping[str, Any]
    """Declared column to cell: text, or the JSON or Excel value; a column that is absent is left out."""
    problem: str | None = None
    """Why it cannot be used; *values* then holds what could be read, such as its id."""


def plain(name: object) -> str:
    """Return a header as it is compared: without case and doubled blanks."""
    return " ".join(str(name).split()).casefold()


def positions(header: Sequence[object], needed: Sequence[str], wanted: Sequence[str]) -> dict[str, int]:
    """Return declared column to position. RejectedError when one is missing, or stands there twice."""
    names = [plain(name) for name in header]
    if missing := [column for column in needed if plain(column) not in names]:
        raise RejectedError(f"its header has no {', '.join(repr(column) for column in missing)}")
    if twice := [column for column in wanted if names.count(plain(column)) > 1]:
        raise RejectedError(f"its header has {', '.join(repr(column) for column in twice)} more than once")
    return {column: names.index(plain(column)) for column in wanted if plain(column) in names}
