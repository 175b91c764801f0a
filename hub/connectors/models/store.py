"""The folder of fetched models; nothing in it is used before its hash was checked."""

import errno
import fcntl
import hashlib
import math
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hub.connectors.models import checks
from hub.connectors.models import manifest as listed
from hub.connectors.models.checks import wrong
from hub.connectors.models.fill import fill
from hub.connectors.models.manifest import File, Model, Source
from hub.connectors.models.sources import take
from hub.connectors.models.wheels import KEPT
from hub.domain.errors import FatalError, RetryableError
from hub.ports import Progress

_NAMED_AT_MOST = 6


class FetchedModels:
    """`ModelStore` on a folder: one folder a model, complete or absent.

    *models* and *graphs* (the folder that the manifest's graph paths start from) default to the hub's own.
    """

    def __init__(self, folder: Path, *, models: dict[str, Model] | None = None, graphs: Path | None = None) -> None:
        self._folder = folder
        self._models = models
        self._graphs = graphs

    @property
    def known(self) -> dict[str, Model]:
        """Every model that can be fetched: the hub's, and those of a manifest.toml in the folder of models."""
        if self._models is not None:
            return self._models
        own = self._folder / "manifest.toml"
        return listed.manifest() | (listed.own(own) if own.is_file() else {})

    def present(self, name: str) -> bool:
        """Tell whether a model was fetched, without checking its files."""
        return self._place(self._named(name)).is_dir()

    def require(self, name: str) -> Path:
        """Return the folder of a model; see `ModelStore.require`.

        Files are hashed once; after that only when size, times, inode or the set of files changed.
        """
        model = self._named(name)
        place = self._place(model)
        if not place.is_dir():
            raise FatalError(f"model {name} is not fetched; run: hub models fetch {name}")
        if faults := self._checked(model):
            raise FatalError(f"model {name}: {faults[0]}; nothing was run with it. Run: hub models fetch {name}")
        return place

    def revision(self, name: str) -> str:
        """Return revision and hash; see `ModelStore.revision`."""
        model = self._named(name)
        digest = hashlib.sha256("".join(checks.hashes(model)).encode()).hexdigest()
        return f"{name}@{model.revision}#{digest[:12]}"

    def verify(self, name: str) -> list[str]:
        """Hash every file of a model and return what is wrong, a line each; nothing wrong, an empty list."""
        model = self._named(name)
        place = self._place(model)
        return checks.faults(place, model) if place.is_dir() else [f"not fetched: {place} is not there"]

    def fetch(self, name: str, *, progress: Progress) -> str:
        """Fetch a model if it is not here and whole; return where it came from ("kept" when it was here).

        Goes on where an earlier fetch was cut off. RetryableError when no source answers, naming the files, their
        hashes and the folder to put them in by hand; FatalError on a full disk, with nothing half-written left.
        """
        model = self._named(name)
        partial = self._folder / f".partial-{name}"
        with self._told(model, partial), self._alone(name, progress):
            if self._place(model).is_dir() and not self._checked(model):
                return "kept"
            # 1 what is here already  2 what is missing  3 what is made of it  4 the last look  5 in place, at once
            partial.mkdir(exist_ok=True)
            self._reuse(model, partial)
            came_from = self._bring(model, partial, progress)
            self._make(model, partial)
            self._check(model, partial)
            self._move(model, partial)
            return came_from

    def _named(self, name: str) -> Model:
        return listed.pick(self.known, name)

    def _place(self, model: Model) -> Path:
        return self._folder / model.name

    def _checked(self, model: Model) -> list[str]:
        """Return the faults of a model that is here; hashes only where something moved."""
        place = self._place(model)
        if checks.looks_the_same(place, model):
            return []
        seen = checks.look(place, model)
        faults = checks.faults(place, model)
        if not faults:
            checks.remember(place, seen)
        return faults

    def _reuse(self, model: Model, partial: Path) -> None:
        """Take files that are whole already out of a folder that is not, or that a person filled by hand."""
        place = self._place(model)
        for file in model.files:
            if wrong(partial / file.name, file) and not wrong(place / file.name, file):
                (partial / file.name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(place / file.name, partial / file.name)

    def _bring(self, model: Model, partial: Path, progress: Progress) -> str:
        origins, failures = [], []
        for source in model.sources:
            missing = _missing(model, partial)
            wanted = tuple(file for file in missing if source.has(file))
            if not wanted:
                continue
            if failure := self._try(model, source, wanted, partial, progress):
                failures.append(failure)
            else:
                origins.append(source.label)
        if missing := _missing(model, partial):
            _drop_empty(partial)
            raise RetryableError(self._by_hand(model, missing, failures))
        return ", ".join(origins) or "files that were here"

    def _try(
        self, model: Model, source: Source, wanted: tuple[File, ...], partial: Path, progress: Progress
    ) -> str | None:
        """Ask one source; return why it did not do, or None."""
        note = "stopped"
        progress.start(f"fetch {model.name}", sum(file.size for file in wanted))
        try:
            take(source, wanted, partial, advance=_Tally(progress).add)
            note = f"from {source.label}"
        except RetryableError as error:
            note = f"not from {source.label}"
            return str(error)
        finally:
            progress.finish(note)
        faults = [(file, line) for file in wanted if (line := wrong(partial / file.name, file))]
        for file, _ in faults:
            (partial / file.name).unlink(missing_ok=True)
        shutil.rmtree(partial / KEPT, ignore_errors=True)  # nothing more is to be had from these packages
        return f"{source.label}: {faults[0][1]}" if faults else None

    def _make(self, model: Model, partial: Path) -> None:
        graphs = self._graphs or listed.folder()
        for filling in model.fillings:
            target = partial / filling.file.name
            if wrong(target, filling.file):
                fill(graphs / filling.graph, partial / filling.checkpoint, target)

    def _check(self, model: Model, partial: Path) -> None:
        _leave_only({file.name for file in model.all_files}, partial)
        if faults := checks.faults(partial, model):
            raise FatalError(f"model {model.name}: {faults[0]}; it is not used")

    def _move(self, model: Model, partial: Path) -> None:
        place = self._place(model)
        seen = checks.look(partial, model)
        old = place.with_name(f".old-{place.name}")
        shutil.rmtree(old, ignore_errors=True)
        if place.exists():
            place.rename(old)
        partial.rename(place)
        shutil.rmtree(old, ignore_errors=True)
        checks.remember(place, seen)

    def _by_hand(self, model: Model, missing: tuple[File, ...], failures: list[str]) -> str:
        files = ", ".join(f"{file.name} (SHA-256 {file.sha256})" for file in missing[:_NAMED_AT_MOST])
        left = len(missing) - _NAMED_AT_MOST
        more = f" and {left} more, see hub models list --json" if left > 0 else ""
        return (
            f"model {model.name} could not be fetched: {'; '.join(failures)}. Try again, or put these files into "
            f"{self._place(model)} by hand and run hub models fetch {model.name}: {files}{more}"
        )

    @contextmanager
    def _alone(self, name: str, progress: Progress) -> Iterator[None]:
        """Let one fetch of a model go on at a time; a second waits and then finds it done."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / f".lock-{name}").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                progress.start(f"wait for another fetch of {name}")
                fcntl.flock(lock, fcntl.LOCK_EX)
                progress.finish()
            yield

    @contextmanager
    def _told(self, model: Model, partial: Path) -> Iterator[None]:
        """Turn what the disk refuses into a line; on a full disk give back what is not whole."""
        try:
            yield
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                reason = f"cannot be written ({error.strerror})"
                raise FatalError(f"{self._folder}: {reason}; set HUB_MODELS_DIR to a folder that can") from error
            _leave_only({file.name for file in model.files if not wrong(partial / file.name, file)}, partial)
            raise FatalError(
                f"{self._folder}: the disk is full; free {math.ceil(model.size / 1e6)} MB and fetch {model.name} again"
            ) from error


class _Tally:
    """Adds up chunks for a progress that wants to know how far it is."""

    def __init__(self, progress: Progress) -> None:
        self._progress, self._bytes = progress, 0

    def add(self, arrived: int) -> None:
        self._bytes += arrived
        self._progress.advance(self._bytes)


def _missing(model: Model, folder: Path) -> tuple[File, ...]:
    return tuple(file for file in model.files if wrong(folder / file.name, file))


def _drop_empty(folder: Path) -> None:
    for path in (folder / KEPT, folder):
        with suppress(OSError):  # something is in it, so it stays
            path.rmdir()


def _leave_only(names: set[str], folder: Path) -> None:
    shutil.rmtree(folder / KEPT, ignore_errors=True)
    for path in [path for path in folder.rglob("*") if not path.is_dir()]:
        if path.relative_to(folder).as_posix() not in names:
            path.unlink()
