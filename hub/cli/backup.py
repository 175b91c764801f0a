"""`hub backup` and `hub restore`: all that the hub keeps, copied while it runs, and put back whole."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from hub.bootstrap import Hub
    from hub.storage.backup.whole import Found


def backup(target: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new folder for the backup")]) -> None:
    """Copy database, recordings, documents, keys and set-up into FOLDER; the hub may go on working.

    FOLDER holds the keys as well: keep it as safe as the hub itself.
    """
    from hub.cli.opening import opened
    from hub.storage.backup.whole import back_up

    hub = opened()
    known = hub.settings
    found = back_up(
        hub.database,
        known.home,
        hub.audit,
        target,
        clock=hub.clock,
        blobs=hub.blobs if _apart(hub) else None,
        set_up={**known.set_up, "mail.yaml": known.mail},
    )
    _tell("saved", found)


def restore(source: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder of a backup")]) -> None:
    """Put a backup back into an empty HUB_HOME (and HUB_DATABASE), then prove it: hashes, rows, the audit trail."""
    from hub.bootstrap import build
    from hub.cli.logs import set_up
    from hub.settings import load_settings
    from hub.storage.backup.whole import restore as put_back

    settings = load_settings()
    set_up(settings)
    hub = build(settings)
    found = put_back(
        source,
        settings.home,
        settings.database_url,
        lambda: (hub.database, hub.audit),
        blobs=hub.blobs if _apart(hub) else None,
    )
    _tell("restored and whole", found)


def _apart(hub: "Hub") -> bool:
    """Tell whether recordings and documents lie elsewhere than in HUB_HOME."""
    return hub.settings.blobs != "folder"


def _tell(what: str, found: "Found") -> None:
    sys.stdout.write(f"{what}: {found.files} files, {found.rows} rows, {found.entries} entries of the audit trail\n")
