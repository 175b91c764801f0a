"""A vault, read and written as its YAML says."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import httpx2

from hub.connectors.rest.auth import Identity
from hub.connectors.rest.tokens import Tokens
from hub.connectors.veeva.client import Vault
from hub.connectors.veeva.config import DOCUMENTS, VaultKind, Veeva, read_config, shipped_mapping
from hub.connectors.veeva.direct import DirectReading
from hub.connectors.veeva.filing import VaultFiling
from hub.connectors.veeva.inspect import VaultInspector
from hub.connectors.veeva.reading import Reading
from hub.connectors.veeva.session import Session
from hub.connectors.veeva.trail import VaultTrail
from hub.connectors.veeva.writing import BATCH, Writing
from hub.connectors.wire import Wire
from hub.domain.changes import Capabilities
from hub.domain.records.kinds import KINDS
from hub.ports import System


class VeevaSystem:
    """`Source`, `BulkTarget` and `Inspector`."""

    def __init__(
        self,
        config: Veeva,
        clock: Callable[[], datetime],
        tokens: Callable[[], Tokens] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._provider: httpx2.Client | None = None
        self.config = config
        self.vault = Vault(config, lambda wire: self._session(wire, clock, tokens), clock=clock)
        reading, writing = Reading(config, self.vault, clock), Writing(config, self.vault)
        self._direct = DirectReading(config, self.vault, clock) if config.direct_data else None
        self.pull = self._direct.pull if self._direct else reading.pull
        self.since = self._direct.since if self._direct else reading.since
        if self._direct is None:
            self.between = reading.between
        self.push, self.push_all = writing.push, writing.push_all
        self.trail = VaultTrail(self.vault, clock)
        self.filing = _filing(config, self.vault, sleep)
        inspector = VaultInspector(config, self.vault)
        self.check, self.discover = inspector.check, inspector.discover
        rules = {kind: rule for kind, rule in config.kinds.items() if rule.writable and rule.object != DOCUMENTS}
        self.capabilities = Capabilities(
            complete_listing=True,
            deletes=True,
            versions=True,
            writable=frozenset(rules),
            takes={
                kind: frozenset(name for name, value in rule.fields.items() if not value.read_only)
                for kind, rule in rules.items()
            },
            batch=BATCH,
        )

    def close(self) -> None:
        """Let go of connections."""
        self.vault.close()
        if self._direct is not None:
            self._direct.close()
        if self._provider is not None:
            self._provider.close()

    def _session(self, wire: Wire, clock: Callable[[], datetime], tokens: Callable[[], Tokens] | None) -> Session:
        provider = None
        if self.config.sign_in.provider is not None:
            self._provider = httpx2.Client(timeout=self.config.timeout_s, follow_redirects=False)
            times = {"clock": clock, "monotonic": time.monotonic}
            provider = Identity(
                self.config.sign_in.provider,
                self._provider,
                name=self.config.name,
                tokens=tokens,
                **times,  # type: ignore[arg-type]
            )
        return Session(self.config, wire, provider=provider, clock=clock)


def open_veeva(text: str, *, clock: Callable[[], datetime], tokens: Callable[[], Tokens] | None = None) -> VeevaSystem:
    """Return the vault that the YAML *text* describes. UsageError names the key that is wrong."""
    return VeevaSystem(read_config(text), clock, tokens)


def opened(text: str, tokens: Callable[[], Tokens] | None) -> System:
    """Make the system of its YAML."""
    vault = open_veeva(text, clock=lambda: datetime.now(UTC), tokens=tokens)
    config = vault.config
    target = vault if vault.capabilities.writable else None
    return System(
        config.name,
        tuple(kind for kind in KINDS if kind in config.kinds),
        vault,
        target,
        config.every_s,
        config.rate_per_s,
        vault,
        vault.filing,
        vault.trail,
    )


def _filing(config: Veeva, vault: Vault, sleep: Callable[[float], None]) -> VaultFiling | None:
    if config.filing is None:
        return None
    rule = config.kinds.get("document") or VaultKind.model_validate(shipped_mapping()["document"])
    return VaultFiling(config, config.filing, rule, vault, sleep)
