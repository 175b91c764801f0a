"""What a SharePoint YAML may say, checked before anything is asked."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from hub.connectors.declared import Strict, read_declared
from hub.connectors.graph.access import Access
from hub.connectors.graph.watch import Notify
from hub.connectors.rest.config import Mapped, Value
from hub.domain.records.checks import type_of

KIND = "document"
FILING_MOST_MIB = 250
"""Of one request; larger files go through an upload session."""


def _named(value: object) -> object:
    return {"field": value} if isinstance(value, str) else value


class SharePoint(Strict):
    """One library: a drive by its id, or a site's by name."""

    name: str = Field(min_length=1)
    connector: Literal["sharepoint"] = "sharepoint"
    access: Access
    drive: str | None = None
    site: str | None = None
    """Id, or `host:/sites/name`."""
    library: str | None = None
    """Name of a library of *site*; its default one where it is not given."""
    folder: str = Field("", pattern=r"^[^\\:*?\"<>|]*$")
    """Path in the library; what lies outside is left alone."""
    folders: Mapping[str, Mapping[str, str]] = {}
    """Beginning of a path under *folder* to fields of the documents there, such as artifact; the longest fits."""
    constants: Mapping[str, str] = {}
    """Fields of every document, such as study_id."""
    fields: Mapping[str, Annotated[Value, BeforeValidator(_named)]] = {}
    """Ours to theirs, over those that are read anyway: title and sha256."""
    check_out: bool = False
    """The library requires check-out: the hub checks out, uploads and checks in."""
    notify: Notify | None = None
    """Where Graph tells of changes; needs `hub serve` at an address that it reaches."""
    every_s: float = Field(60.0, gt=0)
    rate_per_s: float | None = Field(None, gt=0)
    timeout_s: float = Field(60.0, gt=0, le=600)
    max_mib: int = Field(64, ge=1, le=1024)
    """Of one page of a list."""
    page_size: int = Field(200, ge=1, le=1000)

    @model_validator(mode="after")
    def _known(self) -> Self:
        if (self.drive is None) == (self.site is None):
            raise ValueError("takes either drive, or site with or without library")
        for fields in (self.constants, *self.folders.values()):
            if strange := [name for name in fields if type_of(KIND, name) is None]:
                raise ValueError(f"{strange[0]!r} is no field of a document")
        return self

    @property
    def rule(self) -> Mapped:
        """Return how an item is read."""
        known = {
            "title": Value(field="name", required=True),
            "sha256": Value(field="file.hashes.sha256Hash"),
        }
        return Mapped(version="eTag", changed_at="lastModifiedDateTime", fields={**known, **self.fields})


def read_config(text: str) -> SharePoint:
    """Return the library that the YAML *text* declares. UsageError names the first thing wrong, without its value."""
    return read_declared(SharePoint, text, "sharepoint system")
