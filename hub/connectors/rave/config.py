"""What the YAML of a Rave may say."""

from collections.abc import Mapping
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from hub.connectors.declared import read_declared
from hub.connectors.web import Web


class Rave(Web):
    """One Rave URL and the studies that are read there."""

    connector: Literal["rave"] = "rave"
    studies: tuple[str, ...] = Field(min_length=1)
    """`Project(Environment)`, as Rave writes it: `Mediflex(Prod)`."""
    zone: str = "UTC"
    """Of the audit times, which name none; ask the Rave's administrator."""
    per_page: int = Field(1000, ge=1, le=10_000)
    """Audits a request."""
    overlap: int = Field(200, ge=0)
    """Audits that are read again at each look: numbers are handed out before the audits are there."""
    mode: Literal["default", "enhanced", "all"] | None = None
    """Which audit subcategories come; Rave EDC 2022.3.0 and later take it."""
    subjects: Literal["feed", "list"] = "feed"
    """Subjects come from the audits, or, where the user may not read those, from the list of subjects."""
    metadata_version: str | None = None
    """Of the clinical data that is written; needed only for writing."""
    kinds: Mapping[str, Any] = {}
    """What differs from mapping.yaml."""

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            return ZoneInfo(name).key
        except (KeyError, ValueError, OSError) as error:
            raise ValueError("is no zone of the IANA list") from error


def read_config(text: str) -> Rave:
    """Return the Rave that the YAML *text* declares. UsageError names the first thing wrong, without its value."""
    return read_declared(Rave, text, "rave system")
