"""The hearing of free talk: how it reads, and how it counts beside words and trees."""

import numpy as np
import pytest

from hub.connectors.models.manifest import folder
from hub.domain.errors import FatalError
from hub.nlp.extract.embed import Encoder
from hub.nlp.learned import scorer as scoring
from hub.nlp.learned.overhearing import Overhearing, load
from hub.nlp.learned.scorer import TALK_LABELS, mixed, talk_numbers
from hub.nlp.learned.words import said

WEIGHTS = folder() / "own" / "talk-hearing.npz"
EXTRACTOR = folder() / "own" / "meeting-extractor.npz"
CHAT = (
    ("A", "So the colour of the case"),
    ("B", "yellow was what they liked in the survey"),
    ("A", "okay then you will look into the price of rubber for the next meeting"),
    ("B", "yeah i'll do that"),
    ("A", "mm-hmm"),
    ("B", "that was it then"),
)
SENTENCES = [text for _, text in CHAT]
TALK = [said(speaker, text) for speaker, text in CHAT]


class Fixed:
    """Hears in each utterance the same logit, whatever is asked."""

    revision = "fixed"

    def __init__(self, logit: float, *, heard: float, told: float) -> None:
        labels = len(TALK_LABELS)
        self._logit = logit
        self.mix = np.array([[told] * labels, [heard] * labels, [0.0] * labels])
        self.draft, self.also = np.zeros(4), -np.ones(4)

    def logits(self, sentences, speakers, numbers):
        assert len(sentences) == len(speakers) == len(numbers)
        return np.full((len(sentences), len(TALK_LABELS)), self._logit)


def test_what_is_heard_counts_beside_what_the_words_say_by_the_thresholds_of_both():
    alone = scoring.load(EXTRACTOR, overhearing=Fixed(0.7, heard=1.0, told=0.0)).free_talk(TALK, SENTENCES)
    assert alone == pytest.approx(np.full((len(TALK), 4), 0.7))
    words = scoring.load(EXTRACTOR, overhearing=Fixed(0.7, heard=0.0, told=1.0)).free_talk(TALK, SENTENCES)
    assert words == pytest.approx(scoring.load(EXTRACTOR).talk(TALK)[:, [0, 1, 2, 2]])


def test_without_it_free_talk_is_read_by_words_with_thresholds_of_their_own():
    held = scoring.load(EXTRACTOR)
    scaled = (held.talk(TALK)[:, 0] - held._held["talk_draft"][0]) / (
        held._held["talk_draft"][0] - held._held["talk_also"][0]
    )
    assert held.free_talk(TALK, SENTENCES)[:, 0] == pytest.approx(scaled)


def test_a_meeting_of_a_trial_is_not_heard_by_it_and_free_talk_is():
    trial = ["the site has two open queries for that patient"] * 4
    talk = [said("A", text) for text in trial]
    around = {"leanings": lambda: np.zeros((4, 10)), "surroundings": lambda: np.zeros((4, 10))}

    class Deaf(Fixed):
        def logits(self, *_asked):
            raise AssertionError("heard")

    held = scoring.load(EXTRACTOR, overhearing=Deaf(0.0, heard=1.0, told=1.0))
    held._trial = lambda *_asked: np.zeros((4, 4))
    assert held.scores(talk, sentences=trial, **around).trial == 1.0
    with pytest.raises(AssertionError, match="heard"):
        held.scores(TALK, sentences=SENTENCES, **around)


def test_the_revision_tells_with_which_hearing_a_meeting_was_read():
    assert scoring.load(EXTRACTOR, overhearing=Fixed(0, heard=1, told=1)).revision.endswith("fixed")


def test_weights_that_are_not_there_name_the_command_that_makes_them(tmp_path):
    with pytest.raises(FatalError, match="make train"):
        load(tmp_path / "none.npz", vectors=lambda _: None)


@pytest.mark.models
def test_who_takes_a_thing_on_is_heard_above_chat(model):
    hears: Overhearing = load(WEIGHTS, vectors=Encoder(model("minilm-l6")).vectors)
    heard = hears.logits(SENTENCES, [speaker for speaker, _ in CHAT], talk_numbers(TALK))
    assert heard.shape == (len(CHAT), len(TALK_LABELS))
    assert heard[:, 0].argmax() in {2, 3}
    assert hears.logits([], [], talk_numbers(TALK)[:0]).shape == (0, len(TALK_LABELS))


def test_several_that_learned_alike_are_averaged():
    with np.load(WEIGHTS) as file:
        arrays = {name: file[name] for name in file.files}
    names = sorted({name.partition("/")[0] for name in arrays if "/" in name})
    assert len(names) > 1
    rows = np.zeros((3, 384), np.float32)
    numbers = np.zeros((3, len(arrays[f"{names[0]}/mean"])), np.float32)

    def read(kept):
        left = {name: array for name, array in arrays.items() if "/" not in name or name.partition("/")[0] in kept}
        return Overhearing(left, vectors=lambda _: rows).read(rows, ["A", "B", "A"], numbers)

    assert read(names) == pytest.approx(np.mean([read({name}) for name in names], axis=0))


def test_it_is_small():
    assert WEIGHTS.stat().st_size < 1_000_000


def test_what_the_two_hearings_say_is_weighed_by_label():
    assert mixed(np.array([[2.0]]), np.array([[4.0]]), np.array([[0.5], [0.25], [1.0]])).tolist() == [[3.0]]
