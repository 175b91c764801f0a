"""The checks of `hub doctor`, one function a subject."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hub.bootstrap import Hub
from hub.domain.errors import HubError
from hub.domain.locales import LOCALES

_SPACE_GB = 2.0
_MODELS = (
    ("whisper-base", "recordings are heard by the smaller Moonshine model, in English only", False),
    ("diarizer", "voices in a recording cannot be told apart, so recordings cannot become minutes", True),
    ("spacy-en-sm", "no decision, action, risk or issue can be found", True),
    ("minilm-l6", "what was agreed, summaries and duplicates are judged by words alone", False),
)
_PAIRS = (
    ("eng-spa", "apertium-eng-spa", "Spanish minutes keep their sentences in English, marked as such"),
    ("spa-ita", "apertium-spa-ita", "Italian minutes keep their sentences in English, marked as such"),
    ("es-pt", "apertium-es-pt", "Portuguese minutes keep their sentences in English, marked as such"),
    ("es-fr", "apertium-fr-es", "French minutes keep their sentences in English, marked as such"),
)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. *cost* is what missing it means, *mend* the command that brings it."""

    name: str
    good: bool
    found: str
    needed: bool = False
    cost: str = ""
    mend: str = ""

    def line(self) -> str:
        """Return the check as a line for a person; a missing thing takes two more."""
        if self.good:
            return f"ok       {self.name}: {self.found}"
        state = "MISSING " if self.needed else "missing "
        return (
            f"{state} {self.name}: {self.found}\n         without it: {self.cost}\n         mend it with: {self.mend}"
        )


def run_checks(hub: Hub) -> list[Check]:
    """Return every check, needed and optional ones, in reading order."""
    return [
        _python(),
        _home(hub.settings.home),
        _space(hub.settings.home),
        _encrypted(hub.settings.home),
        _database(hub),
        *_connections(hub),
        *_models(hub),
        _pdf(),
        *_translation(),
        *_fonts(),
    ]


def _found(name: str, found: str) -> Check:
    return Check(name, good=True, found=found)


def _python() -> Check:
    return _found("Python", ".".join(str(part) for part in sys.version_info[:3]))


def _home(home: Path) -> Check:
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=home):
            return _found("HUB_HOME", str(home))
    except OSError as error:
        found = f"{home} cannot be written ({error.strerror})"
    mend = "set HUB_HOME to a folder that you may write"
    return Check("HUB_HOME", good=False, found=found, needed=True, cost="nothing can be kept", mend=mend)


def _space(home: Path) -> Check:
    folder = next(path for path in (home, *home.parents) if path.exists())
    free_gb = shutil.disk_usage(folder).free / 1e9
    found = f"{free_gb:.1f} GB free in {folder}"
    cost = "long recordings may not fit: four hours take half a gigabyte while they are heard"
    return Check("disk", good=free_gb >= _SPACE_GB, found=found, cost=cost, mend="free some space there")


def _encrypted(home: Path) -> Check:
    """Look whether HUB_HOME lies on a volume that Linux encrypts (dm-crypt); below a virtual disk nothing is seen."""
    folder = next(path for path in (home, *home.parents) if path.exists())
    if encrypted_device(folder.stat().st_dev):
        return _found("encryption at rest", f"{folder} lies on an encrypted volume")
    found = f"{folder}: no encrypted volume is seen here; a cloud may encrypt the disk below"
    cost = "who gets hold of the disk can read recordings and, on SQLite, the database"
    mend = "put HUB_HOME on an encrypted volume (LUKS, or the provider's), and note where that is shown"
    return Check("encryption at rest", good=False, found=found, cost=cost, mend=mend)


def encrypted_device(number: int, devices: Path = Path("/sys/dev/block")) -> bool:
    """Tell whether a block device, by its number, or one that it is made of, is encrypted by dm-crypt."""
    return _on_crypt(devices / f"{os.major(number)}:{os.minor(number)}")


def _on_crypt(device: Path) -> bool:
    try:
        if (device / "dm" / "uuid").read_text().startswith("CRYPT-"):
            return True
    except OSError:
        pass
    below = device / "slaves"
    return below.is_dir() and any(_on_crypt(one) for one in below.iterdir())


def _database(hub: Hub) -> Check:
    try:
        return _found("database", f"{len(hub.meetings.list_meetings())} meetings kept")
    except HubError as error:
        found = str(error)
    mend = "restore it from a backup"
    return Check("database", good=False, found=found, needed=True, cost="nothing can be kept", mend=mend)


def _connections(hub: Hub) -> Iterator[Check]:
    """Yield a check for each file of a connection that connects nothing."""
    wrong = {"systems": hub.unconnected, **hub.wrong_files}
    if not any(wrong.values()):
        yield _found("connections", "every file of a connection can be read")
    for folder, files in wrong.items():
        for file, why in files.items():
            cost = "this file connects nothing; the others do"
            yield Check(f"{folder}/{file}", good=False, found=why, cost=cost, mend=f"put {folder}/{file} right")


def _models(hub: Hub) -> Iterator[Check]:
    for name, cost, needed in _MODELS:
        try:
            yield _found(f"model {name}", str(hub.models.require(name)))
        except HubError as error:
            mend = f"hub models fetch {name}"
            yield Check(f"model {name}", good=False, found=str(error), needed=needed, cost=cost, mend=mend)


def _pdf() -> Check:
    try:
        import weasyprint
    except OSError as error:
        found = str(error).splitlines()[0]
        mend = "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
        return Check("Pango", good=False, found=found, cost="no PDF can be written", mend=mend)
    return _found("Pango", f"WeasyPrint {weasyprint.__version__} loads it")


def _translation() -> Iterator[Check]:
    modes = _answer("apertium", "-l").split()
    for mode, package, cost in _PAIRS:
        good = mode in modes
        found = "installed" if good else "not installed"
        mend = f"apt-get install apertium {package}"
        yield Check(f"Apertium {mode}", good=good, found=found, cost=cost, mend=mend)


def _fonts() -> Iterator[Check]:
    from hub.render.fonts import missing_fonts

    lacking = sorted({package for locale in LOCALES for package in missing_fonts(locale)})
    if not lacking:
        yield _found("fonts", "every script of the twelve locales has one")
    cost = "PDFs in the locales of that script are refused, and pages may show boxes"
    for package in lacking:
        mend = f"apt-get install {package}"
        yield Check(f"fonts {package}", good=False, found="not installed", cost=cost, mend=mend)


def _answer(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=20).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""
