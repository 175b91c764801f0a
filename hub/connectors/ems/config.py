"""What an EMS YAML may say, checked before a folder is looked at."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from hub.connectors.declared import Strict, read_declared
from hub.connectors.places.config import Where

NUMBER = r"^\d{2}\.\d{2}\.\d{2}$"
"""Of an artifact in the TMF Reference Model."""


class Model(Strict):
    """The version of the reference model that both parties agreed on; its list is the customer's to load."""

    version: str = Field(pattern=r"^\d{1,2}\.\d{1,2}(\.\d{1,2})?$")
    artifacts: Mapping[str, int] = {}
    """Number of an artifact to its unique id, such as `05.02.01: 91`; another one is not sent."""


class Sender(Strict):
    """One party that packages are taken from."""

    source: str = Field(min_length=1)
    """Its TRANSFERSOURCEID."""
    specification: str = Field(min_length=1)
    """Number of the exchange agreement that both have signed."""


class Ems(Strict):
    """One exchange with one party for one study."""

    name: str = Field(min_length=1)
    connector: Literal["ems"] = "ems"
    study: str = Field(min_length=1)
    """STUDYID of the packages."""
    inbox: Path | None = None
    """Holds a folder for each package that came."""
    outbox: Path | None = None
    forward: Where | None = None
    """Where packages of the outbox are put for the other party: an SFTP folder, a bucket."""
    sender: Sender | None = None
    """Whose packages are taken."""
    source: str | None = None
    """Our own TRANSFERSOURCEID."""
    specification: str | None = None
    model: Model
    settle_s: float = Field(300.0, ge=0)
    """A package whose files are not all there is waited for so long."""
    max_mib: int = Field(2048, ge=1)
    """Of one file."""
    every_s: float = Field(60.0, gt=0)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.inbox is None and self.outbox is None:
            raise ValueError("names an inbox, an outbox, or both")
        if self.inbox is not None and self.sender is None:
            raise ValueError("an inbox needs sender: whose packages are taken under which agreement")
        if self.outbox is not None and not (self.source and self.specification):
            raise ValueError("an outbox needs source and specification")
        if self.forward is not None and self.outbox is None:
            raise ValueError("forward needs an outbox: packages are made there")
        if self.inbox is not None and self.inbox == self.outbox:
            raise ValueError("inbox and outbox are two folders")
        return self


def read_config(text: str) -> Ems:
    """Return the exchange that the YAML *text* declares. UsageError names the first thing wrong, without its value."""
    return read_declared(Ems, text, "ems system")
