"""The parts of the diarizer that need no model."""

import numpy as np
import pytest

from hub.nlp.diarize.clusters import Clustering, clustered
from hub.nlp.diarize.fbank import filter_bank
from hub.nlp.diarize.tracks import Track
from hub.nlp.diarize.turns import Drawing, turns
from hub.nlp.diarize.windows import FRAME, FRAMES, STEP_FRAMES, Window

RATE_HZ = 16_000


def test_a_tone_is_loudest_in_the_band_of_its_frequency():
    time = np.arange(RATE_HZ) / RATE_HZ
    low, high = (filter_bank((0.3 * np.sin(2 * np.pi * hertz * time)).astype(np.float32)) for hertz in (300, 3000))
    assert low.shape == (98, 80)
    assert low.mean(axis=0).argmax() < high.mean(axis=0).argmax()


def test_silence_and_a_splinter_of_sound_have_finite_features():
    assert np.isfinite(filter_bank(np.zeros(RATE_HZ, np.float32))).all()
    assert filter_bank(np.zeros(100, np.float32)).shape == (0, 80)


def voices(count, per_voice, *, spread=0.05, seed=1):
    """Tracks of *count* voices, one voice a window."""
    noise = np.random.default_rng(seed)
    centres = np.linalg.qr(noise.normal(size=(192, count)))[0].T
    found = []
    for place in range(count * per_voice):
        vector = centres[place % count] + noise.normal(0, spread, 192)
        found.append(Track(place, 0, (vector / np.linalg.norm(vector)).astype(np.float32), 3.0))
    return found


@pytest.mark.parametrize("count", [1, 2, 4, 7])
def test_voices_apart_are_counted_right(count):
    found = voices(count, 12)
    labels = clustered(found, Clustering())
    assert len(set(labels.tolist())) == count
    assert all(labels[i] == labels[i % count] for i in range(len(found)))


def test_two_voices_of_one_window_are_never_one():
    near = voices(1, 2, spread=0.0)
    pair = [Track(0, voice, near[0].vector, 3.0) for voice in (0, 1)]
    assert len(set(clustered(pair, Clustering()).tolist())) == 2


def test_a_long_recording_is_clustered_in_blocks_with_the_same_result():
    labels = clustered(voices(3, 1200), Clustering())
    assert len(set(labels.tolist())) == 3


def test_nothing_heard_gives_no_cluster():
    assert clustered([], Clustering()).shape == (0,)


def window(first, *spans):
    """A window in which voice i speaks during the i-th span of frames."""
    probabilities = np.zeros((FRAMES, 3), np.float32)
    for voice, (start, end) in enumerate(spans):
        probabilities[start:end, voice] = 0.95
    return Window(first, probabilities)


def test_turns_are_drawn_named_by_appearance_and_may_overlap():
    seen = [window(0, (0, 300), (250, 500))]
    vector = np.ones(192, np.float32)
    found = [Track(0, 0, vector, 3.0), Track(0, 1, vector, 3.0)]
    drawn = turns(seen, found, np.array([1, 0]), FRAMES, Drawing())
    assert [turn.speaker for turn in drawn] == ["Speaker 1", "Speaker 2"]
    assert drawn[0].end > drawn[1].start
    assert drawn[0].end == pytest.approx(300 * FRAME / RATE_HZ, abs=0.05)


def test_a_voice_that_windows_share_is_one_turn():
    seen = [window(0, (0, FRAMES)), window(STEP_FRAMES, (0, FRAMES))]
    vector = np.ones(192, np.float32)
    found = [Track(0, 0, vector, 9.0), Track(1, 0, vector, 9.0)]
    drawn = turns(seen, found, np.array([0, 0]), FRAMES + STEP_FRAMES, Drawing())
    assert len(drawn) == 1
