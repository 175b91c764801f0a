"""A transcript is in the language that it says, that it is told to be in, or that its text is noticed to be in."""

import json
from dataclasses import replace

import pytest

from hub.domain.meeting import Meeting
from hub.domain.minutes import Evidence, Minutes, MinutesCoverage, Risk
from hub.domain.transcript import TRANSLATED, Segment, Transcript
from hub.domain.translation import Translation
from hub.nlp.extract.foreign import ForeignExtractor
from hub.nlp.readers import read_transcript
from hub.nlp.readers.spoken import noticed, switched_to, with_switches
from hub.services.drafting import draft
from hub.services.interpreting import with_english

GERMAN = "Ich werde den Bericht bis zum 12. Juni an den Sponsor schicken und dann ist das erledigt."
SPANISH = "Hay un riesgo de que el reclutamiento se retrase por los centros que no están activos."
ENGLISH = "We have decided that the site is closed and this is what the sponsor will be told."


def vtt(tmp_path, *said, head="", name="call.vtt"):
    cues = [f"00:00:{n}0.000 --> 00:00:{n}5.000\n<v Anna Weber>{text}</v>\n" for n, text in enumerate(said)]
    path = tmp_path / name
    path.write_text(f"WEBVTT\n{head}\n" + "\n".join(cues), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (GERMAN, "de"),
        (SPANISH, "es"),
        (ENGLISH, "en"),
        ("Nous avons décidé de fermer le centre et vous allez le dire aux sites.", "fr"),
        ("Abbiamo deciso di chiudere il centro perché non ci sono più pazienti.", "it"),
        ("Nós temos que enviar o relatório até sexta, mas ainda não está pronto.", "pt"),
        ("We moeten het rapport vrijdag sturen, maar dat is nog niet klaar.", "nl"),
        ("Musimy wysłać raport do piątku, ale nie jest jeszcze gotowy i czekamy.", "pl"),
        ("報告書は金曜日までに送ります。", "ja"),
        ("سنرسل التقرير قبل يوم الجمعة", "ar"),
        ("CRF v2.1 eCRF SDV MHRA", None),
        ("Danke.", None),
    ],
)
def test_a_language_is_noticed_of_its_small_words_or_its_script(text, language):
    assert noticed(text) == language


def test_what_a_person_says_goes_before_the_file_and_the_file_before_what_is_usual(tmp_path):
    named, bare = vtt(tmp_path, "Danke.", head="Language: de-DE\n", name="a.vtt"), vtt(tmp_path, "Danke.")
    assert read_transcript(named, language="sv", usual="fr").language == "sv"
    assert read_transcript(named, usual="fr").language == "de"
    assert read_transcript(bare, usual="fr").language == "fr"
    assert read_transcript(bare).language == "en"
    assert read_transcript(vtt(tmp_path, GERMAN)).language == "de"


def test_a_switch_of_language_is_noticed_and_told(tmp_path):
    read = read_transcript(vtt(tmp_path, GERMAN, GERMAN, ENGLISH, GERMAN))
    assert (read.language, [one.language for one in read.segments]) == ("de", [None, None, "en", None])
    assert "From 0:20 to 0:25 another language (en) is spoken." in read.coverage.notes


