"""`hub validate` checks an installation, says what failed, and seals its report."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hub.bootstrap import build
from hub.cli import operation
from hub.settings import load_settings

pytestmark = pytest.mark.models
HUB = str(Path(sys.executable).with_name("hub"))


def ran(folder, *words):
    return subprocess.run([HUB, *words], cwd=folder, capture_output=True, text=True, env=os.environ, check=False)


def test_a_whole_installation_passes_and_its_report_is_sealed(home, tmp_path):
    done = ran(tmp_path, "validate", "--by", "IT department")
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((tmp_path / "validation" / "validation-report.json").read_text())
    assert (report["verdict"], report["by"]) == ("passed", "IT department")
    page = (tmp_path / "validation" / "validation-report.html").read_text()
    assert all(told in page for told in ("passed", "run by IT department", *(name for name, _, _ in operation.CHECKS)))
    assert [one["name"] for one in report["operation"]] == [name for name, _, _ in operation.CHECKS]
    assert not (home / "hub.db").exists() or "meetings kept" in done.stdout
    assert ran(tmp_path, "validate", "--check").stdout == "as it was signed\n"
    path = tmp_path / "validation" / "validation-report.json"
    path.write_text(path.read_text().replace('"passed"', '"Passed"'))
    changed = ran(tmp_path, "validate", "--check")
    assert (changed.returncode, changed.stdout) == (1, "NOT as it was signed, or signed by another hub\n")
    assert ran(tmp_path, "validate", "--check", "--out", "nowhere").returncode == 2


def test_a_check_that_fails_is_told_with_its_reason_and_the_others_go_on(home, monkeypatch):
    def broken(_hub):
        raise AssertionError("the trail is not whole")

    monkeypatch.setattr(operation, "CHECKS", (("Broken", "D4", broken), operation.CHECKS[0]))
    hub = build(load_settings(home=home))
    first, second = operation.run_operations(hub)
    hub.close()
    assert (first.good, first.found) == (False, "the trail is not whole")
    assert second.good, second.found
