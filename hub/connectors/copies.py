"""Which system's approved documents are filed in which other, and how often: one YAML file each."""

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from hub.connectors.declared import Strict, read_declared
from hub.domain.errors import UsageError
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


def load_copies(folder: Path) -> dict[str, Copying]:
    """Return the copies described in *folder*, by name. UsageError names the file and what is wrong."""
    found: dict[str, Copying] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            told = read_declared(_Copying, path.read_text(encoding="utf-8"), str(path))
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{path}: cannot be read") from error
        if told.name in found:
            raise UsageError(f"{path}: another file describes {told.name} already; give it another name")
        found[told.name] = Copying(**told.model_dump())
    return found
