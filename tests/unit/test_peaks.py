"""What the player draws: as loud as the recording is, in as many strokes as there is room for."""

import json
import math
import wave
from array import array
from pathlib import Path

import pytest

from hub.domain.errors import RejectedError
from hub.nlp.peaks import COUNT, as_json


def test_silence_is_flat_and_the_loudest_stroke_is_a_hundred(tmp_path: Path) -> None:
    rate, seconds = 8000, 60
    samples = array("h", bytes(2 * rate * seconds))
    for place in range(rate * 30, rate * 40):
        samples[place] = int(20_000 * math.sin(place / 5))
    file = tmp_path / "tone.wav"
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(samples.tobytes())
    peaks = json.loads(as_json(file))["peaks"]
    assert len(peaks) == COUNT
    assert max(peaks[: COUNT // 2 - 5]) == max(peaks[COUNT * 2 // 3 + 5 :]) == 0
    assert min(peaks[COUNT // 2 + 5 : COUNT * 2 // 3 - 5]) > 90


def test_a_file_without_sound_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "text.opus"
    file.write_text("no sound at all")
    with pytest.raises(RejectedError, match="holds no sound"):
        as_json(file)
