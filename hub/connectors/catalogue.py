"""The systems that are connected: one YAML file each, in one folder, read by the connector that it names."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.metadata import entry_points
from pathlib import Path

import yaml

from hub.connectors.listed import CONNECTORS, Opener
from hub.connectors.rest.tokens import Tokens
from hub.domain.errors import HubError, UsageError
from hub.ports import System


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a folder of systems came to."""

    systems: dict[str, System]
    """By name."""
    wrong: Mapping[str, str]
    """Name of a file that connects nothing, and what is wrong with it; the others are connected all the same."""


def load(folder: Path, tokens: Callable[[], Tokens] | None = None) -> Loaded:
    """Return the systems described in *folder*; none where it is not there.

    *tokens* is where rotated refresh tokens are kept; without it a system that rotates them stops.
    """
    systems, wrong, files = dict[str, System](), dict[str, str](), dict[str, Path]()
    for path in sorted(folder.glob("*.yaml")):
        try:
            system = open_system(path, tokens)
            if system.name in systems:
                system.close()
                there = files[system.name]
                raise UsageError(f"{path}: another file connects {system.name} already ({there}); give it another name")
        except (HubError, OSError, ImportError) as error:
            wrong[path.name] = str(error) if isinstance(error, UsageError) else f"{path}: {error}"
            continue
        systems[system.name], files[system.name] = system, path
    return Loaded(systems, wrong)


def open_system(path: Path, tokens: Callable[[], Tokens] | None = None) -> System:
    """Return the system that one file describes. UsageError names the file and what is wrong."""
    text, connector = _told(path)
    try:
        return _opener(connector)(text, tokens)
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from error


_GROUP = "hub.connectors"


def _opener(connector: str) -> Opener:
    """Return what opens *connector*: one of ours, or one that an installed package registers."""
    for one in CONNECTORS:
        if one.name == connector:
            return one.load()
    return partial(_opened_foreign, connector)


def _opened_foreign(connector: str, text: str, tokens: Callable[[], Tokens] | None) -> System:
    """Open a system by a package's own connector. UsageError names what it raised, where that is no error of ours."""
    try:
        opener: Opener = next(iter(entry_points(group=_GROUP, name=connector))).load()
        return opener(text, tokens)
    except (HubError, OSError):
        raise
    except Exception as error:  # whatever another package's code raises, the other systems are connected
        said = " ".join(str(error).split())
        raise UsageError(f"the connector {connector} does not load: {type(error).__name__}: {said}") from error


def _told(path: Path) -> tuple[str, str]:
    try:
        text = path.read_text(encoding="utf-8")
        told = yaml.safe_load(text)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"{path}: not readable as YAML: {' '.join(str(error).split())}") from error
    named = told.get("connector") if isinstance(told, dict) else None
    known = [*(one.name for one in CONNECTORS), *entry_points(group=_GROUP).names]
    if named not in known:
        raise UsageError(f"{path}: connector: {named!r} is none of {', '.join(known)}")
    return text, str(named)
