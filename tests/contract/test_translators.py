"""One suite for every translator: the fake, Apertium and the checked one pass the same."""

from collections.abc import Sequence

import pytest

from hub.domain.errors import UsageError
from hub.domain.translation import Translation
from hub.translation.apertium import STAND_INS, ApertiumTranslator
from hub.translation.checked import CheckedTranslator
from tests.services import need

SENTENCES = ["The sites will send the forms.", "", "The sites will send the forms.", "Nobody agreed [yet] & <b>\\ ^x$."]


class UpperCase:
    """Translates into capitals: whole, small, and enough to see what happens around it."""

    fingerprint = "fake-translator"

    def supports(self, source: str, target: str) -> bool:
        return (source, target) == ("en", "es")

    def translate(
        self, sentences: Sequence[str], *, source: str, target: str, names: Sequence[str] = ()
    ) -> list[Translation]:
        if not self.supports(source, target):
            raise UsageError(f"{source} to {target}: not a pair of this engine")
        return [Translation(sentence.upper()) for sentence in sentences]


@pytest.fixture(params=["fake", "checked fake", "apertium", "checked apertium"])
def translator(request):
    engine = ApertiumTranslator() if "apertium" in request.param else UpperCase()
    need(
        "Apertium for this pair",
        "apt-get install apertium-eng-spa apertium-fr-es apertium-es-pt apertium-spa-ita",
        engine.supports("en", "es"),
    )
    return CheckedTranslator(engine, stand_ins=STAND_INS) if "checked" in request.param else engine


def test_there_is_an_answer_for_every_sentence_in_order(translator):
    answers = translator.translate(SENTENCES, source="en", target="es")
    assert len(answers) == len(SENTENCES)
    assert answers[0] == answers[2]
    assert answers[1].text == ""


def test_nothing_asked_is_nothing_answered(translator):
    assert translator.translate([], source="en", target="es") == []


def test_a_pair_it_cannot_do_is_denied_and_refused(translator):
    assert not translator.supports("en", "ja")
    with pytest.raises(UsageError, match="ja"):
        translator.translate(["Yes."], source="en", target="ja")


def test_what_is_not_translated_is_the_sentence_itself_and_says_why(translator):
    for sentence, answer in zip(SENTENCES, translator.translate(SENTENCES, source="en", target="es"), strict=True):
        if not answer.translated:
            assert answer.text == sentence
            assert answer.flags


def test_the_fingerprint_names_the_engine_and_stays_the_same(translator):
    assert translator.fingerprint
    assert translator.fingerprint == translator.fingerprint
