"""What an engine may not touch."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.translation.finish import finished
from hub.translation.protect import protect, restore


def spoken(sentence, **options):
    shielded = protect(sentence, target="es", **options)
    return shielded.text, [span.source for span in shielded.spans]


@pytest.mark.parametrize(
    ("sentence", "kept"),
    [
        ("The dose of CTP-0012 is 3.5 mg.", ["CTP-0012", "3.5 mg"]),
        ("mail a.b@c.org or see https://x.org/a?b=1 now", ["a.b@c.org", "https://x.org/a?b=1"]),
        ('somebody said "I will send it" and left', ['"I will send it"']),
        ("we have 1,200 patients at 45% and 2-8 °C", ["1,200", "45%", "2-8 °C"]),
        ("we moved version 3.1 to 10:30 on 2026-05-19", ["3.1", "10:30", "2026-05-19"]),
        ("the visit of 12/06/2026 to site 014 by the CRA", ["12/06/2026", "CRA"]),
        ("they met Doctor Smith in Berlin", ["Doctor Smith", "Berlin"]),
    ],
)
def test_codes_figures_quotes_and_names_are_taken_out(sentence, kept):
    text, found = spoken(sentence)
    assert found == kept
    assert not any(word in text for word in kept)


def test_names_of_the_roster_are_known_wherever_they_stand():
    text, found = spoken("Will asked Grace about it; will grace help?", names=["Will Smith", "Grace Hall"])
    assert found == ["Will", "Grace"]
    assert "will grace help" in text


def test_countries_and_languages_are_for_the_engine_to_translate():
    assert spoken("the sites in Spain and the German form")[1] == []


def test_a_heading_in_capitals_is_no_row_of_names():
    assert spoken("Summary Of The Second Meeting")[1] == []


def test_may_is_a_month_before_it_is_a_person():
    _, found = spoken("May Chen will call on 19 May 2026.", names=["May Chen"])
    assert found == ["May Chen", "on 19 May 2026"]


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("es", "Los 1.200 kits de 3,5 mg, version 3.1"),
        ("it", "Los 1.200 kits de 3,5 mg, version 3.1"),
        ("fr", "Los 1\u202f200 kits de 3,5 mg, version 3.1"),
    ],
)
def test_figures_take_the_form_of_the_locale_only_where_that_is_safe(target, said):
    shielded = protect("Los 1,200 kits de 3.5 mg, version 3.1", target=target)
    assert restore(shielded.text, shielded) == said


@pytest.mark.parametrize(
    ("english", "target", "said"),
    [
        ("by Friday", "es", "para el viernes"),
        ("by 21 May 2026", "es", "para el 21 de mayo de 2026"),
        ("on June 3rd", "es", "el 3 de junio"),
        ("before Friday, 21 May", "es", "antes del viernes 21 de mayo"),
        ("by 21 May", "fr", "d'ici le 21 mai"),
        ("on Friday", "pt-BR", "na sexta-feira"),
        ("on Saturday", "pt-BR", "no sábado"),
        ("by the 4th of March 2027", "it", "entro il 4 marzo 2027"),
        ("on Monday morning", "es", "el lunes por la mañana"),
        ("before Friday evening", "it", "prima di venerdì sera"),
        ("until Monday", "it", "fino a lunedì"),
    ],
)
def test_days_are_said_in_the_language(english, target, said):
    shielded = protect(f"it comes {english}.", target=target)
    assert restore(shielded.text, shielded) == f"it comes {said}."


def test_a_day_that_does_not_exist_is_not_made_one():
    shielded = protect("it comes on 31 February.", target="es")
    assert "31" in shielded.text


def test_a_placeholder_lost_or_doubled_gives_no_sentence():
    shielded = protect("CTP-0012 goes to ABX-101", target="es")
    one, two = shielded.tokens
    assert restore(f"{one} va", shielded) is None
    assert restore(f"{one} {two} {two}", shielded) is None
    assert restore(f"{two} recibe {one}", shielded) == "ABX-101 recibe CTP-0012"


def test_stand_ins_serve_names_and_are_never_words_of_the_sentence():
    shielded = protect("we told Anna Weber and Pedro", target="es", stand_ins=["Pedro", "Diego"], names=["Anna Weber"])
    assert shielded.tokens[0] == "Diego"
    assert restore(shielded.text, shielded) == "we told Anna Weber and Pedro"


@given(st.text(max_size=80), st.booleans())
def test_an_engine_that_changes_nothing_gives_the_sentence_back(sentence, integers):
    shielded = protect(sentence, target="ja", integers=integers, stand_ins=["Pedro"])
    expected = sentence
    for span in reversed(shielded.spans):
        expected = expected[: span.begin] + span.target + expected[span.end :]
    if "Xq" not in sentence:
        assert restore(shielded.text, shielded) == expected


def test_a_sentence_that_is_all_quote_is_translated_and_a_quote_inside_one_is_not():
    assert protect('"We agreed to wait for the sites."', target="es").spans == ()
    assert next(span.kind for span in protect('Anna said "we wait" and left the call.', target="es").spans) == "quote"


def test_what_addresses_the_reader_as_a_friend_is_made_formal():
    said = [
        finished("Vosso site e vossas perguntas.", source="Your", target="pt-BR"),
        finished("i vostri dati", source="x", target="it"),
    ]
    assert said == ["Seu site e suas perguntas.", "i suoi dati"]
