"""Questions in Vault Query Language: literals quoted, lists walked by time and id."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from hub.domain.errors import RejectedError

LONGEST = 50_000
"""Letters of a query that a vault takes."""


def quoted(text: str) -> str:
    """Return *text* as a VQL literal. RejectedError for what no literal can hold."""
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise RejectedError("a value for a VQL query holds what is no text")
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def literal(value: str | int) -> str:
    """Return an id as VQL writes it: those of documents are numbers."""
    return str(value) if isinstance(value, int) else quoted(value)


def time(moment: datetime) -> str:
    """Return a time as VQL takes it: UTC, milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def select(
    fields: Iterable[str],
    of: str,
    conditions: Sequence[str | None],
    *,
    order: str | None = None,
    size: int | None = None,
) -> str:
    """Return a query. RejectedError where it is longer than a vault takes."""
    wanted = [f"({condition})" for condition in conditions if condition]
    query = f"SELECT {', '.join(sorted(set(fields)))} FROM {of}"  # noqa: S608  # names are checked, values quoted
    query += f" WHERE {' AND '.join(wanted)}" if wanted else ""
    query += f" ORDER BY {order} ASC, id ASC" if order else ""
    query += f" PAGESIZE {size}" if size else ""
    if len(query) > LONGEST:
        raise RejectedError(f"a VQL query of {len(query)} letters; {LONGEST} are the most")
    return query


def after(field: str, last: tuple[str, str | int]) -> str:
    """Return what comes after a row in the order of *field* and id: a page can be had whatever moved before it."""
    moment, known = quoted(last[0]), literal(last[1])
    return f"{field} > {moment} OR ({field} = {moment} AND id > {known})"


def among(field: str, values: Iterable[str | int]) -> str:
    """Return the condition that a field holds one of *values*."""
    return f"{field} CONTAINS ({', '.join(literal(value) for value in values)})"
