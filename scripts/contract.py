#!/usr/bin/env python3
"""Write what others build on: schemas of records and events into docs/schemas, and docs/asyncapi.yaml.

--check only tells whether they are current and additive to the last release; --release makes them the last release.
"""

import json
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from hub.connectors.kafka.consumer import ID_HEADER
from hub.domain.records.evolution import breaks
from hub.domain.records.kinds import KINDS
from hub.domain.records.schema import VERSION, event_schema, event_type, record_schema
from hub.domain.sync import RECORDS_TOPIC

ROOT = Path(__file__).resolve().parent.parent
SCHEMAS = ROOT / "docs" / "schemas"
RELEASED = SCHEMAS / "released"
PAGE = ROOT / "docs" / "asyncapi.yaml"
HEAD = "# Made from the code by scripts/contract.py; do not edit.\n"
BINDING = "0.5.0"


def schemas() -> dict[str, dict[str, Any]]:
    """Return every schema by its path below docs/schemas."""
    records = {f"records/{kind}.{VERSION}.json": record_schema(kind) for kind in KINDS}
    return records | {f"events/changed.{VERSION}.json": event_schema()}


def asyncapi() -> dict[str, Any]:
    """Return the AsyncAPI 3.0 description of what the hub publishes."""
    names = {kind: f"{kind}_changed" for kind in KINDS}
    told = [{"$ref": f"#/channels/records/messages/{name}"} for name in names.values()]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Liaison hub",
            "version": tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"],
            "description": "Events of the hub: CloudEvents 1.0 in binary mode. At least once, in order by record: "
            "drop an id you have seen, and keep fields, headers and codes that you do not know.",
        },
        "defaultContentType": "application/json",
        "channels": {
            "records": {
                "address": RECORDS_TOPIC,
                "description": "Every change of every record.",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names.values()},
                "bindings": {"kafka": {"topic": RECORDS_TOPIC, "bindingVersion": BINDING}},
            }
        },
        "operations": {
            "tell": {
                "action": "send",
                "channel": {"$ref": "#/channels/records"},
                "summary": "A record has changed, by a party's system or a person.",
                "messages": told,
            },
            "deliver": {
                "action": "receive",
                "channel": {"$ref": "#/channels/records"},
                "summary": "The hub's own workers bring the change to the systems that are to have it.",
                "messages": [dict(one) for one in told],
            },
        },
        "components": {
            "messages": {name: message(kind, name) for kind, name in names.items()},
            "schemas": {"headers": headers()},
        },
    }


def message(kind: str, name: str) -> dict[str, Any]:
    """Return the message that tells of a change of one kind of record."""
    return {
        "name": name,
        "title": event_type(kind),
        "summary": f"A record of kind {kind} has changed.",
        "contentType": "application/json",
        "headers": {
            "allOf": [
                {"$ref": "#/components/schemas/headers"},
                {"type": "object", "properties": {"ce_type": {"const": event_type(kind)}}},
            ]
        },
        "payload": {
            "schemaFormat": "application/schema+json;version=2020-12",
            "schema": {
                "allOf": [
                    {"$ref": f"schemas/events/changed.{VERSION}.json"},
                    {
                        "type": "object",
                        "properties": {
                            "kind": {"const": kind},
                            "fields": {"$ref": f"schemas/records/{kind}.{VERSION}.json"},
                        },
                    },
                ]
            },
        },
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": "The hub's id of the record."},
                "bindingVersion": BINDING,
            }
        },
    }


def headers() -> dict[str, Any]:
    """Return the schema of the headers that every event has."""
    told: dict[str, dict[str, Any]] = {
        "ce_specversion": {"type": "string", "const": "1.0"},
        "ce_id": {"type": "string", "description": "The same when an event comes again."},
        "ce_source": {"type": "string", "format": "uri-reference"},
        "ce_type": {"type": "string", "description": "Ends in the version of the schema of the body."},
        "ce_subject": {"type": "string", "description": "The hub's id of the record."},
        "ce_time": {"type": "string", "format": "date-time"},
        "content-type": {"type": "string", "const": "application/json"},
        "traceparent": {
            "type": "string",
            "pattern": "^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$",
            "description": "W3C Trace Context; only where the change is traced.",
        },
        ID_HEADER: {"type": "string", "description": "On Kafka; equals ce_id."},
    }
    required = [name for name in told if name not in ("traceparent", ID_HEADER)]
    return {"type": "object", "properties": told, "required": required}


def text_of(schema: Mapping[str, Any]) -> str:
    """Return a schema as the text of its file."""
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def page() -> str:
    """Return the text of docs/asyncapi.yaml."""
    return HEAD + yaml.safe_dump(asyncapi(), sort_keys=False, allow_unicode=True, width=120)


def files() -> dict[Path, str]:
    """Return every file and the text that it should have."""
    made = {SCHEMAS / path: text_of(schema) for path, schema in schemas().items()}
    return made | {PAGE: page()}


def stale() -> list[str]:
    """Return the files that are missing, differ from the code, or have no kind of record any more."""
    wanted = files()
    there = {path for folder in ("records", "events") for path in (SCHEMAS / folder).glob("*.json")}
    return sorted(
        str(path.relative_to(ROOT))
        for path in wanted.keys() | there
        if path not in wanted or not path.is_file() or path.read_text(encoding="utf-8") != wanted[path]
    )


def broken(released: Path = RELEASED) -> list[str]:
    """Return what breaks those who build on the last release, one line each."""
    present, found = schemas(), []
    for path in sorted(released.rglob("*.json")):
        name = path.relative_to(released).as_posix()
        if name not in present:
            found.append(f"{name}: is gone")
        else:
            old = json.loads(path.read_text(encoding="utf-8"))
            found += [f"{name}: {line}" for line in breaks(old, present[name])]
    return found


def main() -> int:
    """Return 1 when --check finds something stale, or a change since the last release is not additive."""
    faults = broken() + ([f"{name}: out of date" for name in stale()] if "--check" in sys.argv else [])
    for line in faults:
        print(line, file=sys.stderr)
    if faults or "--check" in sys.argv:
        return int(bool(faults))
    wanted = files()
    if "--release" in sys.argv:
        wanted |= {RELEASED / path: text_of(schema) for path, schema in schemas().items()}
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
