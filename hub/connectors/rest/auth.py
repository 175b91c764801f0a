"""Who the hub says it is: headers and parameters of each request."""

import base64
import json
import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx2

from hub.connectors.references import secret_of
from hub.connectors.rest.config import Auth
from hub.connectors.rest.tokens import Tokens, Turn
from hub.connectors.rest.waits import wait_of
from hub.connectors.troubles import CredentialsError, ForeignError, unreached
from hub.domain.errors import FatalError, RetryableError

_EARLY_S = 30.0
_LASTS_S = 300.0
"""Where the system does not say how long its token lasts."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What to send along."""

    headers: dict[str, str]
    params: dict[str, str]


class Identity:
    """The credentials of one system; a token is had once and renewed before it ends, or when it was refused."""

    def __init__(
        self,
        auth: Auth,
        client: httpx2.Client,
        *,
        name: str,
        tokens: Callable[[], Tokens] | None,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self._auth = auth
        self._client = client
        self._name = name
        self._tokens = tokens
        self._clock = clock
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._token: str | None = None
        self._until = 0.0
        self._refused: str | None = None
        self._sent: set[str] = set()

    @property
    def renewable(self) -> bool:
        """Tell whether a refused credential may be worth another attempt with a new one."""
        return self._auth.type in ("client_credentials", "refresh_token")

    @property
    def in_query(self) -> bool:
        """Tell whether a key of ours is part of each address."""
        return self._auth.query is not None

    def credentials(self) -> Credentials:
        """Return what the next request carries. FatalError when the secret is missing or refused."""
        auth = self._auth
        if auth.type == "basic":
            pair = base64.b64encode(f"{auth.user}:{self._secret(auth.password or '')}".encode()).decode()
            self._sent.add(pair)
            return Credentials({"Authorization": f"Basic {pair}"}, {})
        if auth.type == "api_key":
            key = self._secret(auth.key or "")
            return Credentials({auth.header: key}, {}) if auth.header else Credentials({}, {auth.query or "": key})
        if auth.type == "none":
            return Credentials({}, {})
        with self._lock:
            if self._token is None or self._monotonic() > self._until:
                self._token, lasts_s = self._renewed()
                self._sent.add(self._token)
                self._until = self._monotonic() + lasts_s - min(_EARLY_S, lasts_s / 2)
            return Credentials({"Authorization": f"Bearer {self._token}"}, {})

    def refused(self) -> None:
        """Forget the token that was refused."""
        with self._lock:
            self._refused, self._token = self._token, None

    def redacted(self, text: str) -> str:
        """Return *text* of the other side without the credentials that it was sent."""
        for secret in sorted(self._sent, key=len, reverse=True):
            text = text.replace(secret, "[secret]")
        return text

    def bare(self, query: str) -> str:
        """Return a query without the key that the hub puts into each."""
        kept = [pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] != self._auth.query]
        return urlencode(kept)

    def _secret(self, reference: str) -> str:
        secret = secret_of(reference)
        self._sent.add(secret)
        return secret

    def _renewed(self) -> tuple[str, float]:
        if self._auth.type == "client_credentials":
            answer = self._asked({})
            return answer.token, answer.lasts_s
        seed = self._secret(self._auth.refresh_token or "")
        if self._tokens is None:
            answer = self._asked({"refresh_token": seed})
            if answer.refresh not in (None, seed):
                raise FatalError(f"{self._name}: rotates its refresh token, and there is no place to keep the new one")
            return answer.token, answer.lasts_s
        with self._tokens().turn(self._name, seed) as turn:
            return self._in_turn(turn, seed)

    def _in_turn(self, turn: Turn, seed: str) -> tuple[str, float]:
        """Take the token that another worker was given meanwhile, else ask for one and keep it before it is used."""
        kept = json.loads(turn.kept) if turn.kept else {}
        left_s = kept.get("until", 0.0) - self._clock().timestamp()
        if kept and kept["access_token"] != self._refused and left_s > _EARLY_S:
            return kept["access_token"], left_s
        refresh = kept.get("refresh_token", seed)
        answer = self._asked({"refresh_token": refresh})
        until = self._clock().timestamp() + answer.lasts_s
        told = {"access_token": answer.token, "refresh_token": answer.refresh or refresh, "until": until}
        turn.keep(json.dumps(told))  # before it is used: the old one may be void already
        return answer.token, answer.lasts_s

    def _asked(self, more: dict[str, str]) -> "_Answer":
        auth, form = self._auth, {"grant_type": str(self._auth.type), **more}
        if auth.scope:
            form["scope"] = auth.scope
        secret = self._secret(auth.client_secret) if auth.client_secret else ""
        pair = (str(auth.client_id), secret)
        if auth.client_in == "body":
            form |= {"client_id": pair[0], "client_secret": pair[1]}
        told_in_head: Any = httpx2.Auth() if auth.client_in == "body" else pair  # an Auth of itself adds nothing
        try:
            answer = self._client.post(str(auth.token_url), data=form, auth=told_in_head)
        except httpx2.HTTPError as error:
            raise unreached(self._name, str(auth.token_url), error, what="its token address ") from error
        status = answer.status_code
        if status >= 500 or status in (408, 425, 429):
            wait_s = wait_of(answer.headers, self._clock())
            raise RetryableError(f"{self._name}: its token address answers {status}", retry_after_s=wait_s)
        told = _object(answer.content)
        if told is None and answer.is_success:  # a page of maintenance, or half an answer
            raise ForeignError(f"{self._name}: the answer of its token address is no JSON object")
        try:
            return _answer(told or {})
        except (ValueError, KeyError, TypeError) as error:
            raise CredentialsError(
                f"{self._name}: gives no token (status {answer.status_code}); check client id and secret, and where a "
                "refresh token was used up or withdrawn, sign in again and give the new one"
            ) from error


@dataclass(frozen=True, slots=True)
class _Answer:
    token: str
    lasts_s: float
    refresh: str | None


def _object(content: bytes) -> dict[str, Any] | None:
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def _answer(told: dict[str, Any]) -> _Answer:
    """Read a token answer (RFC 6749, 5.1). KeyError, ValueError or TypeError where it is none."""
    lasts_s = float(told.get("expires_in") or _LASTS_S)
    refresh = told.get("refresh_token")
    return _Answer(
        str(told["access_token"]), lasts_s if math.isfinite(lasts_s) else _LASTS_S, str(refresh) if refresh else None
    )
