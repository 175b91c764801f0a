"""A study's translations: people's words first, figures and names exchanged in them, terms held, doubts said."""

from datetime import UTC, datetime

import pytest

from hub.domain.memory import Approved, Difference, Pair, Term, differences
from hub.domain.translation import Translation
from hub.translation import checks, terms
from hub.translation.agreement import plural, with_article
from hub.translation.lexicon import own_terms
from hub.translation.remembered import ADAPTED, MEMORY, Remembered
from hub.translation.study import StudyTranslator
from tests.fakes import FakeGlossary, FakeMemory

ES = Pair("en", "es")
AT = datetime(2026, 5, 19, tzinfo=UTC)
NAMES = ("Anna Weber", "Priya Nair")
SAID = {
    "Anna Weber to send 12 kits to site 014 by Friday 22 May.": "Anna Weber enviará 12 kits al centro 014 para el viernes 22 de mayo.",
    "Site 014 used 3.5 mg.": "El centro 014 usó 3,5 mg.",
    "The forms are late.": "Los formularios llegan tarde.",
}


def approved(source, target):
    return Approved(ES, source, target, "lucia", AT)


REMEMBERED = Remembered([approved(*one) for one in SAID.items()], target="es", names=NAMES)


def test_the_same_sentence_is_said_as_a_person_said_it():
    assert REMEMBERED.translation(" The forms  are late. ") == Translation(
        "Los formularios llegan tarde.", origin=MEMORY
    )
    assert REMEMBERED.translation("The forms are here.") is None


def test_other_figures_days_and_codes_are_put_into_a_persons_words_in_the_locales_form():
    answer = REMEMBERED.translation("Anna Weber to send 400 kits to site 021 by Monday 1 June.")
    assert answer.text == "Anna Weber enviará 400 kits al centro 021 para el lunes 1 de junio."
    assert (answer.origin, answer.flags) == (ADAPTED, ())
    assert "1.200,5 mg" in REMEMBERED.translation("Site 007 used 1,200.5 mg.").text


def test_another_name_is_put_in_and_flagged():
    answer = REMEMBERED.translation("Priya Nair to send 12 kits to site 014 by Friday 22 May.")
    assert answer.text.startswith("Priya Nair enviará")
    assert "another name" in answer.flags[0]


def test_what_does_not_stand_there_once_is_not_exchanged():
    doubled = Remembered([approved("Site 3 has 3 kits.", "El centro 3 tiene 3 kits.")], target="es")
    assert doubled.translation("Site 4 has 3 kits.") is None


def test_likely_segments_are_shown_with_what_differs():
    first, *_ = REMEMBERED.matches("The forms are very late.", least=0.6)
    assert first.approved.target == "Los formularios llegan tarde."
    assert first.differences == (Difference("", "very"),)
    assert 0.6 < first.score < 1
    assert REMEMBERED.matches("Nothing of the kind was ever said here.") == ()
    assert differences("a b c", "a x c") == (Difference("b", "x"),)


SITE, QUERY = Term(ES, "site", "centro"), Term(ES, "query", "consulta|query")
VISIT = Term(ES, "site visit", "visita al centro")


def test_terms_are_found_in_any_number_and_the_longer_hides_the_shorter():
    assert terms.called_for("Both sites have queries.", [VISIT, SITE, QUERY]) == (SITE, QUERY)
    assert terms.called_for("The site visit is late.", [VISIT, SITE]) == (VISIT,)
    assert terms.called_for("The website is up.", [SITE]) == ()


@pytest.mark.parametrize(
    ("text", "used"),
    [("Los centros", True), ("el Centro", True), ("el sitio", False), ("céntrico", False), ("el cerrado", False)],
)
def test_a_bent_term_counts(text, used):
    assert terms.uses(text, SITE) is used


def test_any_of_the_agreed_words_will_do_and_languages_without_spaces_too():
    assert terms.uses("dos queries", QUERY)
    assert terms.uses("治験施設は", Term(Pair("en", "ja"), "site", "治験施設"))


class Wooden:
    """Says sitio for site, and knows nothing else."""

    fingerprint = "wooden"

    def supports(self, source, target):
        return target == "es"

    def translate(self, sentences, *, source, target, names=()):
        return [Translation(text.replace("Sites", "Sitios").replace("site", "sitio")) for text in sentences]


