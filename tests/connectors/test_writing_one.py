"""docs/connectors/writing-one.md holds: its connector keeps the contract, and a hub that finds it registered uses it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from hub.connectors.catalogue import open_system
from hub.domain.errors import UsageError
from tests.connectors.peer import Peer, running

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "connectors" / "writing-one.md"


def part(language: str, number: int = 0) -> str:
    """Return a block of code of the page."""
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)[number]


@pytest.fixture
def package(tmp_path):
    """A folder as `pip install` leaves it: the module, and what its pyproject.toml registers."""
    registered = tmp_path / "acme-1.dist-info"
    registered.mkdir()
    (tmp_path / "acme.py").write_text(part("python"))
    (tmp_path / "test_acme.py").write_text(part("python", 1))
    (registered / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1\n")
    group = part("toml").replace('[project.entry-points."hub.connectors"]', "[hub.connectors]").replace('"', "")
    (registered / "entry_points.txt").write_text(group)
    return tmp_path


def test_the_connector_of_the_page_keeps_the_contract(package):
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", package, package],
        env={**os.environ, "PYTHONPATH": f"{package}:{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) > 100


def test_the_hub_uses_a_connector_that_a_package_registers(package, tmp_path, monkeypatch):
    home = tmp_path / "home"
    (home / "systems").mkdir(parents=True)
    with running(Peer(auth="api_key")) as peer:
        number = peer.enter("do it")
        told = part("yaml").replace("https://todo.acme.example", peer.address)
        (home / "systems" / "acme.yaml").write_text(told)
        env = {**os.environ, "HUB_HOME": str(home), "ACME_KEY": peer.password, "PYTHONPATH": str(package)}
        said = subprocess.run(
            [sys.executable, "-m", "hub.cli", "connectors", "sample", "acme", "action_item"],
            env=env,
            capture_output=True,
            text=True,
            check=True,
        )
    assert f'"{number}"' in said.stdout
    assert '"title": "do it"' in said.stdout


def test_a_connector_that_nobody_registers_is_named(tmp_path):
    (tmp_path / "acme.yaml").write_text("connector: acme2\nname: acme\n")
    with pytest.raises(UsageError, match=r"'acme2' is none of files, rest"):
        open_system(tmp_path / "acme.yaml")
