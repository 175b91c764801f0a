"""The diarizer's real nets on real clips and on the demo's four voices."""

import json
import sys
from pathlib import Path

import pytest

from hub.cli.progress import Silent
from hub.domain.voices import proposed
from hub.nlp.decode import PyAvDecoder
from hub.nlp.diarize import OnnxDiarizer
from hub.nlp.diarize.prints import OnnxVoicePrinter

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))
from diarization import reference  # noqa: E402 - bench is no package
from diarization_error import errors  # noqa: E402 - bench is no package

pytestmark = pytest.mark.models
DEMO = ROOT / "hub" / "web" / "demo"


@pytest.fixture(scope="module")
def diarizer(model):
    return OnnxDiarizer(model("diarizer"), revision="test", threads=2)


def heard(diarizer, source, folder):
    pcm = PyAvDecoder().decode(source, folder / f"{source.stem}.s16", channels="mix", progress=Silent())
    return pcm, [(turn.speaker, turn.start, turn.end) for turn in diarizer.diarize(pcm, progress=Silent())]


def test_four_synthetic_voices_are_told_apart(diarizer, tmp_path):
    lines = json.loads((DEMO / "truth.json").read_text())["lines"]
    truth = [(line["speaker"], line["start"], line["end"]) for line in lines]
    pcm, found = heard(diarizer, DEMO / "meeting.opus", tmp_path)
    result = errors(truth, found, pcm.duration_s)
    assert result.found == 4
    assert result.rate <= 0.10


@pytest.mark.eval
def test_the_error_on_real_meetings_stays_within_its_bound(diarizer, evaluation, tmp_path):
    total = None
    for path in sorted((evaluation / "audio" / "ami").glob("*.rttm")):
        pcm, found = heard(diarizer, path.with_suffix(".flac"), tmp_path)
        result = errors(reference(path), found, pcm.duration_s)
        total = result if total is None else total + result
    assert total.rate <= 0.275


def test_silence_has_no_voice(diarizer, tmp_path):
    from hub.domain.audio import Pcm

    path = tmp_path / "silence.s16"
    path.write_bytes(bytes(16_000 * 2 * 30))
    assert diarizer.diarize(Pcm(path, 1, 16_000 * 30), progress=Silent()) == ()


def test_those_who_agreed_are_known_again_by_their_voice_and_the_others_stay_unnamed(model, tmp_path):
    lines = json.loads((DEMO / "truth.json").read_text())["lines"]
    pcm = PyAvDecoder().decode(DEMO / "meeting.opus", tmp_path / "meeting.s16", channels="mix", progress=Silent())
    half = len(lines) // 2
    first, second = (spans(part) for part in (lines[:half], lines[half:]))
    printer = OnnxVoicePrinter(model("diarizer"), revision="test", threads=2)
    speakers = sorted(set(first) & set(second))
    known = {name: voice.vector for name, voice in printer.prints(pcm, first).items() if name in speakers[:2]}
    heard = printer.prints(pcm, {f"voice of {name}": second[name] for name in speakers})
    found = {one.label: one.name for one in proposed(heard, known)}
    assert len(speakers) > len(known)
    assert found == {f"voice of {name}": name for name in known}


def spans(lines):
    found = {}
    for line in lines:
        found.setdefault(line["speaker"], []).append((line["start"], line["end"]))
    return found
