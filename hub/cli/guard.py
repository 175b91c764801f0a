"""The one place where an error becomes a line on stderr and an exit code."""

import os
import signal
import sys
from collections.abc import Callable
from typing import NoReturn

from hub.domain.errors import HubError, UsageError

DONE, FAILED, WRONG_USE, SET_ASIDE = 0, 1, 2, 3
STOPPED = 130


def guarded(run: Callable[[], object]) -> NoReturn:
    """Call *run* and leave the process: 1 failed, 2 wrong use, 130 stopped by the user."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        run()
    except HubError as error:
        fail(str(error), WRONG_USE if isinstance(error, UsageError) else FAILED)
    except KeyboardInterrupt:
        fail("stopped; run the same command again and it goes on after the last finished stage", STOPPED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(FAILED)
    except OSError as error:
        name = error.filename or "output"
        fail(f"{name}: {error.strerror or error}", FAILED)
    sys.exit(DONE)


def say(line: str) -> None:
    """Write one line for the user to stderr."""
    sys.stderr.write(f"hub: {line}\n")


def fail(line: str, code: int) -> NoReturn:
    """Write one line and leave with *code*."""
    say(" ".join(line.split()))
    sys.exit(code)


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt
