"""Slack's Web API for one app of the customer's: signed in, and judged by what its answers say, not by their status."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from pydantic import Field, field_validator

from hub.connectors.declared import Strict
from hub.connectors.references import Secret, secret_of
from hub.connectors.rest.waits import wait_of
from hub.connectors.wire import Request, Wire
from hub.domain.errors import FatalError, RejectedError, RetryableError

_LATER = ("ratelimited", "internal_error", "service_unavailable", "fatal_error", "request_timeout")
_ADVICE = {
    "not_in_channel": "invite the app to the channel",
    "channel_not_found": "there is no such channel, or the app may not see it: invite it",
    "is_archived": "the channel is archived",
    "token_revoked": "the token is revoked: install the app again",
    "token_expired": "the token has expired: install the app again",
    "invalid_auth": "the token is wrong",
    "not_authed": "the token is missing",
    "account_inactive": "the app is switched off",
    "access_denied": "the workspace does not let the app in: ask its administrator",
    "missing_scope": "the app lacks a scope",
}


class SlackAccess(Strict):
    """A bot token (xoxb), and the channel's id."""

    token: Secret
    channel: str = Field(pattern=r"^[CG][A-Z0-9]{2,20}$")
    base_url: str = "https://slack.com/api"

    @field_validator("base_url")
    @classmethod
    def _private(cls, url: str) -> str:
        if not url.startswith(("https://", "http://127.0.0.1:")):
            raise ValueError("http is for this machine only; use https")
        return url.rstrip("/")


class SlackError(RejectedError):
    """Slack refuses this one request; *code* is its word for why."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


class SlackWeb:
    """Calls methods of the Web API.

    RetryableError for limits and outages, with the wait asked for; FatalError where a person has to act; SlackError for
    this one request.
    """

    def __init__(self, access: SlackAccess, wire: Wire, *, name: str, clock: Callable[[], datetime]) -> None:
        self._access, self._wire, self._name, self._clock = access, wire, name, clock

    def get(self, method: str, **params: str) -> dict[str, Any]:
        """Return what a reading method answers."""
        return self._told(Request("GET", self._address(method), params, self._known()))

    def post(self, method: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a writing method answers."""
        return self._told(Request("POST", self._address(method), {}, self._known(), json=body))

    def _known(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {secret_of(self._access.token)}"}

    def _address(self, method: str) -> str:
        return f"{self._access.base_url}/{method}"

    def _told(self, request: Request) -> dict[str, Any]:
        answer = self._wire.send(request)
        wait_s = wait_of(answer.headers, self._clock())
        if answer.status in (408, 425, 429) or answer.status >= 500:
            raise RetryableError(f"{self._name}: Slack answers {answer.status}", retry_after_s=wait_s)
        told = answer.object()
        if told.get("ok") is True:
            return told
        if "ok" not in told:
            raise RetryableError(f"{self._name}: the answer (status {answer.status}) is not Slack's")
        raise self._judged(told, wait_s)

    def _judged(self, told: Mapping[str, Any], wait_s: float | None) -> Exception:
        error = str(told.get("error") or "no reason given")[:100]
        if error in _LATER:
            return RetryableError(f"{self._name}: Slack says {error}", retry_after_s=wait_s)
        if error in _ADVICE:
            needed = f": {str(told['needed'])[:100]}" if told.get("needed") else ""
            return FatalError(f"{self._name}: Slack says {error}; {_ADVICE[error]}{needed}")
        return SlackError(f"{self._name}: Slack refuses it: {error}", code=error)
