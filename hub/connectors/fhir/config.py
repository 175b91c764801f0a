"""What the YAML of a FHIR server may say."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from hub.connectors.declared import Strict, read_declared
from hub.connectors.fhir.mapping import WAYS
from hub.connectors.references import Secret
from hub.connectors.rest.config import Value, named
from hub.connectors.web import Web


class Kind(Strict):
    """One kind of record."""

    type: str | None = None
    """Of the resources that it is read from: site also Organization, contact also Practitioner."""
    search: Mapping[str, str] = {}
    """Parameters of every search, such as `study: ResearchStudy/123`."""
    study: str | None = None
    """Id of the study of resources that name none, as a Location does."""
    write: bool = False
    fields: Mapping[str, Annotated[Value, BeforeValidator(named)]] = {}
    """Fields of the customer's own to elements of the resource; they are read and never written."""


class Notify(Strict):
    """Our webhook that the server is to call (rest-hook), and what it shows there."""

    url: str = Field(pattern=r"^(https://|http://127\.0\.0\.1:)")
    secret: Secret
    """The webhook's sender has the same."""
    topics: Mapping[str, str] = {}
    """R5: kind to the canonical address of a SubscriptionTopic of the server."""


class Fhir(Web):
    """One server."""

    connector: Literal["fhir"] = "fhir"
    version: Literal["R4", "R5"]
    size: int = Field(100, ge=1, le=1000)
    """Resources a page."""
    overlap_s: float = Field(2.0, ge=0)
    history: bool = False
    """The server keeps a history of each type, in which deletions are seen; without it they are seen by reconciling."""
    notify: Notify | None = None
    kinds: Mapping[str, Kind] = Field(min_length=1)

    @model_validator(mode="after")
    def _known(self) -> "Fhir":
        for kind, rule in self.kinds.items():
            types = [way.type for way in WAYS.get(kind, ())]
            if not types:
                raise ValueError(f"{kind!r} has no place in FHIR; there are {', '.join(WAYS)}")
            if rule.type is not None and rule.type not in types:
                raise ValueError(f"a {kind} is read from {' or '.join(types)}")
            if rule.write and rule.type not in (None, types[0]):
                raise ValueError(f"a {kind} is written as {types[0]}")
        if self.notify and self.version == "R5" and (bare := self.kinds.keys() - self.notify.topics.keys()):
            raise ValueError(f"notify.topics names no topic for {min(bare)}")
        return self


def read_config(text: str) -> Fhir:
    """Return the server that the YAML *text* declares. UsageError names the first thing wrong, without its value."""
    return read_declared(Fhir, text, "fhir system")
