"""Apertium itself, where it is installed."""

import sys
from pathlib import Path

import pytest

from hub.domain.errors import RetryableError
from hub.translation.apertium import ApertiumTranslator
from hub.translation.engines import installed

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))
from translation import PEOPLE, lost, sentences_of_minutes

from tests.services import need

TARGETS = ["es", "pt-BR", "fr", "it"]


@pytest.fixture(scope="module")
def apertium():
    return ApertiumTranslator()


@pytest.fixture(params=TARGETS)
def target(request, apertium):
    need(
        "Apertium for this pair",
        "apt-get install apertium-eng-spa apertium-fr-es apertium-es-pt apertium-spa-ita",
        apertium.supports("en", request.param),
    )
    return request.param


def test_a_machine_without_apertium_supports_nothing_and_does_not_fail():
    absent = ApertiumTranslator(command="apertium-that-is-not-there")
    assert not absent.supports("en", "es")
    assert absent.fingerprint


def test_the_way_from_english_leads_over_spanish(apertium):
    need(
        "Apertium for this pair",
        "apt-get install apertium-eng-spa apertium-fr-es apertium-es-pt apertium-spa-ita",
        apertium.supports("en", "fr"),
    )
    assert apertium.route("en", "fr") == ("eng-spa", "es-fr")
    assert apertium.route("en", "en") == ()
    assert not apertium.supports("en", "de")


def test_many_lines_take_one_process_a_leg(apertium, target, monkeypatch):
    calls = []
    run = ApertiumTranslator._run
    monkeypatch.setattr(
        ApertiumTranslator, "_run", lambda self, mode, text: calls.append(mode) or run(self, mode, text)
    )
    answers = apertium.translate([f"Site {n} is open." for n in range(200)], source="en", target=target)
    assert len(answers) == 200
    assert calls == list(apertium.route("en", target))
    assert all(str(n) in answer.text for n, answer in enumerate(answers))


def test_lines_without_an_end_do_not_run_into_each_other(apertium, target):
    first, second = apertium.translate(["the red", "house is big"], source="en", target=target)
    assert first.text.lower() in {"el rojo", "o vermelho", "le rouge", "il rosso"}
    assert second.text


def test_an_unknown_word_is_named_and_its_mark_taken_away(apertium, target):
    (answer,) = apertium.translate(["The zorgwhistle is open."], source="en", target=target)
    assert "zorgwhistle" in answer.unknown
    assert "*" not in answer.text


def test_an_engine_that_gives_one_line_too_few_costs_that_line_only(monkeypatch, apertium):
    need(
        "Apertium for this pair",
        "apt-get install apertium-eng-spa apertium-fr-es apertium-es-pt apertium-spa-ita",
        apertium.supports("en", "es"),
    )
    run = ApertiumTranslator._run

    def swallow(self, mode, text):
        return "gone" if "swallow" in text and "\n\n" in text else run(self, mode, text.replace("swallow", "a\n\nb"))

    monkeypatch.setattr(ApertiumTranslator, "_run", swallow)
    answers = apertium.translate(["It is open.", "swallow", "It is open."], source="en", target="es")
    assert [answer.translated for answer in answers] == [True, False, True]
    assert answers[1].text == "swallow"


def test_an_engine_that_fails_in_the_middle_may_be_asked_again(tmp_path):
    broken = tmp_path / "apertium"
    broken.write_text('#!/bin/sh\n[ "$1" = -l ] && echo eng-spa && exit 0\nread line\n[ "$line" = 1 ] && echo 1\n')
    broken.write_text(broken.read_text() + '[ "$line" = 1 ] || exit 7\n')
    broken.chmod(0o755)
    with pytest.raises(RetryableError, match="eng-spa"):
        ApertiumTranslator(command=str(broken)).translate(["It is open."], source="en", target="es")


def test_minutes_keep_every_figure_name_and_code(target):
    made = sentences_of_minutes(300, seed=11)
    answers = installed().translate([text for text, _ in made], source="en", target=target, names=PEOPLE)
    silent = [
        (text, answer.text)
        for (text, kept), answer in zip(made, answers, strict=True)
        if lost(text, kept, answer, target=target) and not answer.flags
    ]
    assert not silent
    assert sum(answer.translated for answer in answers) >= 0.95 * len(answers)


def test_a_task_reads_as_a_task():
    translator = installed()
    need(
        "Apertium for this pair",
        "apt-get install apertium-eng-spa apertium-fr-es apertium-es-pt apertium-spa-ita",
        translator.supports("en", "es"),
    )
    sentence = "Priya Nair to send the amended form to the Spanish sites by Friday."
    (answer,) = translator.translate([sentence], source="en", target="es", names=["Priya Nair"])
    assert answer.text.startswith("Priya Nair enviará ")
    assert answer.text.endswith(" para el viernes.")
    assert not answer.flags
