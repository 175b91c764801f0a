"""What the hub needs to know who acts, and to keep what they asked for."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

from hub.domain.accounts import Account, ApiToken, Held, Session
from hub.domain.audit import Entry
from hub.domain.jobs import Job
from hub.domain.sign_on import Asked, Identity


class Passwords(Protocol):
    """Makes and checks hashes of passwords, slowly on purpose."""

    def hash(self, password: str) -> str:
        """Return a hash that names its own parameters."""

    def verify(self, password: str, hash: str) -> bool:
        """Tell whether *password* made *hash*."""


class Accounts(Protocol):
    """Accounts and what was granted to them; every write is one transaction with its lines of the audit trail."""

    def account(self, id: str) -> Account:
        """Return an account. MissingError when there is none."""

    def named(self, *, email: str | None = None, subject: str | None = None) -> Account | None:
        """Return the account with this address, or with this subject at an identity provider."""

    def accounts(self, *, after: str = "", limit: int = 100) -> list[Account]:
        """Return accounts by address, those that follow *after*."""

    def organizations(self, ids: Sequence[str]) -> Mapping[str, str]:
        """Return the organizations of users by id, of those that there are."""

    def add(self, account: Account, *, audit: Sequence[Entry]) -> None:
        """Store a new account. StandingError where the address is taken."""

    def change(self, account: Account, *, audit: Sequence[Entry]) -> Account:
        """Store what changed and return it with the next version. StaleError unless *account* has the stored one."""

    def held(self, user_id: str) -> list[Held]:
        """Return the grants of a user that were not revoked, in the order they were given."""

    def give(self, held: Held, *, audit: Sequence[Entry]) -> None:
        """Store a grant."""

    def revoke(self, id: str, at: datetime, *, audit: Sequence[Entry]) -> None:
        """End a grant. MissingError where it is not in force."""

    def alone(self) -> AbstractContextManager[None]:
        """Hold one transaction for all that is done until it ends; another that is asked for meanwhile waits for it.

        For what is decided by looking at everybody: two who decide at once would each count on the other.
        """

    def note(self, audit: Sequence[Entry]) -> None:
        """Append to the audit trail what changed nothing: a refusal."""


class Sessions(Protocol):
    """Who is signed in where."""

    def open(self, session: Session, *, audit: Sequence[Entry]) -> None:
        """Store a session."""

    def session(self, id: str) -> Session | None:
        """Return a session that was not ended."""

    def sessions(self, user_id: str) -> list[Session]:
        """Return the sessions of a user that were not ended, newest first."""

    def all(self, user_id: str) -> list[Session]:
        """Return every session of a user, those that were ended too, newest first."""

    def forget(self, user_id: str, *, audit: Sequence[Entry]) -> int:
        """Erase from where the ended sessions of a user were used, and with what; return how many held it."""

    def seen(self, id: str, at: datetime, *, proved: bool = False) -> None:
        """Note that a session was used, and where *proved* that its person proved again who they are."""

    def spend(self, id: str, proved_at: datetime) -> bool:
        """Take back that a person proved again at *proved_at* who they are; tell whether it still stood."""

    def end(self, ids: Sequence[str], at: datetime, *, audit: Sequence[Entry]) -> None:
        """End sessions."""


class ApiTokens(Protocol):
    """Tokens of users."""

    def add(self, token: ApiToken, *, audit: Sequence[Entry]) -> None:
        """Store a token."""

    def token(self, hash: str) -> ApiToken | None:
        """Return the token with this hash of its secret, whether it is in force or not."""

    def tokens(self, user_id: str) -> list[ApiToken]:
        """Return the tokens of a user, newest first."""

    def used(self, id: str, at: datetime) -> None:
        """Note that a token was used."""

    def revoke(self, id: str, at: datetime, *, audit: Sequence[Entry]) -> None:
        """End a token. MissingError where there is none."""


class Answers(Protocol):
    """Answers to requests that may come twice, by the asker's own key."""

    def once(
        self, user_id: str, key: str, request: str, at: datetime, make: Callable[[], Mapping[str, Any]]
    ) -> Mapping[str, Any]:
        """Return the answer kept for *key*, or what *make* returns, kept in one transaction with all that it writes.

        So a process that ends at any moment leaves both or neither. UsageError where the key was used for another
        *request* (a hash). Where *make* raises, what it wrote by then stands, and the key is free again.
        """

    def forget(self, before: datetime) -> int:
        """Remove answers from before a time; return how many."""


class Jobs(Protocol):
    """Long work."""

    def add(self, job: Job) -> None:
        """Store a job that waits."""

    def job(self, id: str) -> Job:
        """Return a job. MissingError when there is none."""

    def jobs(
        self,
        user_id: str | None,
        *,
        kinds: Sequence[str] = (),
        before: tuple[datetime, str] | None = None,
        limit: int = 100,
    ) -> list[Job]:
        """Return jobs of a user, or of all, and of *kinds* where named; newest first, from *before* a time and id."""

    def take(self, holder: str, kinds: Sequence[str], now: datetime, until: datetime) -> Job | None:
        """Take the oldest job that waits, or whose holder has not been heard of, until a time; None where none is."""

    def free(self, gone: Callable[[str], bool]) -> int:
        """Let jobs be taken at once whose holder is *gone*; return how many."""

    def progress(self, id: str, holder: str, progress: float, note: str, until: datetime) -> bool:
        """Note how far a job is and hold it until a time; False where another holds it by now."""

    def finish(self, job: Job, holder: str) -> bool:
        """Store the end of a job; False where another holds it by now."""


class IdentityProvider(Protocol):
    """The organization's identity provider. RetryableError while it is away, FatalError where it is set up wrong."""

    def address(self, asked: Asked) -> str:
        """Return where the browser is sent."""

    def identity(self, asked: Asked, code: str) -> Identity:
        """Return who came back with *code*. UnknownError where the provider does not stand by it."""


JobWork = Callable[[Job, Callable[[float, str], None]], Mapping[str, Any]]
"""Does the work of a job and returns its result; tells a progress from 0 to 1 with a note. Done twice after a crash,
it has to come to the same."""
