"""The checks of `hub doctor`, one function a subject."""

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

_MODELS = (
    ("whisper-base", "recordings are heard by the smaller Moonshine model, in English only", False),
    ("diarizer", "voices in a recording cannot be told apart, so recordings cannot become minutes", True),
    ("spacy-en-sm", "no decision, action, risk or issue can be found", True),
    ("minilm-l6", "summaries and duplicates are judged by words alone", False),
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
        _database(hub),
        *_models(hub),
        _pdf(),
        *_translation(),
        *_fonts(),
    ]


def _python() -> Check:
    version = ".".join(str(part) for part in sys.version_info[:3])
    good = sys.version_info >= (3, 11)
    return Check("Python", good, version, True, "nothing runs", "apt-get install python3.11 python3.11-venv")


def _home(home: Path) -> Check:
    cost, mend = "nothing can be kept", "set HUB_HOME to a folder that you may write"
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=home):
            pass
    except OSError as error:
        return Check("HUB_HOME", False, f"{home} cannot be written ({error.strerror})", True, cost, mend)
    return Check("HUB_HOME", True, str(home), True)


def _space(home: Path) -> Check:
    folder = next(path for path in (home, *home.parents) if path.exists())
    free = shutil.disk_usage(folder).free / 1e9
    cost = "long recordings may not fit: four hours take half a gigabyte while they are heard"
    return Check("disk", free >= 2, f"{free:.1f} GB free in {folder}", False, cost, "free some space there")


def _database(hub: Hub) -> Check:
    try:
        count = len(hub.meetings.list_meetings())
    except HubError as error:
        return Check("database", False, str(error), True, "nothing can be kept", "restore it from a backup")
    return Check("database", True, f"{count} meetings kept", True)


def _models(hub: Hub) -> Iterator[Check]:
    for name, cost, needed in _MODELS:
        try:
            folder = hub.models.require(name)
        except HubError as error:
            yield Check(f"model {name}", False, str(error), needed, cost, f"hub models fetch {name}")
        else:
            yield Check(f"model {name}", True, str(folder), needed)


def _pdf() -> Check:
    cost, mend = "no PDF can be written", "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
    try:
        import weasyprint
    except OSError as error:
        return Check("Pango", False, str(error).splitlines()[0], False, cost, mend)
    return Check("Pango", True, f"WeasyPrint {weasyprint.__version__} loads it")


def _translation() -> Iterator[Check]:
    modes = _answer("apertium", "-l").split()
    for mode, package, cost in _PAIRS:
        found = "installed" if mode in modes else "not installed"
        mend = f"apt-get install apertium {package}"
        yield Check(f"Apertium {mode}", mode in modes, found, False, cost, mend)


def _fonts() -> Iterator[Check]:
    from hub.render.fonts import missing_fonts

    lacking = sorted({package for locale in LOCALES for package in missing_fonts(locale)})
    if not lacking:
        yield Check("fonts", True, "every script of the twelve locales has one")
    for package in lacking:
        cost = "PDFs in the locales of that script are refused, and pages may show boxes"
        yield Check(f"fonts {package}", False, "not installed", False, cost, f"apt-get install {package}")


def _answer(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=20).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""
