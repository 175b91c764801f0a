"""Ids of what the sync makes: unique everywhere, and in the order of their time."""

import os
import time

_RANDOM = 8 << 60
"""The variant bits of RFC 9562 over sixty random ones."""


def ordered_id() -> str:
    """Return a UUID of version 7 (RFC 9562) as 32 hex digits.

    Ids made one after the other lie side by side in every index, so that a table of millions takes a new row in a page
    that is at hand, and PostgreSQL logs no other page whole for it.
    """
    chance = int.from_bytes(os.urandom(9), "big")
    return f"{time.time_ns() // 1_000_000:012x}7{chance >> 60:03x}{_RANDOM | chance & (1 << 60) - 1:016x}"
