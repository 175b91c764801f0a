"""What the services of accounts work with, and how they write to the audit trail."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.domain.accounts import Rules
from hub.domain.audit import Entry
from hub.domain.people import Role
from hub.ports import Accounts, ApiTokens, Clock, Passwords, Sessions

GATE = "the hub"
"""The actor where nobody is known yet."""


@dataclass(frozen=True, slots=True)
class Desk:
    """All that keeping accounts needs."""

    accounts: Accounts
    sessions: Sessions
    tokens: ApiTokens
    passwords: Passwords
    clock: Clock
    new_id: Callable[[], str]
    new_secret: Callable[[], str]
    """Returns an unguessable text for a cookie, a token, a first password."""
    rules: Rules = field(default_factory=Rules)
    lacking: Callable[[str], Mapping[Role, frozenset[str]]] = lambda _user_id: {}
    """Returns for a user's roles the studies in which they give nothing, for want of training."""

    def entry(
        self,
        what: str,
        user_id: str,
        *,
        by: str,
        old: Any = None,
        new: Any = None,
        reason: str = "",
        kind: str = "user",
    ) -> Entry:
        """Return the line of the audit trail for *what* became of a user; *old* and *new* are plain JSON values."""
        return Entry(
            at=self.clock(),
            actor=by,
            kind=kind,
            record_id=user_id,
            field=what,
            old=None if old is None else json.dumps(old, ensure_ascii=False, sort_keys=True),
            new=None if new is None else json.dumps(new, ensure_ascii=False, sort_keys=True),
            reason=reason,
            agreement="",
            message_id="",
        )


def hashed(secret: str) -> str:
    """Return the hash under which an unguessable secret, of a cookie, a token, a recovery code, is known."""
    return hashlib.sha256(secret.encode()).hexdigest()
