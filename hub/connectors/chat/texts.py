"""Texts of others, held to what the log can keep."""

from typing import Any

from hub.domain.communications import LONGEST_TEXT


def text(value: Any, what: str, *, most: int = LONGEST_TEXT) -> str:
    """Return a text that every database can hold. ValueError or TypeError naming *what* where it is none."""
    if not isinstance(value, str):
        raise TypeError(what)
    if len(value) > most:
        raise ValueError(f"{what}: longer than {most} characters")
    value.encode()  # half a letter is a ValueError too
    return value.replace("\x00", "\ufffd")


def file_names(told: Any, what: str) -> tuple[str, ...]:
    """Return the names of a list of files; errors as of `text`."""
    named = [one.get("name") for one in told if isinstance(one, dict)] if isinstance(told, list) else []
    return tuple(text(name, what, most=300) for name in named if name)