@pytest.mark.parametrize(
    "text",
    [
        "I need to do it.",
        "To do: I go to the site on Monday, do I?",
        "OK so um er I do it on a Monday, no?",
        "we do it at de wit in el paso and los angeles",
        "el paso los angeles la jolla las vegas van der berg",
        "El Paso, Los Angeles, Las Vegas, Van der Berg, De Wit, San Diego.",
        "Dr. Müller, Łukasz Nowak, José da Silva, Zoë de Wit, Jürgen von der Heide.",
        "I am since two weeks waiting on the answer from site, please to send me it.",
        "Yesterday I speak with Ana, she say me the lab no have kits.",
        "CRF SDV MHRA ANVISA BfArM AIFA ANSM CCMO",
        "Send lab kits to Ulm, Graz, Porto, Poznań by Friday.",
        "He said, and I quote, das ist nicht mein Problem, so that was that.",
        "Hi 田中さん, hello all.",
    ],
)
def test_english_of_a_meeting_is_no_other_language(text):
    for named in (False, True):
        assert switched_to(text, "en", named=named) is None
    assert noticed(text) in (None, "en")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Wir müssen das bis Freitag noch klären.", "de"),
        ("Können wir kurz schauen, ob der Monitor das schon hat?", "de"),
        ("Tenemos que enviar el informe antes del viernes, pero todavía no está.", "es"),
        ("¿Podemos hablar mañana con ellos sobre la enmienda?", "es"),
        ("Il faut que nous fassions ça avant vendredi.", "fr"),
        ("je pense que nous devons attendre la semaine prochaine", "fr"),
        ("Dobbiamo mandare questo al monitor entro venerdì, non è ancora pronto.", "it"),
        ("We moeten dat vrijdag nog naar de sponsor sturen.", "nl"),
        ("ik denk dat we het niet halen deze week", "nl"),
        ("Musimy to wysłać jeszcze dzisiaj, bo nie mamy czasu.", "pl"),
        ("Nós precisamos enviar isso ainda hoje, mas não está pronto.", "pt"),
        ("報告書は金曜日までに送ります。", "ja"),
    ],
)
def test_a_sentence_in_another_language_inside_an_english_meeting_is_noticed(text, language):
    assert switched_to(text, "en") == language


def test_more_has_to_speak_against_the_language_that_the_file_names():
    text = "Lo haremos la semana que viene, ahora."
    assert (switched_to(text, "en"), switched_to(text, "en", named=True)) == ("es", None)
    assert switched_to(GERMAN, "en", named=True) == "de"


def test_a_short_passage_goes_with_what_its_speaker_has_just_said_where_it_is_in_that_language():
    said = [GERMAN, "Und dann?", "I do it.", GERMAN, "Send lab kits Friday.", GERMAN, "Perfect."]
    found = with_switches(spoken(ENGLISH, *said, language="en").segments, "en")
    assert [one.language for one in found] == [None, "de", "de", None, "de", None, "de", None]


def test_a_passage_says_its_own_language(tmp_path):
    read = read_transcript(vtt(tmp_path, ENGLISH, "<lang es-ES>Vale.", ENGLISH, head="Language: en-US\n"))
    assert [one.language for one in read.segments] == [None, "es", None]
    assert read.segments[1].text == "Vale."


@pytest.mark.parametrize(
    ("caption", "language"),
    [
        ("The <lang fr>raison d'être</lang> of the site.", None),
        ("<lang fr>Raison d'être</lang> is what they say.", None),
        ("They call it <lang fr>raison d'être", None),
        ("<lang es-ES>Vale.</lang>", "es"),
        ("<lang es>Vale</lang>.", "es"),
        ("<lang es>Vale, lo hacemos\n<lang es>la semana que viene.", "es"),
        ("<lang es>Es la <lang fr>raison d'être</lang> del centro.</lang>", "es"),
        ("<lang es>Vale.</lang> <lang fr>Bon.</lang>", None),
        ("<lang es></lang>Fine.", None),
    ],
)
def test_a_caption_is_in_the_language_of_a_tag_that_covers_it(tmp_path, caption, language):
    [one] = read_transcript(vtt(tmp_path, caption, head="Language: en-US\n")).segments
    assert one.language == language
    assert "<" not in one.text


def test_where_a_file_names_the_language_of_a_passage_that_of_the_others_is_still_noticed(tmp_path):
    told = vtt(tmp_path, ENGLISH, "<lang es>Vale.", GERMAN, "<lang en>I do it.", head="Language: en-US\n")
    assert [one.language for one in read_transcript(told).segments] == [None, "es", "de", None]


