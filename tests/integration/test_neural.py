"""A Marian model made here, converted, quantized, loaded and asked: the engine for real, though what it says is noise."""

import sys
from pathlib import Path

import pytest
from ctranslate2.converters import MarianConverter

from hub.domain.errors import FatalError, UsageError
from hub.translation.bypair import ByPair
from hub.translation.checked import CheckedTranslator
from hub.translation.neural import NeuralModel, NeuralTranslator, Search

sys.path.insert(0, str(Path(__file__).resolve().parent))
from marian import TALK, write


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    folder = tmp_path_factory.mktemp("marian")
    weights, vocabulary = write(folder)
    made = {}
    for name, quantization in (("wide", "float32"), ("int8", "int8")):
        MarianConverter(str(weights), [str(vocabulary)] * 2).convert(str(folder / name), quantization=quantization)
        for spelling in ("source.spm", "target.spm"):
            (folder / name / spelling).write_bytes((folder / spelling).read_bytes())
        made[name] = folder / name
    return made


def engine(folder, **search):
    known = Search(longest_pieces=24, threads=1, **search)
    return NeuralTranslator({("en", "de"): NeuralModel(folder, search=known)}, revision="test")


def test_every_sentence_gets_the_same_answer_alone_and_in_a_batch(folders):
    translator = engine(folders["wide"], compute="float32", batch_pieces=40)
    together = translator.translate([*TALK, "", TALK[0]], source="en", target="de")
    assert len(together) == len(TALK) + 2
    assert together[0] == together[-1]
    assert together[-2].text == ""
    assert [translator.translate([text], source="en", target="de")[0] for text in TALK] == together[: len(TALK)]
    assert len({answer.text for answer in together[: len(TALK)]}) > 1


def test_a_wider_beam_looks_further(folders):
    greedy = engine(folders["wide"], compute="float32", beam_size=1).translate(TALK, source="en", target="de")
    wide = engine(folders["wide"], compute="float32", beam_size=6).translate(TALK, source="en", target="de")
    assert [answer.text for answer in greedy] != [answer.text for answer in wide]


def test_quantized_weights_are_small_and_load(folders):
    sizes = {name: (folder / "model.bin").stat().st_size for name, folder in folders.items()}
    # a table of positions, which is never quantized, is most of so small a model
    assert sizes["int8"] < 0.8 * sizes["wide"]
    answers = engine(folders["int8"]).translate(TALK, source="en", target="de")
    assert all(answer.text or answer.flags for answer in answers)
    assert engine(folders["wide"]).translate(TALK, source="en", target="de")  # quantized as it is loaded


def test_noise_is_not_believed(folders):
    checked = CheckedTranslator(engine(folders["int8"]))
    (answer,) = checked.translate(["Anna Weber will send 12 forms."], source="en", target="de", names=["Anna Weber"])
    assert not answer.translated
    assert answer.text == "Anna Weber will send 12 forms."


def test_a_folder_without_a_model_or_its_pieces_says_so(folders, tmp_path):
    with pytest.raises(FatalError, match="sentence pieces"):
        engine(tmp_path).translate(["Yes."], source="en", target="de")
    (tmp_path / "source.spm").write_bytes((folders["wide"] / "source.spm").read_bytes())
    with pytest.raises(FatalError, match="no model of CTranslate2"):
        engine(tmp_path).translate(["Yes."], source="en", target="de")


def test_the_first_engine_that_can_do_a_pair_does_it(folders):
    neural = engine(folders["int8"])
    both = ByPair([neural, NeuralTranslator({}, revision="none")])
    assert both.supports("en", "de")
    assert not both.supports("en", "ja")
    assert both.translate(TALK, source="en", target="de") == neural.translate(TALK, source="en", target="de")
    with pytest.raises(UsageError, match="ja"):
        both.translate(TALK, source="en", target="ja")
