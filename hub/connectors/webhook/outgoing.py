"""Webhooks out: a YAML file for each, and what posts to them."""

import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

import structlog
from pydantic import Field

from hub.connectors.declared import Strict, read_declared, waiting
from hub.connectors.references import secret_of
from hub.connectors.webhook.send import Attempt, Endpoint, WebhookTarget
from hub.domain.changes import Push
from hub.domain.errors import UsageError
from hub.ports import Clock

log = structlog.get_logger()


class _Told(Strict):
    """One file."""

    name: str = Field(min_length=1, max_length=100)
    url: str
    secrets: tuple[str, ...] = Field(min_length=1)
    allowed: tuple[str, ...] = ()


def load_outgoing(folder: Path) -> dict[str, Endpoint]:
    """Return the webhooks that the files of *folder* describe, by name. UsageError names the file."""
    found: dict[str, Endpoint] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            told = read_declared(_Told, path.read_text(encoding="utf-8"), f"{path}: is no webhook")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{path}: cannot be read") from error
        secrets = tuple(secret_of(one) for one in told.secrets)
        url = secret_of(told.url) if told.url.startswith(("env:", "file:", "keyring:")) else told.url
        kinds = frozenset({"minutes"})
        found[told.name] = Endpoint(told.name, url, secrets, kinds, told.allowed)
    return found


class WebhookPoster:
    """`Poster` to the webhooks that the files of *folder* describe, which are read when one is first asked for.

    A file that describes none has what goes to webhooks wait, and nothing else.
    """

    def __init__(self, folder: Path, *, clock: Clock, sleep: Callable[[float], None] = time.sleep) -> None:
        self._folder = folder
        self._clock = clock
        self._sleep = sleep

    @cached_property
    def _endpoints(self) -> dict[str, Endpoint]:
        return load_outgoing(self._folder)

    def names(self) -> tuple[str, ...]:
        """Return the webhooks; see `Poster.names`. UsageError names the file that describes none."""
        return tuple(self._endpoints)

    def post(self, name: str, kind: str, data: dict[str, Any], *, key: str) -> str:
        """Send one message; see `Poster.post`. UsageError where no webhook has that name."""
        with waiting():
            endpoint = self._endpoints.get(name)
        if endpoint is None:
            raise UsageError(f"{name}: no webhook of this name is set up in HUB_HOME/outgoing")
        attempts: list[Attempt] = []
        target = WebhookTarget(endpoint, clock=self._clock, sleep=self._sleep, record=attempts.append, disable=_gone)
        try:
            target.push(
                Push(kind.partition(".")[0], data.get("meeting"), {"event": kind} | data),
                idempotency_key=key,
                precondition=None,
            )
        finally:
            target.close()
        last = attempts[-1]
        return f"HTTP {last.status} after {len(attempts)} attempts, webhook-id {last.message_id}"


def _gone(name: str) -> None:
    log.warning("webhook_gone", endpoint=name)
