"""The bench of connectors: a line for each of the catalogue, and each line reads all that it says it reads."""

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from hub.connectors.beside import BESIDE
from hub.connectors.listed import CONNECTORS

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))
bench = importlib.import_module("connectors")
LINES = bench.LINES
run = importlib.import_module("connectors_run")
OBJECTS = 200


def test_every_connector_of_the_catalogue_has_a_line():
    measured = {line.of for line in LINES}
    assert {one.name for one in (*CONNECTORS, *BESIDE)} <= measured
    assert all((ROOT / "docs" / "connectors" / f"{name}.md").is_file() for name in measured)
    assert len({line.name for line in LINES}) == len(LINES)


def test_of_fewer_objects_is_told_why():
    assert [line.name for line in LINES if line.part > 1 and not line.why] == []


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.name)
def test_a_line_reads_all_that_there_is(line, monkeypatch):
    count = line.count(OBJECTS)
    with run.grounds(line, count) as ground:
        for name, value in ground.environment.items():
            monkeypatch.setenv(name, value)
        with run.steps(line, count, ground) as read:
            assert sum(read) == count


def test_the_command_tells_our_share_from_the_servers():
    words = [sys.executable, ROOT / "bench" / "connectors.py", "--objects", str(OBJECTS), "--only", "webex"]
    out = subprocess.run(words, capture_output=True, text=True, check=True, timeout=300).stdout
    row = r"\| webex \| 20 \| [\d,]+ \| \d+\.\d s \| \d+\.\d s \| \d+ MiB \| meetings; .*\|"
    assert re.search(row, out), out


def test_rows_that_are_measured_anew_leave_the_others_in_the_table(tmp_path):
    page = tmp_path / "index.md"
    page.write_text(f"before\n\n{bench.MARK}\n{bench.END}\n\nafter\n")
    bench.write(page, "cpu A\n", {"webex": "| webex | 1 |", "zoom": "| zoom | 1 |"})
    bench.write(page, "cpu B\n", {"zoom": "| zoom | 2 |", "veeva": "| veeva | 2 |"})
    told = page.read_text()
    assert [row for row in told.splitlines() if row.startswith("| ")][1:] == [
        "| veeva | 2 |",
        "| zoom | 2 |",
        "| webex | 1 |",
    ]
    assert (told.startswith("before\n\n"), told.endswith("\n\nafter\n"), "B:" in told) == (True, True, True)


def test_a_line_that_is_not_there_is_named():
    words = [sys.executable, ROOT / "bench" / "connectors.py", "--only", "fax"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 1
    assert "no line is called fax" in done.stderr
