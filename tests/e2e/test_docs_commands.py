"""The commands of the README and of the docs run as they stand there."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import av
import pytest

pytestmark = pytest.mark.models

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "hub" / "web" / "demo" / "meeting.opus"


def commands(page: str) -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    return [line.partition("  #")[0].strip() for line in lines if re.match(r"(\.venv/bin/)?hub ", line)]


def call_mp4(path: Path, seconds: int) -> None:
    with av.open(str(DEMO)) as source, av.open(str(path), "w") as target:
        stream = target.add_stream("aac", rate=48_000, layout="mono")
        resampler = av.AudioResampler(format="fltp", layout="mono", rate=48_000)
        for frame in source.decode(audio=0):
            if frame.time > seconds:
                break
            for resampled in resampler.resample(frame):
                for packet in stream.encode(resampled):
                    target.mux(packet)
        for packet in stream.encode(None):
            target.mux(packet)


@pytest.mark.parametrize(
    "command",
    [*commands("README.md"), *commands("docs/models.md"), *commands("docs/locales.md"), *commands("docs/minutes.md")],
)
def test_a_command_of_the_docs_runs(home, tmp_path, command):
    call_mp4(tmp_path / "call.mp4", 60)
    (tmp_path / "people.csv").write_text("name,role,organization,email\nAnna Weber,CRO Project Manager,,\n")
    (tmp_path / "FOLDER").mkdir()
    (tmp_path / "FOLDER" / "call.mp4").write_bytes((tmp_path / "call.mp4").read_bytes())
    (tmp_path / "FOLDER" / "refs.jsonl").write_text('{"audio": "call.mp4", "text": "Good morning everyone."}\n')
    words = shlex.split(command)
    words[0] = str(Path(sys.executable).with_name("hub"))
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=300, env=os.environ, check=False)
    assert done.returncode == 0, done.stderr
    if "--out" in words:
        assert (tmp_path / "minutes" / "minutes.ja.docx").is_file()
