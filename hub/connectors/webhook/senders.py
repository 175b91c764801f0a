"""Who may call the hub: a YAML file for each sender, in one folder."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from hub.connectors.declared import Strict, read_declared
from hub.connectors.references import Secret, secret_of
from hub.connectors.webhook.calls import Answer, Request, Verified, Verifier
from hub.connectors.webhook.receive import admit, verifier
from hub.connectors.webhook.veeva import veeva
from hub.domain.calls import Call
from hub.domain.errors import FatalError, UsageError
from hub.ports import Clock


class _Declared(Strict):
    """One sender."""

    system: str = Field(min_length=1, max_length=100)
    """The connected system that is read when a call comes."""
    vendor: Literal["standard", "zoom", "webex", "slack", "github", "docusign", "graph", "fhir", "veeva"]
    secrets: tuple[Secret, ...] = ()
    certificates: Mapping[str, Path] = {}
    """Of a vault: certificate id to a PEM file."""
    url: str | None = None
    """Of a vault: our full address as it is registered there."""
    vault_host: str | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.vendor == "veeva":
            if not (self.certificates and self.url and self.vault_host):
                raise ValueError("veeva needs certificates, url and vault_host")
        elif not self.secrets:
            raise ValueError(f"{self.vendor} needs secrets")
        return self


@dataclass(frozen=True, slots=True)
class Sender:
    """One that may call."""

    name: str
    """The last part of the address that it calls."""
    system: str
    verify: Verifier

    def admit(self, request: Request) -> Answer | Verified:
        """Return the call, or the answer to one that is not to be kept; see `hub.connectors.webhook.receive.admit`."""
        return admit(request, self.verify)

    def call(self, told: Verified, *, clock: Clock) -> Call:
        """Return what is to be kept of a verified call."""
        key = hashlib.sha256(told.key.encode()).hexdigest()
        return Call(self.system, key, told.body, clock(), told.sent_at)


def load_senders(folder: Path, *, clock: Clock) -> dict[str, Sender]:
    """Return the senders described in *folder* by the names of their files; none where it is not there.

    UsageError names the file and what is wrong, FatalError the file and the secret that is not there.
    """
    return {path.stem: _sender(path, told, clock) for path, told in _declared(folder)}


def calling_systems(folder: Path) -> frozenset[str]:
    """Return the systems that tell by webhook when something has changed there; asks for no secret."""
    return frozenset(told.system for _, told in _declared(folder))


def _declared(folder: Path) -> Iterator[tuple[Path, _Declared]]:
    for path in sorted(folder.glob("*.yaml")):
        try:
            yield path, read_declared(_Declared, path.read_text(encoding="utf-8"), "webhook sender")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{path}: not readable: {error}") from error
        except UsageError as error:
            raise UsageError(f"{path}: {error}") from error


def _sender(path: Path, told: _Declared, clock: Clock) -> Sender:
    try:
        return Sender(path.stem, told.system, _verifier(path, told, clock))
    except OSError as error:
        raise FatalError(f"{path}: {error.filename}: cannot be read ({error.strerror})") from error
    except (FatalError, UsageError) as error:
        raise type(error)(f"{path}: {error}") from error


def _verifier(path: Path, told: _Declared, clock: Clock) -> Verifier:
    if told.vendor != "veeva":
        return verifier(told.vendor, path.stem, [secret_of(secret) for secret in told.secrets], clock=clock)
    pems = {name: (path.parent / file).read_text(encoding="utf-8") for name, file in told.certificates.items()}
    return veeva(path.stem, pems, url=told.url or "", vault_host=told.vault_host or "", clock=clock)
