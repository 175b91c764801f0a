"""The folder of fetched models; nothing in it is used before its hash was checked."""

import errno
import fcntl
import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hub.connectors.models import manifest as listed
from hub.connectors.models.fill import fill
from hub.connectors.models.manifest import File, Model
from hub.connectors.models.sources import take
from hub.domain.errors import FatalError, HubError, RetryableError
from hub.ports import Progress


class FetchedModels:
    """`ModelStore` on a folder: one folder a model, complete or absent."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def present(self, name: str) -> bool:
        """Tell whether a model was fetched, without checking its files."""
        return self._place(listed.named(name)).is_dir()

    def require(self, name: str) -> Path:
        """Return the folder of a model; see `ModelStore.require`.

        Files are hashed once; after that only when size, time or inode changed.
        """
        model = listed.named(name)
        place = self._place(model)
        if not place.is_dir():
            raise FatalError(f"model {name} is not fetched; run: hub models fetch {name}")
        stamp = place / ".checked.json"
        seen = {file.name: _look(place / file.name) for file in model.all_files}
        if _stamped(stamp) == [seen, _hashes(model)]:
            return place
        wrong = self.verify(name)
        if wrong:
            raise FatalError(f"model {name}: {wrong[0]}; nothing was run with it. Run: hub models fetch {name}")
        _write_stamp(stamp, [seen, _hashes(model)])
        return place

    def revision(self, name: str) -> str:
        """Return revision and hash; see `ModelStore.revision`."""
        model = listed.named(name)
        digest = hashlib.sha256("".join(_hashes(model)).encode()).hexdigest()
        return f"{name}@{model.revision}#{digest[:12]}"

    def verify(self, name: str) -> list[str]:
        """Hash every file of a model and return what is wrong, a line each; nothing wrong, an empty list."""
        model = listed.named(name)
        place = self._place(model)
        if not place.is_dir():
            return [f"not fetched: {place} is not there"]
        return [line for file in model.all_files if (line := _wrong(place / file.name, file))]

    def fetch(self, name: str, *, progress: Progress) -> str:
        """Fetch a model if it is not here and whole; return where it came from ("kept" when it was here).

        Goes on where an earlier fetch was cut off. RetryableError when no source answers, naming the files, their
        hashes and the folder to put them in by hand; FatalError on a full disk.
        """
        model = listed.named(name)
        with self._alone(name), _told(self._folder):
            if not self.verify(name):
                return "kept"
            partial = self._folder / f".partial-{name}"
            partial.mkdir(exist_ok=True)
            came_from = self._bring(model, partial, progress)
            for filling in model.fillings:
                if _wrong(partial / filling.file.name, filling.file):
                    fill(listed.folder() / filling.graph, partial / filling.checkpoint, partial / filling.file.name)
            self._refuse_wrong(model, partial)
            self._move(partial, self._place(model))
            return came_from

    def _bring(self, model: Model, partial: Path, progress: Progress) -> str:
        self._reuse(model, partial)
        failures = []
        for source in model.sources:
            wanted = tuple(file for file in model.files if _wrong(partial / file.name, file))
            if not wanted:
                return "finished an earlier fetch"
            progress.start(f"fetch {model.name}", sum(file.size for file in wanted))
            tally = _Tally(progress)
            label = source.repository or ", ".join(source.packages)
            try:
                take(source, wanted, partial, advance=tally.add)
            except RetryableError as error:
                failures.append(str(error))
                progress.finish(f"no answer from {label}")
                continue
            progress.finish(f"from {label}")
            wrong = [line for file in wanted if (line := _wrong(partial / file.name, file))]
            if not wrong:
                return label
            failures.append(f"{label}: {wrong[0]}")
            for file in wanted:
                if _wrong(partial / file.name, file):
                    (partial / file.name).unlink(missing_ok=True)
        raise RetryableError(self._by_hand(model, failures))

    def _reuse(self, model: Model, partial: Path) -> None:
        """Take files that are whole already out of a folder that is not, or that a person filled by hand."""
        place = self._place(model)
        for file in model.files:
            if place.is_dir() and not _wrong(place / file.name, file) and _wrong(partial / file.name, file):
                (partial / file.name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(place / file.name, partial / file.name)

    def _by_hand(self, model: Model, failures: list[str]) -> str:
        files = ", ".join(f"{file.name} (SHA-256 {file.sha256})" for file in model.files[:6])
        more = f" and {len(model.files) - 6} more, see models/manifest.toml" if len(model.files) > 6 else ""
        return (
            f"model {model.name} could not be fetched: {'; '.join(failures)}. Try again, or put these files into "
            f"{self._place(model)} by hand and run hub models fetch {model.name}: {files}{more}"
        )

    def _refuse_wrong(self, model: Model, partial: Path) -> None:
        for file in model.all_files:
            if line := _wrong(partial / file.name, file):
                raise FatalError(f"model {model.name}: {line}; it is not used")

    def _move(self, partial: Path, place: Path) -> None:
        old = place.with_name(f".old-{place.name}")
        shutil.rmtree(old, ignore_errors=True)
        if place.exists():
            place.rename(old)
        partial.rename(place)
        shutil.rmtree(old, ignore_errors=True)

    def _place(self, model: Model) -> Path:
        return self._folder / model.name

    @contextmanager
    def _alone(self, name: str) -> Iterator[None]:
        """Let one fetch of a model go on at a time; a second waits and then finds it done."""
        with _told(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            lock = (self._folder / f".lock-{name}").open("w")
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class _Tally:
    def __init__(self, progress: Progress) -> None:
        self._progress, self._bytes = progress, 0

    def add(self, arrived: int) -> None:
        self._bytes += arrived
        self._progress.advance(self._bytes)


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    try:
        yield
    except HubError:
        raise
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        reason = "the disk is full; free some space" if full else f"cannot be written ({error.strerror})"
        raise FatalError(f"{folder}: {reason} and fetch again") from error


def _wrong(path: Path, file: File) -> str | None:
    if not path.is_file():
        return f"{path}: missing"
    if path.stat().st_size != file.size:
        return f"{path}: {path.stat().st_size} bytes, {file.size} expected: it is cut or another file"
    with path.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != file.sha256:
        return f"{path}: SHA-256 is {found}, {file.sha256} expected: it was corrupted or exchanged"
    return None


def _look(path: Path) -> list[int]:
    try:
        status = path.stat()
    except OSError:
        return []
    return [status.st_size, status.st_mtime_ns, status.st_ino]


def _hashes(model: Model) -> list[str]:
    return [file.sha256 for file in model.all_files]


def _stamped(stamp: Path) -> object:
    try:
        return json.loads(stamp.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _write_stamp(stamp: Path, value: object) -> None:
    try:
        stamp.write_text(json.dumps(value), encoding="utf-8")
    except OSError:
        return  # a read-only folder of models only costs the next run a hash
