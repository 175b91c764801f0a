"""Who uses the hub: accounts, the duties they were given, and the one who is acting now."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hub.domain.rare import RARE

EVERY = "*"
"""As the organization of a grant: all of this hub's, for those who run it."""


class Role(StrEnum):
    """A duty, given for an organization and a study."""

    PROJECT_MANAGER = "project_manager"
    CONTRIBUTOR = "contributor"
    REVIEWER = "reviewer"
    LIAISON = "liaison"
    INTEGRATION_ENGINEER = "integration_engineer"
    AUDITOR = "auditor"
    INSPECTOR = "inspector"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class User:
    """A person with an account of their own, never shared and never given to another (21 CFR 11.100).

    *organization* is the party the person works for. *email* is what one signs in with, in lower case.
    *state* is active, locked (too many wrong passwords; *locked_until* says how long) or deactivated.
    """

    id: str
    email: str
    name: str
    organization: str
    locale: str = "en"
    timezone: str = "UTC"
    state: str = "active"
    locked_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """A role for one organization's data, in one study or (None) in all that the organization takes part in.

    *unblinded* lets the holder see what would unblind others. An inspector's grant has an end: *until*.
    """

    role: Role
    organization: str
    study: str | None = None
    unblinded: bool = False
    until: datetime | None = None
    barred: tuple[str, ...] = field(default=(), metadata=RARE)
    """Studies (EVERY: all) in which it gives nothing until its holder is trained; found anew with each request."""

    def __post_init__(self) -> None:
        if self.role is Role.INSPECTOR and self.until is None:
            raise ValueError("an inspector's access needs an end date")


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is acting: a user in a session, or through a token that is limited to *scopes* (rights by name).

    *scopes* is None for a person in a session, who has all that the grants give. *session* names the session or token.
    """

    user: User
    grants: tuple[Grant, ...]
    session: str
    scopes: frozenset[str] | None = None

    @property
    def actor(self) -> str:
        """Return how the audit trail names who acts."""
        return self.user.email if self.scopes is None else f"{self.user.email} by token {self.session}"
