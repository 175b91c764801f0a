"""What the YAML of a Clinical One may say."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from hub.connectors.declared import Strict, read_declared
from hub.connectors.web import Web

_ID = r"^[0-9A-Fa-f]{32}$"
Version = Annotated[str, Field(pattern=r"^v\d+\.\d+$")]


class Versions(Strict):
    """Of the datasets' endpoints: Oracle adds new ones and takes old ones away."""

    sites: Version = "v1.0"
    subjects: Version = "v9.0"
    visits: Version = "v12.0"


class ClinicalOne(Web):
    """One study of a tenant, in one mode."""

    connector: Literal["clinical-one"] = "clinical-one"
    tenant: str = Field(pattern=_ID)
    study: str = Field(pattern=_ID)
    mode: Literal["active", "test", "training"] = "active"
    protocol: str = Field(min_length=1)
    """The study's number, as the other systems know it."""
    rows: str = ""
    """Key of the answer under which its rows lie; empty: the answer is the list itself."""
    versions: Versions = Versions()
    size: int = Field(500, ge=2, le=10_000)
    every_s: float = Field(900.0, gt=0)
    kinds: Mapping[str, Any] = {}
    """What differs from mapping.yaml, and the columns that it leaves open."""

    @model_validator(mode="after")
    def _known(self) -> Self:
        if strange := sorted(set(self.kinds) - set(DATASETS)):
            raise ValueError(f"kinds: {strange[0]!r} is not read from Clinical One; there are {', '.join(DATASETS)}")
        return self

    def path(self, kind: str) -> str:
        """Return the address of the dataset of *kind*. Of visits the blinded one: the other is never asked for."""
        name, rest = DATASETS[kind]
        version = getattr(self.versions, name)
        place = f"tenant/{self.tenant.upper()}/studies/{self.study.upper()}/{self.mode}"
        return f"ec-datahub-svc/rest/{version}/{place}/{rest}"


DATASETS = {
    "site": ("sites", "sites"),
    "subject_status": ("subjects", "subjects"),
    "subject_visit": ("visits", "subjects/blindedVisits"),
}
"""Kind to its version's name and the end of its path."""
ORDER = {
    "site": ("STUDY_ID", "SITE_ID", "PROPERTY_NAME", "VERSION_START"),
    "subject_status": ("STUDY_ID", "SUBJECT_ID"),
    "subject_visit": ("STUDY_ID", "SUBJECT_ID", "EVENT_ID", "EVENT_INSTANCE_NUM", "KIT_NUMBERS"),
}
"""Columns that Oracle recommends for pages that stand still, after DH_TIMESTAMP and VERSION_START."""


def read_config(text: str) -> ClinicalOne:
    """Return what the YAML *text* declares. UsageError names the first thing wrong, without its value."""
    return read_declared(ClinicalOne, text, "clinical-one system")
