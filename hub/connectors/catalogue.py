"""The systems that are connected: one YAML file each, in one folder, read by the connector that it names."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from hub.domain.errors import UsageError
from hub.ports import System

CONNECTORS = ("files",)


def load(folder: Path) -> dict[str, System]:
    """Return the systems described in *folder*, by name; none where it is not there. UsageError names file and key."""
    systems: dict[str, System] = {}
    for path in sorted(folder.glob("*.yaml")):
        system = open_system(path)
        if system.name in systems:
            raise UsageError(f"{path}: another file connects {system.name} already; give it another name")
        systems[system.name] = system
    return systems


def open_system(path: Path) -> System:
    """Return the system that one file describes. UsageError names the file and what is wrong."""
    told = _told(path)
    from hub.connectors.files.source import open_files

    connector = open_files(
        yaml.safe_dump({key: value for key, value in told.items() if key != "connector"}),
        clock=lambda: datetime.now(UTC),
    )
    return System(connector.name, connector.kinds, source=connector, every_s=connector.every_s)


def _told(path: Path) -> dict[str, Any]:
    try:
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"{path}: not readable as YAML: {' '.join(str(error).split())}") from error
    named = told.get("connector") if isinstance(told, dict) else None
    if named not in CONNECTORS:
        raise UsageError(f"{path}: connector: {named!r} is none of {', '.join(CONNECTORS)}")
    return dict(told)
