"""The guides hold: the administrator's commands run in their order, the user's pictures are those of the pages."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from tests.people import PASSWORD

ROOT = Path(__file__).resolve().parents[2]
HUB = str(Path(sys.executable).with_name("hub"))
GUIDE = ROOT / "docs" / "guide"


def commands() -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "administration.md").read_text(), re.DOTALL)
    return [line for line in "".join(blocks).splitlines() if line]


def test_the_administrators_commands_run_in_their_order(home, tmp_path):
    told = {}
    for command in commands():
        words = shlex.split(command)
        own = dict(word.split("=", 1) for word in words if re.match(r"HUB_\w+=", word))
        words = [word for word in words if not re.match(r"HUB_\w+=", word)]
        assert words[0] == "hub", command
        environment = os.environ | {"HUB_HOME": str(home)} | {name: str(tmp_path / one) for name, one in own.items()}
        done = subprocess.run(
            [HUB, *words[1:]],
            cwd=tmp_path,
            env=environment,
            input=f"{PASSWORD}\n",
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == 0 or words[1] == "doctor", f"{command}\n{done.stdout}{done.stderr}"
        told[command] = done.stdout
    assert "inspector for Meridian CRO" in told["hub users list"]
    assert told["HUB_HOME=restored hub audit verify"].startswith("whole:")
    assert (tmp_path / "trail.json").stat().st_size > 1000


def test_every_picture_of_the_guide_is_one_that_the_browser_test_takes_and_small():
    names = re.findall(r"\(img/([\w-]+)\.webp\)", (GUIDE / "README.md").read_text())
    there = {path.stem: path.stat().st_size for path in (GUIDE / "img").glob("*")}
    assert set(names) == set(there)
    assert sum(there.values()) < 500_000
    story = (ROOT / "tests" / "e2e" / "test_pages.py").read_text()
    for name in names:
        assert name.split("-")[0] in story, name
