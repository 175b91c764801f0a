"""The hub's session with one vault: opened once, kept, opened again only when the vault says that it is over."""

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

from hub.connectors.references import secret_of
from hub.connectors.rest.auth import Identity
from hub.connectors.rest.waits import wait_of
from hub.connectors.troubles import CredentialsError
from hub.connectors.veeva.answers import downtime, first_error, is_temporary
from hub.connectors.veeva.config import Veeva
from hub.connectors.wire import Answer, Request, Wire
from hub.domain.errors import FatalError, RetryableError

_ADVICE = {
    "USERNAME_OR_PASSWORD_INCORRECT": "user name or password is wrong",
    "INVALID_USER_CREDENTIALS": "user name or password is wrong",
    "PASSWORD_EXPIRED": "the password has expired; set a new one in the vault",
    "USER_LOCKED_OUT": "the user is locked out; the vault's administrator unlocks it",
    "INACTIVE_USER": "the user is inactive; the vault's administrator activates it",
    "NOT_AUTHORIZED": "the user may not use this vault or the API",
    "INSUFFICIENT_ACCESS": "the user may not use the API; its permission set needs API access",
}


class Session:
    """Gives the session id that requests carry."""

    def __init__(self, config: Veeva, wire: Wire, *, provider: Identity | None, clock: Callable[[], datetime]) -> None:
        self._config = config
        self._wire = wire
        self._provider = provider
        self._clock = clock
        self._lock = threading.Lock()
        self._id: str | None = None
        self._sent: set[str] = set()

    def id(self) -> str:
        """Return the id. RetryableError where none can be had now, FatalError where we are refused."""
        with self._lock:
            if self._id is None:
                self._id = self._opened()
                self._sent.add(self._id)
            return self._id

    def over(self, id: str) -> None:
        """Forget a session that the vault has ended; another that was opened meanwhile stays."""
        with self._lock:
            if self._id == id:
                self._id = None

    def redacted(self, text: str) -> str:
        """Return *text* of the vault without what it was sent to know us by."""
        for secret in sorted(self._sent, key=len, reverse=True):
            text = text.replace(secret, "[secret]")
        return self._provider.redacted(text) if self._provider else text

    def _opened(self) -> str:
        answer = self._wire.send(self._request())
        name = self._config.name
        if down := downtime(answer.headers):
            raise RetryableError(f"{name}: the vault is down for upkeep", retry_after_s=down)
        if answer.status in (408, 425, 429) or answer.status >= 500:
            wait_s = wait_of(answer.headers, self._clock())
            raise RetryableError(f"{name}: sign-in answers {answer.status}", retry_after_s=wait_s)
        told = answer.object()
        kind, message = first_error(told)
        if answer.well and (not told.get("responseStatus") or is_temporary(kind)):
            raise RetryableError(f"{name}: sign-in does not answer as a vault does {kind}".rstrip())
        if told.get("responseStatus") != "SUCCESS" or not isinstance(told.get("sessionId"), str):
            raise CredentialsError(f"{name}: sign-in is refused: {self._advice(answer, kind, message)}")
        self._check(told)
        return str(told["sessionId"])

    def _request(self) -> Request:
        config, sign_in = self._config, self._config.sign_in
        headers = {"Accept": "application/json", "X-VaultAPI-ClientID": config.client_id}
        host = config.address.partition("://")[2].rstrip("/")
        if self._provider is not None:
            url = f"{sign_in.login_url.rstrip('/')}/auth/oauth/session/{sign_in.profile_id}"
            return Request(
                "POST", url, {}, {**headers, **self._provider.credentials().headers}, form={"vaultDNS": host}
            )
        password = secret_of(sign_in.password or "")
        self._sent.add(password)
        form = {"username": sign_in.user or "", "password": password, "vaultDNS": host}
        return Request("POST", f"{config.base}/auth", {}, headers, form=form)

    def _check(self, told: dict[str, Any]) -> None:
        """A vault that cannot be had at this address is silently replaced by another one of the same user."""
        if told.get("vaultId") != self._config.vault_id:
            raise FatalError(
                f"{self._config.name}: the session is for vault {told.get('vaultId')}, not {self._config.vault_id}; "
                "address or vault_id is wrong, or the user has no right to that vault"
            )

    def _advice(self, answer: Answer, kind: str, message: str) -> str:
        known = _ADVICE.get(kind)
        return known or f"status {answer.status} {kind} {self.redacted(message)[:150]}".strip()
