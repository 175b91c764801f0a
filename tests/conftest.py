"""What all tests share: a home of their own, the fetched models, the evaluation data, and no network."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings

from hub.settings import load_settings

ROOT = Path(__file__).resolve().parent.parent
EVAL = ROOT.parent / "shared" / "eval"
MODELS = load_settings().models

Run = Callable[..., subprocess.CompletedProcess[str]]

pytest_plugins = ["tests.services"]
# how long an example takes says how busy the machine is
settings.register_profile("hub", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("hub")


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "localhost", "::1"):
            raise OSError(f"a test tried to reach {address[0]}; tests stay on this machine")
        connect(self, address)  # type: ignore[arg-type]  # socket addresses have no one type

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def _logs_of_its_own() -> Iterator[None]:
    """What a command sets up for its log within this process is not for the next test."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty HUB_HOME that shares the fetched models."""
    folder = tmp_path / "home"
    for name in [name for name in os.environ if name.startswith("HUB_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HUB_HOME", str(folder))
    monkeypatch.setenv("HUB_MODELS_DIR", str(MODELS))
    return folder


@pytest.fixture(scope="session")
def model() -> Callable[[str], Path]:
    """Give the folder of a fetched model; `make test` fetches all that tests use, so a missing one is a failure."""
    from hub.connectors.models.store import FetchedModels

    return FetchedModels(MODELS).require


@pytest.fixture(scope="session")
def evaluation() -> Path:
    """The shared evaluation data beside the checkout."""
    if not EVAL.is_dir():
        pytest.skip(
            f"no evaluation data at {EVAL.relative_to(ROOT.parent)} beside the checkout"
        )  # it is not ours to ship
    return EVAL


@pytest.fixture
def hub(home: Path) -> Run:
    """Run the `hub` command as a user does; *tell* it the arguments, get what it printed and its exit code."""
    del home

    def run(*arguments: object, timeout: float = 300, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [str(Path(sys.executable).with_name("hub")), *map(str, arguments)]
        surroundings = os.environ | environment
        return subprocess.run(command, capture_output=True, text=True, timeout=timeout, env=surroundings, check=False)

    return run
