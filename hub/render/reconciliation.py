"""The reconciliation report as text, JSON, CSV or a page."""

import csv
import io
from typing import Any

from hub.domain import wire
from hub.domain.errors import UsageError
from hub.render.html import templates

FORMATS = ("text", "json", "csv", "html")
_COLUMNS = ("kind", "record_id", "external_id", "system", "field", "hub", "theirs", "cause")


def render(report: Any, format: str) -> str:
    """Return a report of `hub.services.sync.reconcile` in *format*. UsageError for another format."""
    if format == "json":
        return wire.dumps(report, indent=1)
    if format == "csv":
        return _csv(report)
    if format == "html":
        return templates().get_template("reconciliation.html").render(report=report, columns=_COLUMNS)
    if format == "text":
        return _text(report)
    raise UsageError(f"--format {format}: is none of {', '.join(FORMATS)}")


def _csv(report: Any) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(_COLUMNS)
    for one in report.differences:
        writer.writerow([cell(getattr(one, name)) for name in _COLUMNS])
    return stream.getvalue()


def cell(value: Any) -> str:
    """Return a value for a cell; a spreadsheet must not take it for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") else text


def _text(report: Any) -> str:
    lines = [f"{one.side}: {one.records} {one.kind.replace('_', ' ')} records" for one in report.tallies]
    lines += [f"not read: {one}" for one in report.unread]
    for one in report.differences:
        place = f"{one.kind} {one.record_id or one.external_id}{', ' + one.field if one.field else ''}"
        lines.append(f"{place}: hub {one.hub!r}, {one.system} {one.theirs!r} ({one.cause})")
    count = len(report.differences)
    lines.append(f"{count} difference" if count == 1 else f"{count} differences")
    return "\n".join(lines) + "\n"
