"""Ids of what the sync makes: unique everywhere, and in the order of their time."""

import os
import time

_DRAWN = 512
_BYTES = 9
"""Random ones of an id: twelve bits and sixty."""
_drawn: list[str] = []
"""The random halves of the next ids: the kernel is asked for many at once, which takes a tenth of its time for each."""
os.register_at_fork(after_in_child=_drawn.clear)  # a child must not go on with the same


def ordered_id() -> str:
    """Return a UUID of version 7 (RFC 9562) as 32 hex digits.

    Ids made one after the other lie side by side in every index, so that a table of millions takes a new row in a page
    that is at hand, and PostgreSQL logs no other page whole for it.
    """
    try:
        chance = _drawn.pop()  # one step, so that no two threads get the same
    except IndexError:
        _drawn.extend(_draw())
        return ordered_id()
    return f"{time.time_ns() // 1_000_000:012x}{chance}"


def _draw() -> list[str]:
    """Return random halves: version and variant stand at the places that the RFC gives them."""
    digits, width = os.urandom(_BYTES * _DRAWN).hex(), 2 * _BYTES
    parts = (digits[start : start + width] for start in range(0, len(digits), width))
    return [f"7{part[:3]}8{part[3:]}" for part in parts]
