"""How the hub signs in to Zoom: as an app of the account itself, or as one of the marketplace that somebody added."""

import base64
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

import httpx2
from pydantic import Field, field_validator, model_validator

from hub.connectors.declared import Strict
from hub.connectors.platform_tokens import PlatformTokens
from hub.connectors.references import Secret, secret_of
from hub.connectors.rest.auth import Identity
from hub.connectors.rest.client import Limits
from hub.connectors.rest.config import Auth
from hub.connectors.rest.tokens import Tokens
from hub.connectors.rest.trust import trusted
from hub.connectors.rest.waits import wait_of
from hub.connectors.troubles import CredentialsError
from hub.connectors.wire import Request, Wire
from hub.domain.errors import RetryableError

_EARLY_S = 60.0


class ZoomAccess(Strict):
    """An app of the customer's account (server to server), or one of the marketplace that they added (OAuth)."""

    account_id: str | None = Field(default=None, min_length=1)
    """Of a server-to-server app."""
    refresh_token: Secret | None = None
    """Of a marketplace app: the first one; those handed out later are kept by the hub."""
    client_id: str = Field(min_length=1)
    client_secret: Secret
    users: tuple[str, ...] = Field(min_length=1)
    """Hosts whose recordings are looked for: their ids or addresses; `me` for the one who added an app."""
    base_url: str = "https://api.zoom.us/v2"
    login_url: str = "https://zoom.us"
    downloads: tuple[str, ...] = ("zoom.us",)
    """Domains that a token may be sent to for a download."""

    @field_validator("base_url", "login_url")
    @classmethod
    def _private(cls, url: str) -> str:
        if not url.startswith(("https://", "http://127.0.0.1:")):
            raise ValueError("http is for this machine only; use https")
        return url.rstrip("/")

    @model_validator(mode="after")
    def _one_way(self) -> "ZoomAccess":
        if (self.account_id is None) == (self.refresh_token is None):
            raise ValueError("give account_id (server-to-server app) or refresh_token (marketplace app), and not both")
        return self


class SigningIn(Protocol):
    """Gives what each request carries."""

    def headers(self) -> dict[str, str]:
        """Return a token's header, with a new token where the old one ended. Errors of `hub.domain.errors`."""

    def refused(self, headers: Mapping[str, str]) -> None:
        """Forget the token of *headers*, unless it was renewed meanwhile."""

    def close(self) -> None:
        """Let go of connections."""


class AccountApp:
    """`SigningIn` of a server-to-server app: there is no refresh token, a new one is asked for."""

    def __init__(self, access: ZoomAccess, wire: Wire, *, name: str, clock: Callable[[], datetime]) -> None:
        self._access, self._wire, self._name, self._clock = access, wire, name, clock
        self._lock = threading.Lock()
        self._token, self._until = "", clock()

    def headers(self) -> dict[str, str]:
        """Return a token's header; see `SigningIn.headers`."""
        with self._lock:
            if not self._token or self._clock() >= self._until:
                self._token, lasts_s = self._asked()
                self._until = self._clock() + timedelta(seconds=max(lasts_s - _EARLY_S, _EARLY_S))
            return _bearer(self._token)

    def refused(self, headers: Mapping[str, str]) -> None:
        """Forget the token; see `SigningIn.refused`."""
        with self._lock:
            if _bearer(self._token) == headers:
                self._token = ""

    def close(self) -> None:
        """Do nothing: the connections are the client's."""

    def _asked(self) -> tuple[str, float]:
        access = self._access
        pair = base64.b64encode(f"{access.client_id}:{secret_of(access.client_secret)}".encode()).decode()
        params = {"grant_type": "account_credentials", "account_id": str(access.account_id)}
        address = f"{access.login_url}/oauth/token"
        answer = self._wire.send(Request("POST", address, params, {"Authorization": f"Basic {pair}"}))
        if answer.status == 429 or answer.status >= 500:
            raise RetryableError(f"{self._name}: no token now", retry_after_s=wait_of(answer.headers, self._clock()))
        if not answer.well:
            raise CredentialsError(
                f"{self._name}: the app is refused (status {answer.status}); check account_id, client_id and "
                "client_secret, and that the app is activated"
            )
        told = answer.object()
        if not isinstance(told.get("access_token"), str):
            raise RetryableError(f"{self._name}: the answer holds no token")
        lasts = told.get("expires_in")
        return str(told["access_token"]), float(lasts) if isinstance(lasts, int | float) else 3600.0


class MarketplaceApp:
    """`SigningIn` of an OAuth app: Zoom hands out another refresh token at each use, kept before the token is used."""

    def __init__(
        self,
        access: ZoomAccess,
        *,
        name: str,
        limits: Limits,
        clock: Callable[[], datetime],
        tokens: Callable[[], Tokens] | None,
    ) -> None:
        self._http = httpx2.Client(timeout=limits.timeout_s, follow_redirects=False, verify=trusted())
        self._lock = threading.Lock()
        auth = Auth(
            type="refresh_token",
            token_url=f"{access.login_url}/oauth/token",
            client_id=access.client_id,
            client_secret=access.client_secret,
            refresh_token=access.refresh_token,
        )
        kept = (lambda: PlatformTokens(tokens())) if tokens else None
        self._identity = Identity(auth, self._http, name=name, tokens=kept, clock=clock, monotonic=time.monotonic)

    def headers(self) -> dict[str, str]:
        """Return a token's header; see `SigningIn.headers`."""
        return self._identity.credentials().headers

    def refused(self, headers: Mapping[str, str]) -> None:
        """Forget the token; see `SigningIn.refused`."""
        with self._lock:
            if self._identity.credentials().headers == headers:
                self._identity.refused()

    def close(self) -> None:
        """Let go of connections."""
        self._http.close()


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
