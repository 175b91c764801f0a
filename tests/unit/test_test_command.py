"""`make test` runs every test: the halves that run side by side leave no folder out."""

import re

from tests.conftest import ROOT


def test_the_two_halves_are_all_folders_with_tests():
    named = set(re.findall(r"tests/\w+", (ROOT / "scripts" / "test").read_text(encoding="utf-8")))
    tests = ROOT / "tests"
    there = {f"tests/{path.relative_to(tests).parts[0]}" for path in tests.glob("*/**/test_*.py")}
    assert named == there