def study(memory=(), glossary=(SITE,)):
    kept = FakeMemory()
    kept.remember([approved(*one) for one in memory], by="lucia", reason="approved")
    return StudyTranslator(Wooden(), memory=kept, glossary=FakeGlossary(glossary), study="", own=lambda target: ())


def test_the_engine_is_asked_for_the_rest_and_the_term_put_in():
    answers = study(SAID.items()).translate(["The forms are late.", "Sites agree.", ""], source="en", target="es")
    assert [(answer.text, answer.origin) for answer in answers] == [
        ("Los formularios llegan tarde.", MEMORY),
        ("Centros agree.", ""),
        ("", ""),
    ]
    assert "glossary put in: centro" in answers[1].flags[0]


def test_a_term_that_is_not_used_is_flagged_wherever_the_sentence_came_from():
    (answer,) = study([("The site is open.", "El sitio está abierto.")]).translate(
        ["The site is open."], source="en", target="es"
    )
    assert answer.text == "El sitio está abierto."
    assert answer.flags == ("glossary: “site” is to be “centro”",)


def test_memory_serves_a_pair_that_no_engine_has():
    kept = FakeMemory()
    kept.remember(
        [Approved(Pair("en", "ja"), "It is late.", "遅れています。", "yuki", AT)], by="yuki", reason="approved"
    )
    translator = StudyTranslator(Wooden(), memory=kept, glossary=FakeGlossary(), study="")
    assert translator.supports("en", "ja")
    assert not translator.supports("en", "hi")
    known, unknown = translator.translate(["It is late.", "It is here."], source="en", target="ja")
    assert (known.text, known.translated) == ("遅れています。", True)
    assert (unknown.text, unknown.translated) == ("It is here.", False)
    assert unknown.flags


def test_our_own_terms_hold_until_a_study_says_otherwise():
    own = {term.source: term.target for term in own_terms("es")}
    assert own["sponsor"] == "promotor"
    translator = StudyTranslator(
        Wooden(), memory=FakeMemory(), glossary=FakeGlossary([Term(ES, "Sponsor", "patrocinador")]), study=""
    )
    assert {term.target for term in translator.terms("en", "es") if term.source.casefold() == "sponsor"} == {
        "patrocinador"
    }
    assert own_terms("ja") == ()


@pytest.mark.parametrize(
    ("text", "target", "flag"),
    [
        ("Los formularios are sent by the depot hoy.", "es", "left as it was"),
        ("El texto that was sent with the form.", "es", "still reads as English"),
        ("The forms will go out.", "ja", "hardly in the script"),
        ("Los formularios salen hoy del depósito.", "es", None),
        ("書類は本日発送されます。", "ja", None),
    ],
)
def test_what_is_left_untranslated_is_said(text, target, flag):
    flags = list(checks.doubts("The forms are sent by the depot today.", text, origin="en", target=target, unknown=()))
    assert any(flag in one for one in flags) if flag else not flags


@pytest.mark.parametrize(
    ("before", "word", "gender", "locale", "expected"),
    [
        ("aprobó la ", "cierre", "m", "es", "aprobó el "),
        ("Del ", "enmienda", "f", "es", "De la "),
        ("L'", "centre", "m", "fr", "Le "),
        ("de l'", "visite", "f", "fr", "de la "),
        ("la ", "événement", "m", "fr", "l'"),
        ("ao ", "triagem", "f", "pt-BR", "à "),
        ("el ", "Zentrum", "m", "de", "el "),
        ("con ", "centro", "m", "es", "con "),
    ],
)
def test_an_article_follows_the_gender_of_the_word_put_in(before, word, gender, locale, expected):
    assert with_article(before, word, gender=gender, locale=locale) == expected


def test_plurals_follow_their_language():
    words = [
        ("centro", "es"),
        ("desviación del protocolo", "es"),
        ("query", "fr"),
        ("centro", "it"),
        ("triagem", "pt-BR"),
        ("comité", "es"),
    ]
    assert [plural(*one) for one in words] == [
        "centros",
        "desviaciones del protocolo",
        "querys",
        "centri",
        "triagens",
        "comités",
    ]
