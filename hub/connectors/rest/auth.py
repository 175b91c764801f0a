"""Who the hub says it is: headers and parameters of each request."""

import base64
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import httpx2

from hub.connectors.references import secret_of
from hub.connectors.rest.config import Auth
from hub.domain.errors import FatalError, RetryableError

_EARLY_S = 30.0


class Tokens(Protocol):
    """Keeps rotated refresh tokens."""

    def load(self, name: str) -> str | None:
        """Return the newest token of *name*, None where there is none."""

    def save(self, name: str, token: str) -> None:
        """Keep *token*, durable on return."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What to send along."""

    headers: dict[str, str]
    params: dict[str, str]


class Identity:
    """The credentials of one system; a token is had once and renewed before it ends, or when it was refused."""

    def __init__(
        self, auth: Auth, client: httpx2.Client, *, name: str, tokens: Tokens | None, monotonic: Callable[[], float]
    ) -> None:
        self._auth = auth
        self._client = client
        self._name = name
        self._tokens = tokens
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._token: str | None = None
        self._until = 0.0

    @property
    def renewable(self) -> bool:
        """Tell whether a refused credential may be worth another attempt with a new one."""
        return self._auth.type in ("client_credentials", "refresh_token")

    def credentials(self) -> Credentials:
        """Return what the next request carries. FatalError when the secret is missing or refused."""
        auth = self._auth
        if auth.type == "basic":
            pair = f"{auth.user}:{secret_of(auth.password or '')}".encode()
            return Credentials({"Authorization": f"Basic {base64.b64encode(pair).decode()}"}, {})
        if auth.type == "api_key":
            key = secret_of(auth.key or "")
            return Credentials({auth.header: key}, {}) if auth.header else Credentials({}, {auth.query or "": key})
        if auth.type == "none":
            return Credentials({}, {})
        with self._lock:
            if self._token is None or self._monotonic() > self._until:
                self._token, lasts_s = self._renewed()
                self._until = self._monotonic() + lasts_s - min(_EARLY_S, lasts_s / 2)
            return Credentials({"Authorization": f"Bearer {self._token}"}, {})

    def refused(self) -> None:
        """Forget the token that was refused."""
        with self._lock:
            self._token = None

    def _renewed(self) -> tuple[str, float]:
        auth, form = self._auth, {"grant_type": str(self._auth.type)}
        if auth.scope:
            form["scope"] = auth.scope
        if auth.type == "refresh_token":
            kept = self._tokens.load(self._name) if self._tokens else None
            form["refresh_token"] = kept or secret_of(auth.refresh_token or "")
        secret = secret_of(auth.client_secret) if auth.client_secret else ""
        try:
            answer = self._client.post(str(auth.token_url), data=form, auth=(str(auth.client_id), secret))
        except httpx2.HTTPError as error:
            raise RetryableError(f"{self._name}: its token address does not answer ({type(error).__name__})") from error
        if answer.status_code >= 500 or answer.status_code == 429:
            raise RetryableError(f"{self._name}: its token address answers {answer.status_code}")
        try:
            told = json.loads(answer.content)
            token, lasts_s = str(told["access_token"]), float(told.get("expires_in", 300))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise FatalError(
                f"{self._name}: gives no token (status {answer.status_code}); check client id, secret and refresh token"
            ) from error
        rotated = told.get("refresh_token")
        if auth.type == "refresh_token" and rotated and rotated != form["refresh_token"]:
            if self._tokens is None:
                raise FatalError(f"{self._name}: rotates its refresh token, and there is no place to keep the new one")
            self._tokens.save(self._name, str(rotated))  # before it is used: the old one may be void already
        return token, lasts_s
