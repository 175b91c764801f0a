"""Folders of YAML files that each describe a connection: a wrong file connects nothing and stops no other."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from hub.connectors.declared import Model, read_declared
from hub.domain.errors import HubError, UsageError

One = TypeVar("One")


@dataclass(frozen=True, slots=True)
class Described(Generic[One]):
    """What a folder came to."""

    found: dict[str, One]
    """By name."""
    wrong: Mapping[str, str]
    """Name of a file that connects nothing, and what is wrong with it, with its path and where known the line."""

    def without(self, name: str, what: str) -> str:
        """Return why there is no *what* called *name*: what is wrong with its file, or which there are."""
        if why := self.wrong.get(f"{name}.yaml"):
            return why
        wrong = f"; not readable: {', '.join(self.wrong)}" if self.wrong else ""
        return f"{name}: is no {what}; there are {', '.join(self.found) or 'none'}{wrong}"


def load_described(
    folder: Path,
    model: type[Model],
    opened: Callable[[Model], Mapping[str, One]],
    *,
    keys: Callable[[Model], Iterable[str]],
) -> Described[One]:
    """Return what the files of *folder* describe; nothing where it is not there.

    *opened* makes the connections of a file, by name. *keys* are what only one file may have, as a person is told it:
    of two files that share one the first by its name connects, and both are named.
    """
    found, wrong, taken = dict[str, One](), dict[str, str](), dict[str, Path]()
    for path in sorted(folder.glob("*.yaml")):
        try:
            told = _read(model, path)
            mine = list(keys(told))
            _refuse_shared(path, mine, taken)
            found |= _opened(opened, told, path)
        except UsageError as error:
            wrong[path.name] = str(error)
        else:
            taken |= dict.fromkeys(mine, path)
    return Described(found, wrong)


def _read(model: type[Model], path: Path) -> Model:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read; it has to be a text file in UTF-8 that the hub may read") from error
    return read_declared(model, text, str(path))


def _refuse_shared(path: Path, mine: list[str], taken: Mapping[str, Path]) -> None:
    for place, key in enumerate(mine):
        if key in mine[:place]:
            raise UsageError(f"{path}: {key} stands twice in this file; take one out, or give it another name")
        if key in taken:
            raise UsageError(f"{path}: {key} stands in {taken[key]} already; give one another name, or remove a file")


def _opened(opened: Callable[[Model], Mapping[str, One]], told: Model, path: Path) -> Mapping[str, One]:
    try:
        return opened(told)
    except (HubError, OSError, ValueError) as error:  # such as a certificate that the file names
        raise UsageError(f"{path}: {error}") from error
