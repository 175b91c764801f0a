"""What is kept of a person's account, the sessions and tokens that act for it, and the password's rules."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hub.domain.errors import UsageError
from hub.domain.people import Grant, Role, User

MOST_FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
FORMER_KEPT = 5
LEAST_CHARACTERS = 12
MOST_CHARACTERS = 256
_WORN = ("password", "passwort", "qwerty", "123456", "letmein", "welcome", "iloveyou", "administrator", "changeme")


@dataclass(frozen=True, slots=True)
class Account:
    """A user with what proves it is them. *version* counts changes of the account."""

    user: User
    password: str | None = None
    """The Argon2 hash; None where the person signs in at the organization's own provider only."""
    changed_at: datetime | None = None
    """When the password was chosen by its owner; None for one that was given and is to be changed at first use."""
    former: tuple[str, ...] = ()
    """Hashes of the last passwords, newest first."""
    failed: int = 0
    """Wrong passwords or codes since the last right one."""
    secret: str | None = None
    """What one-time codes are made from, encrypted; None without a second factor."""
    confirmed: bool = False
    """The second factor was shown to work, and is asked for."""
    counter: int = 0
    """The newest time step whose code was taken: none is taken twice."""
    recovery: tuple[str, ...] = ()
    """Hashes of the recovery codes that are left."""
    subject: str | None = None
    """Issuer and subject at the organization's identity provider."""
    version: int = 1


@dataclass(frozen=True, slots=True)
class Held:
    """A grant as it was given to a user."""

    id: str
    user_id: str
    grant: Grant
    given_by: str
    given_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """One person at one browser. *id* is the SHA-256 of the cookie's secret; *shown* names it to people."""

    id: str
    shown: str
    user_id: str
    method: str
    """password, password+code, password+recovery or oidc."""
    agent: str
    address: str
    began_at: datetime
    seen_at: datetime
    ends_at: datetime
    proved_at: datetime
    """When the person last proved who they are."""
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A right to act for a user, limited to *scopes*, until *ends_at*; only the hash of its secret is kept."""

    id: str
    user_id: str
    name: str
    hash: str
    scopes: frozenset[str]
    made_at: datetime
    ends_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """How long things last."""

    idle: timedelta = timedelta(minutes=30)
    """After so long without a request a session ends (45 CFR 164.312(a)(2)(iii))."""
    session: timedelta = timedelta(hours=12)
    password: timedelta = timedelta(days=365)
    """After so long a password is to be changed (21 CFR 11.300(b))."""
    token: timedelta = timedelta(days=365)
    """The longest that an API token may last."""
    guarded: frozenset[Role] = frozenset()
    """Roles that count only in a session that began with a second factor or at the identity provider."""
    failures: int = MOST_FAILURES
    locked: timedelta = field(default=LOCKED_FOR)


def check_password(password: str, user: User) -> None:
    """Raise UsageError that says what is wrong with *password*: short, worn out, or made of the person's names."""
    if not LEAST_CHARACTERS <= len(password) <= MOST_CHARACTERS:
        raise UsageError(f"a password has {LEAST_CHARACTERS} to {MOST_CHARACTERS} characters")
    lower = password.casefold()
    names = [part for part in (*user.name.casefold().split(), *user.email.split("@")[0].split(".")) if len(part) > 3]
    if any(part in lower for part in names):
        raise UsageError("a password must not hold the person's name or address")
    if len(set(lower)) < 5 or any(lower.replace(worn, "").strip("0123456789!.-_ ") == "" for worn in _WORN):
        raise UsageError("this password is one of the first that others try; choose another")
