"""Which system's approved documents are filed in which other, and how often: one YAML file each."""

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from hub.connectors.declared import Strict
from hub.connectors.described import Described, load_described
from hub.domain.papers import Copying


class _Copying(Strict):
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")
    source: str = Field(min_length=1)
    target: str = Field(min_length=1)
    every_s: float = Field(default=3600.0, ge=60)

    @model_validator(mode="after")
    def _two(self) -> Self:
        if self.source == self.target:
            raise ValueError("source and target are one system")
        return self


def load_copies(folder: Path) -> Described[Copying]:
    """Return the copies described in *folder*, and which files describe none."""

    def opened(told: _Copying) -> dict[str, Copying]:
        return {told.name: Copying(**told.model_dump())}

    return load_described(folder, _Copying, opened, keys=lambda told: [f"the copy {told.name}"])
