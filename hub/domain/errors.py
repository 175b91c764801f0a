"""Errors, named after what to do about them.

HubError
├── UsageError       the caller asked for something that cannot be: correct the call    (exit 2)
│   ├── UnknownError     who asks is not known: sign in                                 (exit 2)
│   ├── RefusedError     who asks may not do it: ask for the right                      (exit 2)
│   ├── MissingError     there is no such thing, or none that the caller may see        (exit 2)
│   └── StandingError    it stands where this cannot be done: look at it, then decide   (exit 2)
├── RejectedError    this input cannot be used: set it aside, go on with the others     (exit 1)
├── RetryableError   the same call may succeed later: wait, then repeat it              (exit 1)
│   ├── StaleError   the other side has changed meanwhile: read it again, then decide   (exit 1)
│   ├── BusyError    somebody else does it in this moment: come later, nothing failed  (exit 1)
│   └── OvertakenError   we have written to the other side meanwhile: read it again     (exit 1)
└── FatalError       nothing can go on until a person acts                              (exit 1)
"""


class HubError(Exception):
    """Root of every error the hub raises on purpose; its text is one line written for the reader."""


class UsageError(HubError):
    """The request is wrong in itself: unknown locale, missing file, ambiguous roster.

    *field* names what of the request it is about, where it is one field.
    """

    def __init__(self, message: str = "", *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class UnknownError(UsageError):
    """Who asks is not known, or could not prove it."""


class RefusedError(UsageError):
    """Who asks may see it, but not do this."""


class MissingError(UsageError):
    """There is no such thing, or the caller may not know of it."""


class StandingError(UsageError):
    """What it is asked of stands where it cannot be done: locked, decided before, of another version."""


class RejectedError(HubError):
    """The input cannot be used; others may be."""


class RetryableError(HubError):
    """The same call may succeed later.

    *retry_after_s* is the wait the other side asked for, in seconds, or None where it named none.
    """

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class StaleError(RetryableError):
    """A write's precondition no longer holds: the record has changed since it was read."""


class BusyError(RetryableError):
    """Somebody else does it in this moment; nothing was tried, so it counts as no attempt."""


class OvertakenError(RetryableError):
    """What was read may be older than what the hub has written there since it asked."""


class FatalError(HubError):
    """A person has to act: a missing model, a full disk, a corrupted store."""
