"""OpenClinica 4's token: had for user and password in JSON, good for four hours, two requests a minute at most."""

import json

from hub.connectors.rest.auth import Credentials, Identity
from hub.connectors.troubles import CredentialsError, unreached
from hub.domain.errors import RetryableError

_LASTS_S = 4 * 3600.0
_EARLY_S = 300.0
_WAIT_S = 30.0
"""Two tokens a minute for each address of ours; a third is refused."""


class UserIdentity(Identity):
    """The credentials of a user; the token is had once and kept until shortly before it ends."""

    @property
    def renewable(self) -> bool:
        """A refused token is worth another attempt with a new one."""
        return True

    def credentials(self) -> Credentials:
        """Return what the next request carries. FatalError when user or password is refused."""
        with self._lock:
            if self._token is None or self._monotonic() > self._until:
                self._token = self._signed_in()
                self._sent.add(self._token)
                self._until = self._monotonic() + _LASTS_S - _EARLY_S
            return Credentials({"Authorization": f"Bearer {self._token}"}, {})

    def _signed_in(self) -> str:
        import httpx2

        told = {"username": self._auth.user, "password": self._secret(str(self._auth.password))}
        try:
            answer = self._client.post(str(self._auth.token_url), json=told)
        except httpx2.HTTPError as error:
            raise unreached(self._name, str(self._auth.token_url), error, what="its token address ") from error
        if answer.status_code == 429 or answer.status_code >= 500:
            raise RetryableError(f"{self._name}: its token address answers {answer.status_code}", retry_after_s=_WAIT_S)
        if not answer.is_success:
            raise CredentialsError(f"{self._name}: user or password is refused (status {answer.status_code})")
        return self._token_in(answer.content)

    def _token_in(self, content: bytes) -> str:
        """Return the token: the answer is the token itself, or an object with it."""
        try:
            text = content.decode("ascii").strip()
            told = json.loads(text) if text.startswith(("{", '"')) else text
        except ValueError as error:
            raise RetryableError(f"{self._name}: the answer of its token address is no token") from error
        token = told.get("access_token") if isinstance(told, dict) else told
        if not isinstance(token, str) or not token or " " in token or "<" in token:
            raise RetryableError(f"{self._name}: the answer of its token address is no token")
        return token
