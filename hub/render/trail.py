"""The audit trail as CSV, JSON or PDF, a change of a field a row, with what proves it whole."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from hub.domain.audit import each_field, stamp
from hub.render.html import templates
from hub.render.pdf import printed
from hub.render.reconciliation import cell

COLUMNS = (
    "number", "at", "actor", "kind", "record_id", "field", "old", "new", "reason", "agreement", "message_id", "hash",
)  # fmt: skip


def rows(kept: Iterable[Any]) -> Iterator[dict[str, Any]]:
    """Return each change of a field in the entries of `hub.storage.audit` as a row with the names of `COLUMNS`."""
    for one in kept:
        for change in each_field(one.entry):
            values = {name: getattr(change, name) for name in COLUMNS[2:-1]}
            yield {"number": one.seq, "at": stamp(change.at), **values, "hash": one.hash}


def as_csv(kept: Iterable[Any]) -> Iterator[str]:
    """Return the trail line by line, in flat memory; what a spreadsheet would take for a formula is quoted."""
    yield _line(COLUMNS)
    for row in rows(kept):
        yield _line([cell(row[name]) for name in COLUMNS])


def as_json(kept: Iterable[Any], proof: dict[str, Any]) -> Iterator[str]:
    """Return one JSON object in pieces: *proof* and the entries."""
    yield json.dumps(proof, ensure_ascii=False)[:-1] + ', "entries": ['
    for number, row in enumerate(rows(kept)):
        yield (",\n" if number else "\n") + json.dumps(row, ensure_ascii=False)
    yield "\n]}\n"


def as_pdf(kept: Iterable[Any], proof: dict[str, Any]) -> bytes:
    """Return the trail for paper. FatalError with the install line where Pango is missing."""
    return printed(templates().get_template("trail.html").render(rows=list(rows(kept)), proof=proof))


def _line(values: Iterable[Any]) -> str:
    stream = io.StringIO()
    csv.writer(stream).writerow(values)
    return stream.getvalue()
