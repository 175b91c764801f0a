"""JSON bodies, in and out."""

import json
from typing import Any

from hub.domain.errors import RejectedError


def json_object(body: bytes) -> dict[str, Any]:
    """Return the object that *body* is. RejectedError when it is none."""
    try:
        entry = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RejectedError("its body is no JSON") from error
    if not isinstance(entry, dict):
        raise RejectedError("its body is no JSON object")
    return entry


def to_json(entry: dict[str, Any]) -> bytes:
    """Return *entry* as bytes that are the same whenever it is."""
    return json.dumps(entry, ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
