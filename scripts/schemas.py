#!/usr/bin/env python3
"""Write the JSON Schemas of transcript and minutes into docs/schemas; --check only tells whether they are current."""

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from hub.domain.minutes import Minutes
from hub.domain.transcript import Transcript

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "schemas"
FORMS: dict[str, type] = {"transcript": Transcript, "minutes": Minutes}


def schema(name: str) -> str:
    """Return the schema of one form as JSON text, its keys in a fixed order."""
    made: dict[str, Any] = TypeAdapter(FORMS[name]).json_schema()
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}
    return json.dumps(head, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def stale() -> list[str]:
    """Return the names of the forms whose committed schema is missing or differs from the code."""
    return [name for name in FORMS if _text(FOLDER / f"{name}.schema.json") != schema(name)]


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def main() -> int:
    """Return 1 when --check finds a schema out of date."""
    if "--check" in sys.argv:
        return int(bool(stale()))
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in FORMS:
        (FOLDER / f"{name}.schema.json").write_text(schema(name), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
