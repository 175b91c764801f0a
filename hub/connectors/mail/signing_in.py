"""Sign-in at mail servers by a token (SASL XOAUTH2), had by client credentials."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Self

from pydantic import Field, model_validator

from hub.connectors.declared import Strict
from hub.connectors.graph.access import Access, GraphTokens
from hub.connectors.references import Secret
from hub.connectors.rest.client import Limits
from hub.connectors.wire import Wire

_LIMITS = Limits(30.0, 1 << 20)


class OAuth(Access):
    """An app that may sign in as a mailbox: `SMTP.SendAsApp`, `IMAP.AccessAsApp` at Exchange Online.

    *token_address* names the tokens of a provider other than Microsoft's.
    """

    tenant: str = Field(default="common", pattern=r"^[A-Za-z0-9.-]+$")
    scope: str = "https://outlook.office365.com/.default"
    token_address: str | None = None

    @model_validator(mode="after")
    def _private(self) -> Self:
        if self.token_address and not self.token_address.startswith(("https://", "http://127.0.0.1:")):
            raise ValueError("token_address: http is for this machine only; use https")
        return self

    @property
    def token_url(self) -> str:
        """Address of the tokens."""
        return self.token_address or super().token_url


class Login(Strict):
    """Who the hub is at a mail server: a user with a password, or with a token."""

    user: str = Field(min_length=1)
    password: Secret | None = None
    oauth: OAuth | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.password is None) == (self.oauth is None):
            raise ValueError("takes either password or oauth")
        return self


class MailTokens:
    """The token of one app, fit for XOAUTH2; kept until it ends or is refused."""

    def __init__(self, oauth: OAuth, *, name: str, clock: Callable[[], datetime]) -> None:
        self._wire = Wire(name=name, limits=_LIMITS, monotonic=time.monotonic)
        self._tokens = GraphTokens(oauth, self._wire, name=name, clock=clock)

    def token(self) -> str:
        """Return a token. RetryableError where none can be had now, FatalError where we are refused."""
        return self._tokens.token()

    def refused(self, token: str) -> None:
        """Forget *token*, which was refused."""
        self._tokens.refused(token)

    def close(self) -> None:
        """Let go of connections."""
        self._wire.close()


def xoauth2(user: str, token: str) -> str:
    """Return what is said to sign in by a token, before it is put into base64."""
    return f"user={user}\x01auth=Bearer {token}\x01\x01"
