"""The communication log as CSV or JSON, each version of a message a row."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from datetime import UTC
from typing import Any

from hub.domain.communications import Logged
from hub.render.reconciliation import cell

COLUMNS = (
    "number", "message", "thread", "study", "channel", "platform", "kind", "version", "author", "author_id", "said_at",
    "stands_since", "kept_at", "text", "files", "sha256",
)  # fmt: skip


def row(one: Logged) -> dict[str, Any]:
    """Return an entry by the names of `COLUMNS`; times are UTC."""
    said, channel = one.said, one.channel
    times = (at.astimezone(UTC).isoformat() for at in (said.at, said.stands_since, one.kept_at))
    values = (
        one.number, one.message, one.thread, channel.study, channel.name, channel.platform, str(said.kind),
        said.version, said.author, said.author_id, *times, said.text, "; ".join(said.files), one.sha256,
    )  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True))


def as_csv(entries: Iterable[Logged]) -> Iterator[str]:
    """Return the log line by line, in flat memory; what a spreadsheet would take for a formula is quoted."""
    yield _line(COLUMNS)
    for one in entries:
        yield _line([cell(value) for value in row(one).values()])


def as_json(entries: Iterable[Logged]) -> Iterator[str]:
    """Return one JSON array in pieces."""
    yield "["
    for number, one in enumerate(entries):
        yield (",\n" if number else "\n") + json.dumps(row(one), ensure_ascii=False)
    yield "\n]\n"


def _line(values: Iterable[Any]) -> str:
    stream = io.StringIO()
    csv.writer(stream).writerow(values)
    return stream.getvalue()
