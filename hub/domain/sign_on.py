"""What an identity provider is asked, and who comes back from it."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Asked:
    """What the provider is asked; kept by the browser, encrypted, until it comes back."""

    state: str
    nonce: str
    verifier: str = field(repr=False)
    back: str
    """Our address that the browser comes back to."""
    asked_at: float
    anew: bool = False
    """The person has to prove who they are, though they are signed in there."""
    then: str = "/"
    """The page that the person is shown afterwards."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who came back. *proved_at* is when the person last proved it there (auth_time, seconds since 1970)."""

    issuer: str
    subject: str
    email: str
    verified: bool
    proved_at: int | None
