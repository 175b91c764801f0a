"""One suite for every `VoicePrinter`: the fake and the diarizer's net on a recording of four voices."""

import json
from math import sqrt

import pytest

from hub.cli.progress import Silent
from hub.nlp.decode import PyAvDecoder
from hub.nlp.diarize.prints import OnnxVoicePrinter
from tests.contract.test_ears import DEMO
from tests.fakes import FakeVoicePrinter

pytestmark = pytest.mark.models
LINES = json.loads(DEMO.with_name("truth.json").read_text())["lines"]
SPOKEN = max(((line["start"], line["end"]) for line in LINES), key=lambda span: span[1] - span[0])
SECONDS = SPOKEN[1] - SPOKEN[0]


@pytest.fixture(scope="module")
def pcm(tmp_path_factory):
    target = tmp_path_factory.mktemp("sound") / "demo.s16"
    return PyAvDecoder().decode(DEMO, target, channels="mix", progress=Silent())


@pytest.fixture(params=["fake", "onnx"])
def printer(request):
    """Give what makes a printer."""
    if request.param == "fake":
        return lambda: FakeVoicePrinter(everybody=(0.6, 0.8))
    folder = request.getfixturevalue("model")("diarizer")
    return lambda: OnnxVoicePrinter(folder, revision="test", threads=2)


def test_a_voice_is_a_vector_of_length_one_from_the_seconds_that_were_heard(printer, pcm):
    found = printer().prints(pcm, {"Anna Weber": [SPOKEN], "Speaker 2": [SPOKEN]})
    assert list(found) == ["Anna Weber", "Speaker 2"]
    assert found["Anna Weber"].vector == pytest.approx(found["Speaker 2"].vector, abs=1e-4)
    assert sqrt(sum(value * value for value in found["Anna Weber"].vector)) == pytest.approx(1.0, abs=1e-5)
    assert SECONDS - 1.0 < found["Anna Weber"].seconds <= SECONDS + 0.01


def test_a_label_without_a_stretch_of_a_second_is_left_out(printer, pcm):
    start = SPOKEN[0]
    short = [(start, start + 0.5), (start + 1.0, start + 1.9)]
    assert list(printer().prints(pcm, {"none": [], "short": short, "long": [*short, SPOKEN]})) == ["long"]
    assert printer().prints(pcm, {}) == {}


def test_two_of_one_kind_have_one_fingerprint(printer):
    assert printer().fingerprint == printer().fingerprint != ""
