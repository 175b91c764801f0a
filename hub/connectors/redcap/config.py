"""What the YAML of a REDCap project may say."""

from collections.abc import Mapping
from typing import Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from hub.connectors.declared import read_declared
from hub.connectors.references import Secret
from hub.connectors.rest.config import Mapped
from hub.connectors.web import Web


class Kind(Mapped):
    """One kind of record; names on the right are those of the project's fields, or `_record`, `_event`, `_form`."""

    id: str = "_id"
    """Made of the record with its event, form and instance, where it has any."""
    forms: tuple[str, ...] = ()
    """Instruments that are asked for; all where none is named."""
    events: tuple[str, ...] = ()
    """Unique names of the events; all where none is named."""
    filter: str | None = None
    """filterLogic."""
    repeats: str | None = None
    """Repeating instrument whose rows are the records; without it only rows that repeat nothing are."""
    write: bool = False


class Redcap(Web):
    """One project: a token is one user's right to one project."""

    connector: Literal["redcap"] = "redcap"
    token: Secret
    record_id: str = "record_id"
    """Name of the project's first field."""
    size: int = Field(100, ge=1, le=5000)
    """Records asked for at once: REDCap has no pages."""
    every_s: float = Field(300.0, gt=0)
    zone: str = "UTC"
    """Of the server, in which it compares dateRangeBegin."""
    incremental: bool = True
    """Ask only for what was changed since the last look (dateRangeBegin)."""
    deletions: bool = False
    """Records that were deleted are asked for in the project's log since the last look: takes the right to Logging."""
    kinds: Mapping[str, Kind] = Field(min_length=1)

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            return ZoneInfo(name).key
        except (KeyError, ValueError, OSError) as error:
            raise ValueError("is no zone of the IANA list") from error

    @model_validator(mode="after")
    def _since_when(self) -> Self:
        if self.deletions and not self.incremental:
            raise ValueError("deletions: the log is asked since the last look; leave out incremental: false")
        return self


def read_config(text: str) -> Redcap:
    """Return the project that the YAML *text* declares. UsageError names the first thing wrong, without its value."""
    return read_declared(Redcap, text, "redcap system")
