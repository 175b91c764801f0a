"""Docs say what is: commands exist, links lead somewhere, generated parts are current."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from hub.connectors.listed import CONNECTORS

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)", page.read_text()):
        assert "://" in target or (page.parent / target).exists(), target


def test_every_hub_command_of_the_docs_exists():
    text = "\n".join(page.read_text() for page in PAGES)
    verbs = set(re.findall(r"(?:`|\.venv/bin/|^)hub ([a-z]+)", text, re.MULTILINE))
    listed = subprocess.run(
        [sys.executable, "-m", "hub.cli", "--help"], capture_output=True, text=True, check=True
    ).stdout
    known = set(re.findall(r"^  ([a-z]+) ", listed, re.MULTILINE))
    assert len(verbs) > 4
    assert verbs <= known


def test_the_make_targets_of_the_readme_exist():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"make ([a-z]+)", (ROOT / "README.md").read_text())) <= targets | {"alone"}


def test_the_table_of_settings_is_current():
    done = subprocess.run([sys.executable, ROOT / "scripts" / "settings-doc", "--check"], check=False)
    assert done.returncode == 0, "run scripts/settings-doc"


def test_the_decisions_are_numbered_and_complete():
    for page in (ROOT / "docs" / "adr").glob("0*.md"):
        text = page.read_text()
        assert re.match(rf"# {page.name[:4]} ", text), page.name
        assert all(part in text for part in ("Context", "Choice", "Consequence")), page.name


def test_the_table_of_connectors_is_that_of_the_catalogue():
    done = subprocess.run([sys.executable, ROOT / "scripts" / "connectors-doc", "--check"], check=False)
    assert done.returncode == 0, "run scripts/connectors-doc"


def test_every_connector_has_a_page_and_opens():
    for one in CONNECTORS:
        assert (ROOT / "docs" / "connectors" / f"{one.name}.md").is_file(), one.name
        assert callable(one.load())
