"""Threads of the nets sleep while they wait: turning in circles they took as much of a core as the work."""

import pytest

from hub.nlp.diarize.nets import EMBEDDING, SEGMENTATION, session
from hub.nlp.extract.embed import Encoder

pytestmark = pytest.mark.models


def spins(net):
    return net.get_session_options().get_session_config_entry("session.intra_op.allow_spinning") != "0"


@pytest.mark.parametrize("name", [SEGMENTATION, EMBEDDING])
def test_the_nets_of_the_diarizer_wait_asleep(model, name):
    assert not spins(session(model("diarizer"), name, threads=2))


def test_the_sentence_encoder_waits_asleep(model):
    assert not spins(Encoder(model("minilm-l6"))._session)
