"""The peer of the minutes' benchmark, and what a stage is said to have taken."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))
import minutes
from stages import Watch, with_rest
from whisperx_like import FRAME, RATE_HZ, spans, speaker

SECOND = {"wall_s": 1.0, "cpu_s": 1.0, "peak_mb": 100.0}


def side(**cpu_s):
    return {"sound": 100.0, "words": 7, "voices": 2, "stages": {n: SECOND | {"cpu_s": s} for n, s in cpu_s.items()}}


def test_a_stage_keeps_its_time_and_its_own_peak_of_memory():
    watch = Watch()
    with watch.stage("large"):
        held = np.ones(8_000_000)
        assert held.sum() == 8_000_000
        del held
    with watch.stage("small"):
        pass
    with watch.stage("large"):
        pass
    took = watch.stages
    assert list(took) == ["large", "small"]
    assert took["large"]["cpu_s"] > 0
    assert took["small"]["peak_mb"] <= took["large"]["peak_mb"]
    rest = with_rest(took, wall_s=100.0, cpu_s=100.0)["the rest"]
    assert rest["wall_s"] == pytest.approx(100.0 - took["large"]["wall_s"] - took["small"]["wall_s"])


def test_a_word_goes_to_the_voice_that_speaks_most_of_it():
    turns = [(0.0, 1.0, 1), (0.8, 3.0, 2), (5.0, 6.0, 3)]
    assert speaker(0.7, 1.1, turns) == 1
    assert speaker(0.9, 1.5, turns) == 2
    assert speaker(3.5, 4.0, turns) is None


def test_frames_in_which_a_voice_is_heard_are_spans_of_seconds():
    frame = FRAME / RATE_HZ
    heard = np.array([False, True, True, False, True])
    assert spans(10.0, heard, 4) == [(10 + frame, 10 + 3 * frame, 4), (10 + 4 * frame, 10 + 5 * frame, 4)]


def test_what_the_hub_adds_is_measured_without_voices_and_a_missed_bound_fails(capsys):
    peer = side(decode=1.0, recognize=9.0, diarize=5.0, assign=1.0)
    good = {"5": {"whisperx-like": peer, "hub": side(decode=1.0, recognize=9.0, diarize=14.0, extract=0.5)}}
    assert minutes.kept_to(good["5"]) == {"added": pytest.approx(0.05), "diarize": pytest.approx(0.14)}
    assert minutes.report(good, 4.0, 0.1) == 0
    slow = {"5": {"whisperx-like": peer, "hub": side(decode=1.0, recognize=9.0, diarize=16.0, extract=2.0)}}
    assert minutes.report(good | slow, 4.0, 0.1) == 1
    assert capsys.readouterr().out.count("MISSED") == 2


def test_of_several_rounds_the_medians_count():
    runs = [side(recognize=seconds) for seconds in (9.0, 1.0, 2.0)]
    assert minutes.middle(runs)["stages"]["recognize"]["cpu_s"] == 2.0
