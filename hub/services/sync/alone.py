"""One process at a time files a document: of two that do it at once each would look, find nothing, and write."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from hub.domain.errors import RetryableError
from hub.domain.papers import Filed, Paper
from hub.ports import Filing
from hub.services.sync.steps import Sync

_LASTS_S = 3600.0
"""A process that ends in the middle keeps others from that document for so long; the largest takes less."""


class BusyError(RetryableError):
    """Another one files it in this moment."""


def file_alone(sync: Sync, name: str, filing: Filing, paper: Paper, content: BinaryIO) -> Filed:
    """File *paper* in the system *name* while nobody else of this hub files it there; see `Filing.file`.

    BusyError where somebody does. A filing that remembers for a while what is there (`remembers_s`) is used by one
    process until it has forgotten.
    """
    remembers_s = getattr(filing, "remembers_s", 0.0)
    if remembers_s and not sync.leases.take(f"filing:{name}", remembers_s):
        raise BusyError(f"{name}: another process files there; try again in some minutes", retry_after_s=remembers_s)
    with _alone(sync, f"filing:{name}:{hashlib.sha256(paper.key.encode()).hexdigest()[:24]}", f"{name}: {paper.key}"):
        return filing.file(paper, content)


@contextmanager
def _alone(sync: Sync, lease: str, what: str) -> Iterator[None]:
    ours = object()
    if sync.filing.setdefault(lease, ours) is not ours:  # another thread: leases are a process's
        raise BusyError(f"{what} is being filed in this moment; it is looked at again later")
    try:
        if not sync.leases.take(lease, _LASTS_S):
            raise BusyError(f"{what} is being filed by another process; it is looked at again later")
        try:
            yield
        finally:
            sync.leases.release(lease)
    finally:
        del sync.filing[lease]
