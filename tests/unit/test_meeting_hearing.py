"""The hearing of a meeting: a small encoder and what reads sentences in their order, in numpy."""

import numpy as np
import pytest

from hub.connectors.models.checkpoint import tensors
from hub.connectors.models.manifest import folder
from hub.domain.errors import FatalError
from hub.nlp.learned import bert
from hub.nlp.learned.gru import both_ways
from hub.nlp.learned.hearing import Hearing, load
from hub.nlp.learned.onward import same_speaker
from hub.nlp.learned.packing import packed, unpacked
from hub.nlp.learned.scorer import TRIAL_LABELS, mixed

pytestmark = pytest.mark.models
WEIGHTS = folder() / "own" / "meeting-hearing.npz"
SAID = (
    "So, the freezer in Ghent.",
    "I'd say we move the samples to Lille then.",
    "Fine by me.",
    "I'll book the courier by Friday.",
)


@pytest.fixture(scope="module")
def hearing(model):
    encoder = model("minilm-l6")
    file = encoder / "tokenizer.json"
    return load(WEIGHTS, checkpoint=lambda: tensors(encoder / "model.safetensors"), tokenizer=file)


def numbers(hearing: Hearing, rows: int) -> np.ndarray:
    return np.zeros((rows, len(hearing._held["mean"])), np.float32)


def test_a_unit_takes_in_as_much_as_its_gates_let_through():
    closed = {
        "g.weight_ih_l0": np.array([[0.0], [0.0], [1.0]], np.float32),
        "g.weight_hh_l0": np.zeros((3, 1), np.float32),
        "g.bias_ih_l0": np.array([0.0, 50.0, 0.0], np.float32),
        "g.bias_hh_l0": np.zeros(3, np.float32),
    }
    opened = closed | {"g.bias_ih_l0": np.array([0.0, -50.0, 0.0], np.float32)}
    rows = np.array([[0.5], [2.0]], np.float32)

    def read(held):
        held = held | {f"{name}_reverse": array for name, array in held.items()}
        return both_ways(held, "g")[0](rows)[:, 0]

    assert read(closed) == pytest.approx([0.0, 0.0])
    assert read(opened) == pytest.approx(np.tanh([0.5, 2.0]))


def test_what_fills_a_batch_up_is_not_heard(model):
    held = tensors(model("minilm-l6") / "model.safetensors")
    first, (layer,) = bert.beginning(held), bert.layers(held, (0,))
    tokens = np.array([[101, 2023, 2003, 102]])
    alone = layer(first(tokens), bert.padding(np.ones((1, 4), np.float32)))
    filled = np.array([[101, 2023, 2003, 102, 0, 0]])
    beside = layer(first(filled), bert.padding(np.array([[1, 1, 1, 1, 0, 0]], np.float32)))
    assert np.abs(alone - beside[:, :4]).max() < 1e-4


def test_a_sentence_is_heard_alike_whatever_is_read_with_it_in_a_batch(hearing):
    many = [*SAID, *(f"{line} " * (1 + at % 5) for at, line in enumerate(SAID * 12))]
    assert np.abs(hearing._vectors(many)[: len(SAID)] - hearing._vectors(SAID)).max() < 1e-3


def test_a_promise_and_a_settled_matter_are_heard_beside_chat(hearing):
    heard = hearing.logits(SAID, ["Ann", "Bo", "Ann", "Bo"], numbers(hearing, len(SAID)))
    assert heard.shape == (len(SAID), len(TRIAL_LABELS))
    assert heard[:, 0].argmax() == 3
    assert heard[:, 1].argmax() in {1, 2}
    assert hearing.logits([], [], numbers(hearing, 0)).shape == (0, len(TRIAL_LABELS))


def test_what_is_said_around_changes_what_is_heard(hearing):
    alone = hearing.logits(SAID[1:2], ["Bo"], numbers(hearing, 1))
    assert np.abs(hearing.logits(SAID, ["Ann", "Bo", "Ann", "Bo"], numbers(hearing, 4))[1] - alone[0]).max() > 0.01


def test_matrices_are_kept_in_eight_bits_and_come_back_within_half_a_step():
    held = {"m.weight": np.array([[0.1, -2.0], [0.0, 0.0]], np.float32), "m.bias": np.array([0.3], np.float32)}
    back = unpacked(packed(held))
    assert packed(held)["m.weight"].dtype == np.int8
    assert np.abs(back["m.weight"] - held["m.weight"]).max() <= 2.0 / 127 / 2
    assert back["m.bias"].tolist() == held["m.bias"].tolist()
    assert set(back) == set(held)


def test_the_weights_are_within_what_a_checkout_should_carry():
    assert WEIGHTS.stat().st_size < 15_000_000


def test_who_goes_on_speaking_is_told():
    assert same_speaker(["A", "A", "B", None, None])[:, 0].tolist() == [0, 1, 0, 0, 1]
    assert same_speaker([]).shape == (0, 1)


def test_trees_and_hearing_are_weighed_by_label():
    mix = np.array([[1.0, 0.0], [0.0, 2.0], [0.5, 0.0]])
    assert mixed(np.array([[1.0, 9.0]]), np.array([[7.0, 3.0]]), mix).tolist() == [[1.5, 6.0]]


def test_weights_that_are_not_there_name_the_command_that_makes_them(tmp_path):
    with pytest.raises(FatalError, match="make train"):
        load(tmp_path / "none.npz", checkpoint=dict, tokenizer=tmp_path / "tokenizer.json")
