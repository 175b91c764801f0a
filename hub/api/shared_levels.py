"""Levels of buckets that several processes of one machine share: each asker has one, whichever process answers."""

import fcntl
import hashlib
import mmap
import os
import struct
import tempfile
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager

_SLOT = struct.Struct("<8sdd")  # the start of the asker's hash, the level, when it was that
_WAYS = 4
"""Slots of one set; where all are taken, the one that was asked longest ago is given up: its asker begins anew."""
_SETS = 16_384


class SharedLevels:
    """`Levels` in memory that processes share which are forked after it was made.

    Sets are locked one by one with locks of the operating system: one that is killed lets go of its own.
    """

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _SETS * _WAYS * _SLOT.size)
        with tempfile.TemporaryFile() as nothing:  # of no content: what is locked is only its places
            self._locked = os.dup(nothing.fileno())
        weakref.finalize(self, os.close, self._locked)
        self._lock = threading.Lock()  # of threads of one process, which a lock of the system does not keep apart

    @contextmanager
    def held(self, who: str) -> Iterator["_Kept"]:
        """Keep every other one from the level of *who* until the block ends."""
        name = hashlib.sha256(who.encode()).digest()
        own, place = name[:8], int.from_bytes(name[8:12]) % _SETS
        with self._lock:
            fcntl.lockf(self._locked, fcntl.LOCK_EX, 1, place)
            try:
                yield _Kept(self._memory, own, place)
            finally:
                fcntl.lockf(self._locked, fcntl.LOCK_UN, 1, place)


class _Kept:
    """The level of one asker."""

    def __init__(self, memory: mmap.mmap, own: bytes, place: int) -> None:
        self._memory = memory
        self._own = own
        starts = [(place * _WAYS + way) * _SLOT.size for way in range(_WAYS)]
        slots = [(start, *_SLOT.unpack_from(memory, start)) for start in starts]
        mine = next((one for one in slots if one[1] == own), None)
        self._start, _, self._level, self._at = mine or min(slots, key=lambda one: one[3])
        self._known = mine is not None

    def read(self) -> tuple[float, float] | None:
        """Return the level and when it was that; None for one who is not known."""
        return (self._level, self._at) if self._known else None

    def write(self, level: float, at: float) -> None:
        """Keep the level."""
        _SLOT.pack_into(self._memory, self._start, self._own, level, at)
