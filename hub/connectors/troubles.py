"""What is wrong with a connection, told apart for who sets it up: who is to do what, at which setting.

They are raised where an answer is judged, and are what their parents say to whoever runs: an outage is waited for, a
refusal ends it. `problem` puts them into words that name the settings of one connector.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2

from hub.domain.errors import FatalError, HubError, RejectedError, RetryableError


class UnreachedError(RetryableError):
    """Nothing answers at the address."""


class ForeignError(RetryableError):
    """Something answers, and not as this system does: another one, a proxy, a page of maintenance."""


class CredentialsError(FatalError):
    """Who we say we are is not believed: wrong, expired or switched off."""


class RightError(FatalError):
    """We are known, and may not do this."""


class NotThereError(RejectedError):
    """The address, or a place in a list that it names, is not known there (status 400, 404 or 410)."""


class UnclearError(NotThereError):
    """Status 400: it may not be known there, or it was asked for in a way that is not understood."""


@dataclass(frozen=True, slots=True)
class Advice:
    """What a connector's settings are called, and what its administrator gives."""

    address: str = "base_url"
    """Settings that say where it is."""
    sign_in: str = "auth"
    """Settings that say who we are; empty where nobody signs in."""
    right: str = "the right to it for the hub's user"
    """What to ask the administrator for."""


def problem(error: HubError, advice: Advice) -> str:
    """Return what is wrong and what to do about it, as one line."""
    match error:
        case UnreachedError():
            return f"{error}; check {advice.address}, and whether this machine may reach it (firewall, proxy)"
        case ForeignError():
            return f"{error}; something else answers there, or it is down for maintenance: check {advice.address}"
        case CredentialsError():
            return f"{error}; check {advice.sign_in}: wrong, expired, or switched off there"
        case RightError():
            known = "the sign-in is good, a right is missing" if advice.sign_in else "it is refused to us"
            return f"{error}; {known}: ask the administrator for {advice.right}"
        case NotThereError():
            return f"{error}; it is not there by this name: check {advice.address}"
    return str(error)


def unreached(name: str, url: str, error: httpx2.HTTPError, *, what: str = "") -> UnreachedError:
    """Return that nothing answers at *url*, with the reason where it is one that a person can do something about."""
    host, said = urlsplit(url).netloc.rpartition("@")[2], str(error)
    if "CERTIFICATE_VERIFY_FAILED" in said:
        why = "its certificate is none that this machine trusts"
    elif any(one in said for one in ("Name or service not known", "nodename nor servname", "getaddrinfo", "Temporary")):
        why = "no host of this name is found"
    elif isinstance(error, httpx2.TimeoutException):
        why = "no answer in time"
    else:
        why = type(error).__name__
    return UnreachedError(f"{name}: {what}{host} does not answer ({why})")
