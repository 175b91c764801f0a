"""Real clips through the real model: words, silence, and short assents that a decision hangs on."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from hub.cli.progress import Silent
from hub.domain.audio import Pcm
from hub.domain.meeting import Meeting
from hub.nlp.decode import PyAvDecoder
from hub.nlp.recognize.whisper import WhisperRecognizer
from hub.nlp.vocabulary import EMPTY
from hub.services.word_errors import word_errors

pytestmark = pytest.mark.models

DEMO = Path(__file__).resolve().parents[2] / "hub" / "web" / "demo"


@pytest.fixture(scope="module")
def base(model):
    return WhisperRecognizer(model("whisper-base"), revision="test", threads=0, vocabulary=EMPTY)


def heard(recognizer, source, folder):
    pcm = PyAvDecoder().decode(source, folder / "clip.s16", channels="mix", progress=Silent())
    return recognizer.transcribe(pcm, Meeting("m"), language="en", progress=Silent())


def text(transcript):
    return " ".join(segment.text for segment in transcript.segments)


@pytest.mark.eval
@pytest.mark.parametrize(("folder", "bound"), [("short", 0.075), ("ami", 0.32)])
def test_the_word_error_rate_on_real_clips_stays_within_its_bound(base, evaluation, tmp_path, folder, bound):
    wrong = words = 0
    for line in (evaluation / "audio" / folder / "refs.jsonl").read_text().splitlines():
        clip = json.loads(line)
        if clip["text"].strip():
            counts = word_errors(
                clip["text"], text(heard(base, evaluation / "audio" / folder / clip["audio"], tmp_path))
            )
            wrong, words = wrong + counts[0], words + counts[1]
    assert words > 50
    assert wrong / words <= bound


def test_silence_and_white_noise_are_no_words(base, tmp_path):
    for name, sound in (("silence", np.zeros(960_000)), ("noise", np.random.default_rng(1).normal(0, 3000, 960_000))):
        path = tmp_path / f"{name}.s16"
        sound.astype("<i2").tofile(path)
        assert base.transcribe(Pcm(path, 1, 960_000), Meeting("m"), language=None, progress=Silent()).segments == ()


def test_the_demo_is_heard_with_its_short_assents_and_word_times(base, tmp_path):
    transcript = heard(base, DEMO / "meeting.opus", tmp_path)
    truth = " ".join(line["text"] for line in json.loads((DEMO / "truth.json").read_text())["lines"])
    wrong, words = word_errors(truth, text(transcript))
    assert wrong / words <= 0.15
    assert "Agreed" in text(transcript)
    assert "Fine with me" in text(transcript)
    for segment in transcript.segments:
        assert segment.words
        assert all(a.start <= b.start for a, b in zip(segment.words, segment.words[1:], strict=False))


# a formant synthesizer is all that speaks these languages here: what the model understands of it is little
SPOKEN = {
    "es": (
        "es",
        "Buenos días a todos. El contrato con el hospital de Madrid está firmado. Muchas gracias a todos por su trabajo.",
        {"buenos", "contrato", "hospital", "firmado", "gracias", "trabajo"},
        {"contract", "hospital", "signed", "thank", "work"},
    ),
    "de": (
        "de+m7",
        "Guten Morgen zusammen. Der Vertrag mit dem Krankenhaus ist fertig. Wir haben zwanzig Patienten. Vielen Dank.",
        {"guten", "morgen", "krankenhaus", "fertig", "patienten", "dank"},
        {"morning", "hospital", "patients", "thank"},
    ),
    "fr": (
        "fr+f2",
        "Bonjour à tous. Le contrat avec l'hôpital de Paris est signé. Les patients sont très contents. Merci beaucoup "
        "et bonne journée.",
        {"contrat", "avec", "hôpital", "paris", "patients", "contents", "merci", "beaucoup"},
        set(),  # and its English is not believed
    ),
}


@pytest.mark.parametrize("language", sorted(SPOKEN))
def test_a_meeting_in_another_language_is_heard_in_it_and_in_english(base, tmp_path, language):
    voice, said, words, english = SPOKEN[language]
    subprocess.run(["espeak-ng", "-v", voice, "-s", "120", "-w", tmp_path / "said.wav", said], check=True)
    pcm = PyAvDecoder().decode(tmp_path / "said.wav", tmp_path / "said.s16", channels="mix", progress=Silent())
    told = language if language == "fr" else None  # this French is taken for Latin now and then
    transcript = base.transcribe(pcm, Meeting("m"), language=told, progress=Silent())
    assert transcript.language == language
    assert len({word for word in words if word in text(transcript).lower()}) >= 2
    done = base.into_english(pcm, transcript, progress=Silent())
    assert [segment.text for segment in done.segments] == [segment.text for segment in transcript.segments]
    told = " ".join(passage.text for segment in done.segments for passage in segment.english).lower()
    assert len({word for word in english if word in told}) >= min(2, len(english))


def test_a_change_of_language_inside_a_meeting_is_noticed(base, tmp_path):
    parts = []
    for name, voice, said in (("a", "en-gb", ENGLISH), ("b", "es", SPOKEN["es"][1] + " " + MORE_SPANISH)):
        path = tmp_path / f"{name}.wav"
        subprocess.run(["espeak-ng", "-v", voice, "-s", "140", "-w", path, said], check=True)
        pcm = PyAvDecoder().decode(path, tmp_path / f"{name}.s16", channels="mix", progress=Silent())
        parts += [np.fromfile(pcm.path, "<i2"), np.zeros(16_000 * 3, "<i2")]
    sound = np.concatenate([parts[0], parts[1], parts[0], parts[1], parts[2]])
    sound.tofile(tmp_path / "both.s16")
    pcm = Pcm(tmp_path / "both.s16", 1, len(sound))
    transcript = base.transcribe(pcm, Meeting("m"), language=None, progress=Silent())
    assert transcript.language == "en"
    assert any("(es) is spoken" in note for note in transcript.coverage.notes)
    assert transcript.segments[-1].language == "es"
    assert transcript.segments[0].language is None


ENGLISH = (
    "Good morning everyone. Let us start with the site in Madrid. The first patient was screened last week, and the "
    "monitoring visit is planned for June. We have eighty patients so far, and the forecast for September is one hundred "
    "and twenty. Data management has closed most of the open queries. The pharmacy has asked for two more weeks."
)
MORE_SPANISH = (
    "El comité de ética ha aprobado el protocolo. El hospital necesita dos semanas para preparar la farmacia. Después "
    "podemos empezar con los primeros pacientes. Muchas gracias a todos por su trabajo."
)
