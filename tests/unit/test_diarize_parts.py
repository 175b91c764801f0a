"""The parts of the diarizer that need no model."""

import numpy as np
import pytest

from hub.nlp.diarize.activity import activity
from hub.nlp.diarize.belonging import Belonging, belonging
from hub.nlp.diarize.clusters import Clustering, linked
from hub.nlp.diarize.fbank import filter_bank
from hub.nlp.diarize.pieces import LONG, STEP, Pieces
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
    labels = linked(found, Clustering()).rows
    assert len(set(labels.tolist())) == count
    assert all(labels[i] == labels[i % count] for i in range(len(found)))


def test_two_voices_of_one_window_are_never_one():
    near = voices(1, 2, spread=0.0)
    pair = [Track(0, voice, near[0].vector, 3.0) for voice in (0, 1)]
    assert len(set(linked(pair, Clustering()).rows.tolist())) == 2


def test_a_long_recording_is_clustered_in_blocks_with_the_same_result():
    labels = linked(voices(3, 1200), Clustering()).rows
    assert len(set(labels.tolist())) == 3


def window(first, *spans):
    """A window in which voice i speaks during the i-th span of frames."""
    probabilities = np.zeros((FRAMES, 3), np.float32)
    for voice, (start, end) in enumerate(spans):
        probabilities[start:end, voice] = 0.95
    return Window(first, probabilities)


def axes(count):
    """Vectors of voices that have nothing in common."""
    return np.eye(192, dtype=np.float32)[:count]


NOTHING = Pieces(np.zeros(0, int), np.zeros((0, 192), np.float32))


def drawn_from(seen, labels, frames, *, pieces=NOTHING, found=None):
    found = found or [Track(0, voice, axes(3)[voice], 3.0) for voice in range(len(labels))]
    heard = activity(seen, found, np.array(labels), frames)
    return turns(heard, pieces, axes(heard.voices.shape[1]), Drawing())


def test_turns_are_drawn_named_by_appearance_and_may_overlap():
    seen = [window(0, (0, 300), (250, 500))]
    drawn = drawn_from(seen, [1, 0], FRAMES)
    assert [turn.speaker for turn in drawn] == ["Speaker 1", "Speaker 2"]
    assert drawn[0].end > drawn[1].start
    assert drawn[0].end == pytest.approx(300 * FRAME / RATE_HZ, abs=0.05)


def test_a_voice_that_windows_share_is_one_turn():
    seen = [window(0, (0, FRAMES)), window(STEP_FRAMES, (0, FRAMES))]
    found = [Track(0, 0, axes(1)[0], 9.0), Track(1, 0, axes(1)[0], 9.0)]
    assert len(drawn_from(seen, [0, 0], FRAMES + STEP_FRAMES, found=found)) == 1


def test_nobody_heard_gives_no_turn():
    assert drawn_from([window(0)], [], FRAMES, found=None) == ()


def test_pieces_part_two_voices_that_a_window_took_for_one():
    seen = [window(0, (0, 560), (570, FRAMES))]
    middle = 280 * FRAME / 160  # steps of the filter bank
    starts = np.arange(0, 800, STEP)
    vectors = axes(2)[(starts + LONG / 2 > middle).astype(int)]
    drawn = drawn_from(seen, [0, 1], FRAMES, pieces=Pieces(starts, vectors))
    assert [turn.speaker for turn in drawn] == ["Speaker 1", "Speaker 2"]
    assert drawn[0].end == pytest.approx(280 * FRAME / RATE_HZ, abs=0.5)


def test_a_voice_under_another_belongs_with_what_the_next_window_hears_at_that_time():
    # the second window's second voice has a vector of neither, but speaks when the first window's second voice does
    seen = [window(0, (0, 500), (300, 400)), window(STEP_FRAMES, (0, 350), (300 - STEP_FRAMES, 400 - STEP_FRAMES))]
    known = [Track(0, 0, axes(3)[0], 5.0), Track(0, 1, axes(3)[1], 2.0), Track(1, 0, axes(3)[0], 5.0)]
    lean = axes(4)[3] + 0.2 * axes(3)[2]
    unsure = Track(1, 1, (lean / np.linalg.norm(lean)).astype(np.float32), 0.0)
    belongs = belonging(seen, [*known, unsure], np.array([0, 1, 0, -1]), axes(3), Belonging())
    assert belongs.tolist() == [0, 1, 0, 1]
