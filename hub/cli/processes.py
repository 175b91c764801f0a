"""Several processes that serve one address: the first holds it, starts each again that ends, and ends them all."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress

import structlog

from hub.domain.errors import HubError

log = structlog.get_logger()
_ENDING = (signal.SIGTERM, signal.SIGINT)
_REST_S = 1.0
"""Between the end of a process and its next start, so that one that cannot live is not started without pause."""


def kept_running(count: int, serve: Callable[[], None]) -> None:
    """Run *serve* in *count* processes of their own until SIGTERM or SIGINT, which each of them is given in turn.

    One that ends before is started again; the others go on meanwhile. To be called where no thread runs.
    """
    running, stopping = set[int](), False

    def stop(number: int, _frame: object) -> None:
        nonlocal stopping
        stopping = True
        for one in running:
            with suppress(ProcessLookupError):  # it has ended just now
                os.kill(one, number)

    def start() -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)  # nobody is started whom `stop` does not know of
        try:
            if not stopping:
                running.add(_started(serve))
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)

    for number in _ENDING:
        signal.signal(number, stop)
    for _ in range(count):
        start()
    while running:
        ended, status = os.wait()
        running.discard(ended)
        if not stopping:
            log.warning("server_ended", process=ended, status=os.waitstatus_to_exitcode(status))
            time.sleep(_REST_S)
            start()


def _started(serve: Callable[[], None]) -> int:
    parent = os.getpid()
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        for number in _ENDING:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
        _end_with(parent)
        serve()
        code = 0
    except HubError as error:
        log.error("server_failed", reason=str(error))
    except Exception:
        log.exception("server_broke")
    finally:
        os._exit(code)


def _end_with(parent: int) -> None:
    """Have this process told to end when *parent* does, however that ends (Linux)."""
    import ctypes

    ends_with_parent = 1  # PR_SET_PDEATHSIG
    libc = ctypes.CDLL(None, use_errno=True)
    if hasattr(libc, "prctl"):
        libc.prctl(ends_with_parent, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(1)  # it ended in between
