"""OpenClinica 4: its clinical data as ODM, read as the odm connector reads a partner's, with a token of a user."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import quote

from pydantic import Field

from hub.connectors.declared import read_declared
from hub.connectors.odm.config import Odm, Read
from hub.connectors.odm.system import OdmSystem
from hub.connectors.openclinica.signing_in import UserIdentity
from hub.connectors.rest.tokens import Tokens
from hub.connectors.tried import Tried
from hub.connectors.troubles import Advice
from hub.connectors.web import Web
from hub.ports import System

_PATH = "OpenClinica/pages/auth/api/clinicaldata/{study}/*/*/*"
_STATUS: Mapping[str, Any] = {
    "column": "OpenClinica:Status",
    "optional": True,
    "codes": {"available": "enrolled", "signed": "completed", "removed": "withdrawn", "locked": "completed"},
}


_ADVICE = Advice(
    "base_url, auth.token_url (both of the tenant), study and path",
    "auth (user and password)",
    "a role in the study for the user, and the right to extract its data",
)


class OpenClinica(Web):
    """One study of a tenant."""

    connector: Literal["openclinica"] = "openclinica"
    study: str = Field(min_length=1)
    """Study OID."""
    path: str = _PATH
    """Of the clinical data as ODM; `{study}` stands for the study. The tenant's Swagger page names it."""
    every_s: float = Field(900.0, gt=0)
    kinds: Mapping[str, Any] = {"subject_status": {}}
    """As of the odm connector."""


def read_config(text: str) -> OpenClinica:
    """Return what the YAML *text* declares. UsageError names the first thing wrong, without its value."""
    return read_declared(OpenClinica, text, "openclinica system")


def system_of(config: OpenClinica, clock: Callable[[], datetime]) -> OdmSystem:
    """Return the study as a source."""
    kinds = {kind: _begun(kind, rule) for kind, rule in config.kinds.items()}
    path = config.path.replace("{study}", quote(config.study, safe=""))
    shared = {name: getattr(config, name) for name in Web.model_fields if name != "connector"}
    return OdmSystem(Odm(**shared, read=Read(path=path, kinds=kinds)), clock, identified=UserIdentity)


def opened(text: str, _tokens: Callable[[], Tokens] | None) -> System:
    """Make the system of its YAML. UsageError names the first key that is wrong."""
    config = read_config(text)
    study = system_of(config, lambda: datetime.now(UTC))
    looked = Tried(study, study.kinds, _ADVICE, named=study.named)
    return System(config.name, study.kinds, study, None, config.every_s, config.rate_per_s, looked)


def _begun(kind: str, rule: Any) -> Any:
    """Begin subjects with OpenClinica's own status."""
    if kind != "subject_status" or not isinstance(rule, Mapping):
        return rule
    return {**rule, "fields": {"status": _STATUS, **(rule.get("fields") or {})}}
