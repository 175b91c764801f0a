"""What a Veeva YAML may say, checked before anything is asked."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Literal, Self

import yaml
from pydantic import Field, field_validator, model_validator

from hub.connectors.declared import Strict, read_declared
from hub.connectors.references import Secret
from hub.connectors.rest.config import Auth, Mapped, Value
from hub.domain.errors import UsageError
from hub.domain.records.kinds import KINDS

NAME = r"^[a-z][a-z0-9_]*$"
"""Of an object or field of a vault."""
DOCUMENTS = "documents"


class SignIn(Strict):
    """A user of the vault made for the hub: by password, or by a token of the customer's identity provider."""

    user: str | None = None
    password: Secret | None = None
    profile_id: str | None = None
    """OAuth 2.0 / OpenID Connect profile of the vault."""
    login_url: str = "https://login.veevavault.com"
    provider: Auth | None = None
    """How the provider's token is had."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        by_password, by_token = (self.user, self.password), (self.profile_id, self.provider)
        if all(by_password) == all(by_token) or (any(by_password) and any(by_token)):
            raise ValueError("takes either user and password, or profile_id and provider")
        return self


class VaultKind(Mapped):
    """One kind of record: an object of the vault, or its documents."""

    object: str = Field(pattern=NAME)
    where: str | None = None
    """VQL that narrows what is read, such as `object_type__vr.api_name__v = 'issue__ctms'`."""
    version: str | None = "modified_date__v"
    changed_at: str | None = "modified_date__v"
    external: str = Field("external_id__v", pattern=NAME)
    """Unique text field that carries the hub's key of a record it creates."""
    constants: Mapping[str, str | int | bool] = {}
    """Set at creation, such as the object type."""
    writable: bool = True

    @field_validator("fields")
    @classmethod
    def _of_the_record_itself(cls, fields: Mapping[str, Value]) -> Mapping[str, Value]:
        """A field of a related record (`country__vr.name__v`) is read, and never written through the relation."""
        return {
            name: one.model_copy(update={"read_only": True}) if "." in one.field else one
            for name, one in fields.items()
        }


class Artifact(Strict):
    """How a vault classes one artifact of the TMF Reference Model; labels, as its administrator sees them."""

    type: str
    subtype: str | None = None
    classification: str | None = None


class Filing(Strict):
    """How documents are filed."""

    lifecycle: str
    artifacts: Mapping[str, Artifact] = Field(min_length=1)
    """By the artifact's number, such as 01.01.07; another one sets its document aside."""
    action: str | None = Field(None, pattern=NAME)
    """Lifecycle action that a filed version is moved on by, such as approve__c."""
    folder: str = Field("/liaison-hub", pattern=r"^/[A-Za-z0-9/_-]+$")
    """On the vault's file staging, for large files."""
    large_mib: int = Field(32, ge=1, le=4096)
    """From this size on a file goes in parts and is taken up again where it was cut off."""


class Veeva(Strict):
    """One vault."""

    name: str = Field(min_length=1)
    connector: Literal["veeva"] = "veeva"
    address: str = Field(pattern=r"^https?://[^/]+/?$")
    vault_id: int
    """A wrong host opens a session on another vault; the id tells."""
    api_version: str = Field("v25.2", pattern=r"^v\d\d\.[123]$")
    client_id: str = Field("liaison-hub", pattern=r"^[A-Za-z0-9_-]{1,100}$")
    """Shown in the vault's API usage log."""
    sign_in: SignIn
    every_s: float = Field(60.0, gt=0)
    rate_per_s: float | None = Field(None, gt=0)
    timeout_s: float = Field(60.0, gt=0, le=600)
    max_mib: int = Field(64, ge=1, le=1024)
    page_size: int = Field(1000, ge=1, le=1000)
    direct_data: bool = False
    """Reads the vault's quarter-hourly files instead of asking; for dashboards and first loads of large vaults."""
    overlap_s: float = Field(120.0, ge=0)
    """Asked for again each time: the vault's clock and late commits."""
    kinds: Mapping[str, VaultKind] = Field(min_length=1)
    filing: Filing | None = None

    @model_validator(mode="after")
    def _known(self) -> Self:
        if strange := sorted(set(self.kinds) - set(KINDS)):
            raise ValueError(f"{strange[0]!r} is no kind of record; there are {', '.join(KINDS)}")
        if self.direct_data and any(rule.object == DOCUMENTS for rule in self.kinds.values()):
            raise ValueError("direct_data reads objects; give documents a system of their own")
        if not self.address.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
            raise ValueError("address: http is for this machine only; use https")
        return self

    @property
    def base(self) -> str:
        """Address of the API in the version that is used."""
        return f"{self.address.rstrip('/')}/api/{self.api_version}"


def read_config(text: str) -> Veeva:
    """Return the vault that the YAML *text* declares, its kinds laid over the mapping that the hub ships.

    UsageError names the first thing wrong, without its value.
    """
    try:
        told = yaml.safe_load(text)
    except yaml.YAMLError:
        return read_declared(Veeva, text, "veeva system")
    if isinstance(told, dict) and isinstance(told.get("kinds"), dict):
        shipped = shipped_mapping()
        kinds = {kind: laid_over(shipped.get(kind, {}), rule or {}) for kind, rule in told["kinds"].items()}
        text = yaml.safe_dump({**told, "kinds": kinds})
    return read_declared(Veeva, text, "veeva system")


def shipped_mapping() -> dict[str, Any]:
    """Return the mapping of the standard clinical objects, by kind."""
    text = files("hub.connectors.veeva").joinpath("clinical.yaml").read_text(encoding="utf-8")
    told: dict[str, Any] = yaml.safe_load(text)
    return told


def laid_over(shipped: Mapping[str, Any], own: Any) -> dict[str, Any]:
    """Return *shipped* with *own* in its place: keys of both are joined, a null of *own* takes a key away.

    A field of *own* that names a `field` of the vault stands alone, for the codes of the shipped one are another's.
    """
    if not isinstance(own, Mapping):
        raise UsageError("veeva system: kinds: each kind holds keys, or nothing")
    made = dict(shipped)
    for name, value in own.items():
        before = made.get(name)
        if value is None:
            made.pop(name, None)
        elif isinstance(value, Mapping) and isinstance(before, Mapping) and _joined(name, before, value):
            made[name] = laid_over(before, value)
        else:
            made[name] = value
    return made


def _joined(name: str, shipped: Mapping[str, Any], own: Mapping[str, Any]) -> bool:
    return name in ("fields", "codes") or ("field" in shipped and "field" not in own)
