"""What every system behind HTTP says in its YAML, and the client that is made of it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Self

import httpx2
from pydantic import Field, model_validator

from hub.connectors.declared import Strict
from hub.connectors.rest.auth import Identity
from hub.connectors.rest.client import Client, Limits
from hub.connectors.rest.config import Auth
from hub.connectors.rest.tokens import Tokens
from hub.connectors.rest.trust import trusted

_HERE = ("http://127.0.0.1", "http://localhost")


class Web(Strict):
    """Keys that the systems behind HTTP share."""

    connector: str
    name: str = Field(min_length=1)
    base_url: str = Field(pattern=r"^https?://[^/]+")
    auth: Auth = Auth()
    every_s: float = Field(60.0, gt=0)
    rate_per_s: float | None = Field(None, gt=0)
    timeout_s: float = Field(60.0, gt=0, le=600)
    """From the request to the end of its answer."""
    max_mib: int = Field(64, ge=1, le=1024)
    """A longer answer is refused."""

    @model_validator(mode="after")
    def _safe(self) -> Self:
        for key, url in (("base_url", self.base_url), ("token_url", self.auth.token_url or "https://")):
            if not url.startswith(("https://", *_HERE)):
                raise ValueError(f"{key}: http is for this machine only; use https")
        return self


@dataclass(frozen=True, slots=True)
class Line:
    """The way to one system."""

    client: Client
    close: Callable[[], None]


def line_of(
    config: Web,
    *,
    clock: Callable[[], datetime],
    tokens: Callable[[], Tokens] | None = None,
    reason: Callable[[bytes], str] | None = None,
    identified: type[Identity] = Identity,
) -> Line:
    """Return the client of a system; *reason* reads a refusal of its own form, *identified* a token of its own."""
    http = httpx2.Client(timeout=config.timeout_s, follow_redirects=False, verify=trusted())
    identity = identified(config.auth, http, name=config.name, tokens=tokens, clock=clock, monotonic=time.monotonic)
    client = Client(
        http,
        config.base_url,
        identity,
        name=config.name,
        limits=Limits(config.timeout_s, config.max_mib * 2**20),
        clock=clock,
        monotonic=time.monotonic,
        reason=reason,
    )
    return Line(client, http.close)
