"""The trace from requirement to test holds: nothing is named that is not there, nothing is claimed that is not shown."""

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
LINES = yaml.safe_load((ROOT / "docs" / "validation" / "requirements.yaml").read_text())


@cache
def functions(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_requirement_has_its_line_in_order():
    assert [one["id"] for one in LINES] == [f"D{number}" for number in range(1, 28)]


@pytest.mark.parametrize("line", LINES, ids=lambda line: line["id"])
def test_every_test_and_file_that_is_named_exists(line):
    for path in line["built"]:
        assert (ROOT / path).is_file(), path
    for test in line["tests"]:
        path, _, name = test.partition("::")
        assert (ROOT / path).is_file(), path
        assert name in functions(path), test


@pytest.mark.parametrize("line", LINES, ids=lambda line: line["id"])
def test_nothing_is_claimed_without_a_test_and_nothing_is_missing_in_silence(line):
    assert line["state"] in ("built", "partly", "not built")
    assert all(line[name] for name in ("requirement", "source", "risk"))
    if line["state"] == "not built":
        assert not line["tests"]
    else:
        assert line["tests"]
        assert line["built"]
    if line["state"] != "built":
        assert line["left"]


def test_every_test_that_an_answer_to_a_threat_names_exists():
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (ROOT / "docs" / "security.md").read_text())
    assert len(named) > 20
    assert [f"{path}::{name}" for path, name in named if name not in functions(path)] == []


def test_the_page_is_as_the_data_file_makes_it():
    command = [sys.executable, ROOT / "scripts" / "validation", "--check"]
    assert subprocess.run(command, check=False).returncode == 0, "run scripts/validation"
