"""No sentence is believed before it has been checked."""

import pytest

from hub.domain.translation import Translation
from hub.translation.checked import CheckedTranslator


class Says:
    """Answers by a table, or repeats; keeps what it was asked."""

    fingerprint = "says"

    def __init__(self, table):
        self.table = table
        self.asked = []

    def supports(self, source, target):
        return True

    def translate(self, sentences, *, source, target, names=()):
        self.asked += sentences
        return [self.table(sentence) for sentence in sentences]


def judged(sentence, answer, *, target="es", names=()):
    engine = Says(lambda text: answer(text) if callable(answer) else Translation(answer))
    return CheckedTranslator(engine).translate([sentence], source="en", target=target, names=names)[0]


@pytest.mark.parametrize(
    ("sentence", "answer", "reason"),
    [
        ("We sent 24 kits.", "Enviamos cajas.", "did not survive"),
        ("We did not send it.", "Lo enviamos.", "negation lost"),
        ("Fridays are full.", "Los jueves están llenos.", "day lost: Friday"),
        ("The visit is over.", "La visita 7 terminó.", "number that is not in the source: 7"),
        ("The visit is over.", " ", "nothing back"),
    ],
)
def test_a_loss_keeps_the_source_sentence_and_says_why(sentence, answer, reason):
    result = judged(sentence, answer)
    assert not result.translated
    assert result.text == sentence
    assert any(reason in flag for flag in result.flags)


def test_a_sentence_that_fails_is_tried_again_with_its_figures_protected():
    engine = Says(lambda text: Translation("Enviamos " + text.split()[2] + " cajas." if "Xq" in text else "Enviamos."))
    (result,) = CheckedTranslator(engine).translate(["We sent 24 kits."], source="en", target="es")
    assert result == Translation("Enviamos 24 cajas.")
    assert len(engine.asked) == 2


@pytest.mark.parametrize(
    ("sentence", "answer", "doubt"),
    [
        ("The visit is over.", Translation("La visit es over.", unknown=("visit", "over")), "visit, over"),
        ("The visit is over.", Translation("La visita no es."), "negation that is not in the source"),
        ("The visit to the site is over now.", Translation("Fin."), "length"),
    ],
)
def test_a_doubt_is_shown_with_the_translation(sentence, answer, doubt):
    result = judged(sentence, lambda _: answer)
    assert result.translated
    assert any(doubt in flag for flag in result.flags)


def test_a_task_is_asked_for_as_the_future():
    engine = Says(Translation)
    CheckedTranslator(engine).translate(
        ["Anna Weber and Luis Ortega to send it."], source="en", target="es", names=["Anna Weber", "Luis Ortega"]
    )
    assert engine.asked == ["Xqaz and Xqbz will send it."]


def test_spanish_is_formal_and_opens_its_questions():
    result = judged("Do you have your form? Yes!", "Tienes vuestro formulario? Sí!")
    assert result.text == "¿Tienes su formulario? ¡Sí!"


def test_french_cuts_de_before_a_vowel():
    result = judged("The team of Anna Weber is late.", "L'équipe de Xqaz est tard.", target="fr", names=["Anna Weber"])
    assert result.text == "L'équipe d'Anna Weber est tard."
