"""Whether a folder is byte for byte the model of the manifest."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from hub.connectors.models.manifest import File, Model

STAMP = ".checked.json"


def wrong(path: Path, file: File) -> str | None:
    """Return what is wrong with *path* as *file*, in words, or None."""
    if not path.is_file():
        return f"{path}: missing"
    size = path.stat().st_size
    if size != file.size:
        return f"{path}: {size} bytes, {file.size} expected: it is cut or another file"
    found = sha256(path)
    if found != file.sha256:
        return f"{path}: SHA-256 is {found}, {file.sha256} expected: it was corrupted or exchanged"
    return None


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def faults(place: Path, model: Model) -> list[str]:
    """Hash every file of the folder *place* and return what is wrong, a line each.

    A file that the manifest does not name counts: libraries look for optional files beside the weights, so one more
    may change what a model does.
    """
    listed = {file.name for file in model.all_files}
    lines = [line for file in model.all_files if (line := wrong(place / file.name, file))]
    more = sorted(name for name in _names(place) if name not in listed)
    return lines + [f"{place / name}: it is no part of this model" for name in more]


def hashes(model: Model) -> list[str]:
    """Return the SHA-256 of every file of a model, in the manifest's order."""
    return [file.sha256 for file in model.all_files]


def looks_the_same(place: Path, model: Model) -> bool:
    """Tell whether nothing moved since the files were last hashed: size, times, inode, and no file more or less."""
    try:
        return bool(json.loads((place / STAMP).read_text(encoding="utf-8")) == look(place, model))
    except (OSError, ValueError):
        return False


def look(place: Path, model: Model) -> list[object]:
    """Return what `looks_the_same` compares. To be taken before hashing, so that a change meanwhile is seen later."""
    # the change time as well: a copy that keeps size and date still has a new one
    seen = {}
    for name in _names(place):
        status = (place / name).stat()
        seen[name] = [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]
    return [seen, hashes(model)]


def remember(place: Path, seen: list[object]) -> None:
    """Note that the files were right when they looked like *seen*."""
    try:
        (place / STAMP).write_text(json.dumps(seen), encoding="utf-8")
    except OSError:
        return  # a read-only folder of models only costs the next run a hash


def _names(place: Path) -> Iterator[str]:
    """Yield every file under *place*, relative; hidden ones are the system's or ours."""
    for path in place.rglob("*"):
        relative = path.relative_to(place)
        if path.is_file() and not any(part.startswith(".") for part in relative.parts):
            yield relative.as_posix()