def test_the_hubs_own_form_without_a_language_is_noticed_and_one_with_it_is_left(tmp_path):
    path = tmp_path / "webex.json"
    told = {"meeting": {"id": "w"}, "segments": [{"id": "s1", "speaker": "Anna", "text": GERMAN}]}
    path.write_text(json.dumps(told))
    assert read_transcript(path).language == "de"
    path.write_text(json.dumps(told | {"language": "en"}))
    assert read_transcript(path).language == "en"


class Spanish:
    """`Translator` from Spanish into English that trusts no sentence with a question mark."""

    fingerprint = "spanish#1"

    def supports(self, source, target):
        return (source, target) == ("es", "en")

    def translate(self, sentences, *, source, target, names=()):
        assert (source, target, "Ana Ruiz" in names) == ("es", "en", True)
        return [Translation(f"EN {one}", translated="?" not in one) for one in sentences]


class Whole:
    """`Extractor` that makes a risk of each passage it is given."""

    fingerprint = "whole#1"

    def extract(self, transcript, known=()):
        risks = tuple(
            Risk(f"r{n}", one.text, evidence=Evidence((one.id,), one.text), confidence=0.9)
            for n, one in enumerate(transcript.segments)
            if one.text
        )
        return Minutes(transcript.meeting, risks=risks, coverage=MinutesCoverage(), language=transcript.language)


def spoken(*said, language):
    segments = tuple(Segment(f"s{n}", "Ana Ruiz", n * 10.0, n * 10.0 + 5, text) for n, text in enumerate(said))
    return Transcript(Meeting("m", "M"), language, segments)


def test_items_are_found_in_the_engines_english_and_proved_by_what_was_said():
    done = with_english(spoken(SPANISH, "¿Vale?", language="es"), translator=Spanish())
    assert [[one.text for one in segment.english] for segment in done.segments] == [[f"EN {SPANISH}"], []]
    assert done.models[TRANSLATED] == "spanish#1"
    minutes = draft(done, extractor=ForeignExtractor(Whole()))
    [risk] = minutes.risks
    assert (risk.evidence.quote, risk.evidence.english, risk.text) == (SPANISH, f"EN {SPANISH}", f"EN {SPANISH}")
    assert risk.confidence < 0.5
    assert "a machine's translation into English" in minutes.coverage.notes[0]
    assert minutes.coverage.notes[1].startswith("Nothing is found in 1 passage in another language (es)")


def test_sentences_without_english_are_counted_where_the_rest_of_their_passage_has_it():
    said = (f"{SPANISH} ¿Lo envías el 12 de junio?", f"¿Vale? ¿Sí? {SPANISH}", SPANISH, "¿Vale?")
    done = with_english(spoken(*said, language="es"), translator=Spanish())
    assert [[one.text for one in segment.english] for segment in done.segments[:2]] == [[f"EN {SPANISH}"]] * 2
    assert [segment.untranslated for segment in done.segments] == [1, 2, 0, 0]
    notes = ForeignExtractor(Whole()).extract(done).coverage.notes
    assert notes[1].startswith("Nothing is found in 1 passage in another language (es)")
    assert notes[2].startswith("Nothing is found in 3 sentences in another language (es)")
    whole = with_english(spoken(SPANISH, language="es"), translator=Spanish())
    assert not any("Nothing is found" in one for one in ForeignExtractor(Whole()).extract(whole).coverage.notes)


def test_without_an_engine_the_minutes_say_that_nothing_is_found_there():
    german = spoken(GERMAN, language="de")
    assert with_english(german, translator=Spanish()) is german
    notes = ForeignExtractor(Whole()).extract(german).coverage.notes
    assert any(one.startswith("Nothing is found in 1 passage in another language (de)") for one in notes)


def test_the_english_part_of_a_mixed_meeting_is_read_and_the_rest_is_not_taken_for_english():
    mixed = spoken(ENGLISH, GERMAN, language="en")
    mixed = replace(mixed, segments=(mixed.segments[0], replace(mixed.segments[1], language="de")))
    minutes = ForeignExtractor(Whole()).extract(mixed)
    assert [one.text for one in minutes.risks] == [ENGLISH]
    assert "(de)" in minutes.coverage.notes[0]
