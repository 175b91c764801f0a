"""A meeting told while it goes on, as a user runs it."""

import json
import subprocess
import sys
from pathlib import Path

import av
import pytest

from hub.domain.audio import SAMPLE_RATE_HZ

pytestmark = pytest.mark.models

RECORDING = Path(__file__).resolve().parents[2] / "hub" / "web" / "demo" / "meeting.opus"


def _samples(seconds: int) -> bytes:
    resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE_HZ)
    sound = b""
    with av.open(str(RECORDING)) as source:
        for frame in source.decode(audio=0):
            sound += b"".join(part.to_ndarray().tobytes() for part in resampler.resample(frame))
            if len(sound) > seconds * SAMPLE_RATE_HZ * 2:
                break
    return sound


def test_a_meeting_fed_to_standard_input_is_told_live_and_then_heard_as_a_whole(home):
    """The sound comes in pieces as from a microphone; when each piece comes is left to the machine."""
    sound = _samples(12)
    command = [str(Path(sys.executable).with_name("hub")), "transcribe", "--live", "--format", "jsonl", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        out, err = running.communicate(sound, timeout=300)
    assert running.returncode == 0, err.decode()
    events = [json.loads(line) for line in out.decode().splitlines()]
    kinds = [event["event"] for event in events]
    assert "settled" in kinds
    assert kinds.index("final") == len(kinds) - 1
    final = events[-1]["transcript"]
    assert final["segments"]
    assert all(segment["speaker"] for segment in final["segments"])
    (recording,) = (home / "live").iterdir()
    assert recording.suffix == ".wav"
    assert str(recording) in err.decode()
    assert abs(recording.stat().st_size - len(sound)) < 100
