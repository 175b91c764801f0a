"""One process at a time files a document: of two that do it at once each would look, find nothing, and write."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import structlog

from hub.domain.errors import BusyError, HubError
from hub.domain.papers import Filed, Paper
from hub.ports import Filing
from hub.services.sync.steps import Sync

log = structlog.get_logger()
_LASTS_S = 120.0
"""A process that ends in the middle keeps others away for so long; while it lives it asks for more in time."""
_EVERY_S = 20.0
"""Between two looks whether it is time to ask."""
_LONGEST_S = 6 * 3600.0
"""A document that is being filed for longer hangs: others may try."""


def file_alone(sync: Sync, name: str, filing: Filing, paper: Paper, content: BinaryIO) -> Filed:
    """File *paper* in the system *name* while nobody else of this hub files it there; see `Filing.file`.

    BusyError where somebody does. A filing that remembers for a while what is there (`remembers_s`) files one document
    at a time, and is used by one process until it has forgotten.
    """
    remembers_s = _remembers_s(filing)
    if remembers_s:
        lease, what = f"filing:{name}", f"{name}: a document"
    else:
        lease = f"filing:{name}:{hashlib.sha256(paper.key.encode()).hexdigest()[:24]}"
        what = f"{name}: {paper.key}"
    with _alone(sync, lease, what, then_s=remembers_s):
        return filing.file(paper, content)


def reserve(sync: Sync, name: str, filing: Filing) -> None:
    """Keep other processes from a filing that remembers what is there, for as long as that. BusyError as above."""
    if remembers_s := _remembers_s(filing):
        with _alone(sync, f"filing:{name}", f"{name}: a document", then_s=remembers_s):
            pass


def _remembers_s(filing: Filing) -> float:
    told: float = getattr(filing, "remembers_s", 0.0)
    return told


@contextmanager
def _alone(sync: Sync, lease: str, what: str, *, then_s: float) -> Iterator[None]:
    ours = object()
    if sync.filing.setdefault(lease, ours) is not ours:  # another thread: leases are a process's
        raise BusyError(
            f"{what} is being filed in this moment; it is looked at again later", retry_after_s=then_s or None
        )
    try:
        lasts_s = max(_LASTS_S, then_s)  # who comes after a death has to have forgotten, too
        if not sync.leases.take(lease, lasts_s):
            why = f"{what} is being filed by another process, or was just now; it is looked at again later"
            raise BusyError(why, retry_after_s=then_s or None)
        try:
            with _renewed(sync, lease, lasts_s):
                yield
        finally:
            _left(sync, lease, then_s)
    finally:
        del sync.filing[lease]


@contextmanager
def _renewed(sync: Sync, lease: str, lasts_s: float) -> Iterator[None]:
    """Renew *lease* beside the block, for as long as that lasts: an upload may take hours, a death is seen by then."""
    done = threading.Event()
    keeper = threading.Thread(target=_keep, args=(sync, lease, lasts_s, done), name=lease, daemon=True)
    keeper.start()
    try:
        yield
    finally:
        done.set()
        keeper.join()


def _keep(sync: Sync, lease: str, lasts_s: float, done: threading.Event) -> None:
    for _ in range(int(_LONGEST_S / _EVERY_S)):
        if done.wait(_EVERY_S):
            return
        try:
            held = sync.leases.take(lease, lasts_s)
        except HubError as error:  # a full disk, too: the filing goes on meanwhile
            log.warning("lease_not_renewed", lease=lease, reason=str(error))
            continue
        if not held:  # this machine slept for longer than the lease
            log.warning("lease_lost", lease=lease)
            return


def _left(sync: Sync, lease: str, then_s: float) -> None:
    """Give *lease* back, at once or *then_s* from now: what was filed is filed, whether that works or not."""
    try:
        if then_s:
            sync.leases.take(lease, then_s)  # without a moment between in which it is anybody's
        else:
            sync.leases.release(lease)
    except HubError as error:
        log.warning("lease_not_given_back", lease=lease, reason=str(error))
