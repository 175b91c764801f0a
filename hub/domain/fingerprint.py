"""A name for what made a result: model, revision and settings in one short digest."""

import hashlib
import json
from dataclasses import asdict, is_dataclass
from typing import Any


def fingerprint(name: str, *parts: Any) -> str:
    """Return `name#digest`; equal inputs give equal names on every machine.

    *parts* are strings, numbers, dataclasses, or lists, tuples and dicts of these.
    """
    text = json.dumps([_plain(part) for part in parts], sort_keys=True, default=str)
    return f"{name}#{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def _plain(part: Any) -> Any:
    if is_dataclass(part) and not isinstance(part, type):
        return asdict(part)
    return part
