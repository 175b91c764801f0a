"""What the YAML of a partner who exchanges ODM may say."""

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from hub.connectors.declared import Strict, read_declared
from hub.connectors.web import Web


class Read(Strict):
    """Where their documents are had."""

    path: str
    """Under base_url; a GET gives one ODM document."""
    kinds: Mapping[str, Any] = {"study": {}, "site": {}, "subject_status": {}}
    """As a kind of a files system; what it does not say is as presets.yaml says."""


class Write(Strict):
    """Where ours go."""

    version: Literal["1.3.2", "2.0"] = "1.3.2"
    schema_file: str = Field(alias="schema")
    """Path of CDISC's ODM.xsd or ODM1-3-2.xsd; nothing leaves that is not valid by it."""
    kept: str
    """Folder of ours with what was last sent of each record: a document carries all of it, an edit only a part."""
    metadata_version: str = "1"
    path: str | None = None
    """Under base_url; each document is POSTed there."""
    folder: str | None = None
    """Or where each is put as a file."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.path is None) == (self.folder is None):
            raise ValueError("takes either path or folder")
        return self


class Odm(Web):
    """A partner."""

    connector: Literal["odm"] = "odm"
    base_url: str = Field("https://nowhere.invalid", pattern=r"^https?://[^/]+")
    read: Read | None = None
    write: Write | None = None

    @model_validator(mode="after")
    def _some_way(self) -> Self:
        if self.read is None and self.write is None:
            raise ValueError("has neither read nor write")
        over = self.read is not None or (self.write is not None and self.write.path is not None)
        if over and "base_url" not in self.model_fields_set:
            raise ValueError("base_url is missing")
        return self


def read_config(text: str) -> Odm:
    """Return the partner that the YAML *text* declares. UsageError names the first thing wrong, without its value."""
    return read_declared(Odm, text, "odm system")
