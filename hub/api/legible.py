"""Texts that come by JSON: none holds what PostgreSQL, XML or a person could not read."""

import re
from collections.abc import Iterator
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""But for tabs and the ends of lines; and half a letter, which UTF-8 has no form of."""


async def legible(request: Request) -> None:
    """RequestValidationError (422) that names each field of a JSON body with a control character in it."""
    if not _is_json(request.headers.get("content-type", "")):
        return
    try:
        told = await request.json()
    except (ValueError, RecursionError):
        return  # what reads the body says what is wrong; a route that reads none takes whatever came
    wrong = [
        {
            "type": "control_characters",
            "loc": ("body", *where),
            "msg": f"holds the control character {code}",
            "input": "",
        }
        for where, code in _found(told)
    ]
    if wrong:
        raise RequestValidationError(wrong)


def _is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


def _found(told: Any) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Return where such a character stands, and which."""
    left: list[tuple[tuple[str | int, ...], Any]] = [((), told)]
    while left:
        where, value = left.pop()
        if isinstance(value, str):
            if (one := _CONTROL.search(value)) is not None:
                yield where, f"U+{ord(one[0]):04X}"
        elif isinstance(value, dict):
            left += (((*where, _CONTROL.sub("\ufffd", key)), entry) for key, entry in value.items())
            left += (((*where, _CONTROL.sub("\ufffd", key)), key) for key in value if _CONTROL.search(key))
        elif isinstance(value, list):
            left += (((*where, number), entry) for number, entry in enumerate(value))
