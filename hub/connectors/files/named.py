"""What a file calls its columns, declared or not: for who writes the YAML that reads it."""

import json
from contextlib import closing
from itertools import islice
from typing import BinaryIO

from hub.connectors.files.config import Files, Records
from hub.connectors.files.delimited import csv_header
from hub.connectors.files.lines import lines
from hub.connectors.files.places import Place
from hub.connectors.files.ready import matching
from hub.connectors.files.workbook import workbook_header
from hub.connectors.odm.rows import FORMATS, items

_LOOKED_AT = 200
"""Records that are looked at where each has names of its own."""


def names_in(place: Place, config: Files, kind: str) -> set[str]:
    """Return the names that the newest file of *kind* has; none where there is no file. Errors as of `Source.pull`."""
    records = config.kinds[kind]
    found = sorted(matching(place.files(), records.files, config.done_marker), key=lambda one: one.mtime)
    stream = place.open(found[-1].name, max_bytes=config.max_mib * 2**20) if found else None
    if stream is None:
        return set()
    with closing(stream):
        return {name for name in _names(stream, config, records) if name}


def _names(stream: BinaryIO, config: Files, records: Records) -> set[str]:
    if records.format == "csv":
        return set(csv_header(stream, records))
    if records.format == "jsonl":
        return {name for line in islice(lines(stream, records.encoding), _LOOKED_AT) for name in _keys(line.text)}
    if records.format in FORMATS:
        said = islice(items(stream, records.format, records.kind), _LOOKED_AT)
        return {name for _, item in said if isinstance(item, dict) for name in item}
    return set(workbook_header(stream, records, unpacked_bytes=config.max_unpacked_mib * 2**20))


def _keys(text: str) -> list[str]:
    try:
        told = json.loads(text)
    except ValueError:
        return []
    return list(told) if isinstance(told, dict) else []
