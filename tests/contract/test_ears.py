"""One suite for each port a recording goes through; the fake and the real implementations pass the same."""

import wave
from pathlib import Path

import numpy as np
import pytest

from hub.cli.progress import Silent
from hub.domain.audio import SAMPLE_RATE_HZ
from hub.domain.evidence import stands
from hub.domain.meeting import Meeting
from hub.domain.minutes import Minutes
from hub.domain.transcript import Segment, Transcript
from hub.nlp.decode import PyAvDecoder
from hub.nlp.diarize import OnnxDiarizer
from hub.nlp.extract.extractor import CueExtractor
from hub.nlp.recognize.moonshine import MoonshineRecognizer
from hub.nlp.recognize.whisper import WhisperRecognizer
from hub.nlp.vocabulary import EMPTY
from tests.fakes import FakeDecoder, FakeDiarizer, FakeExtractor, FakeRecognizer

pytestmark = pytest.mark.models

DEMO = Path(__file__).resolve().parents[2] / "hub" / "web" / "demo" / "meeting.opus"
TALK = Transcript(
    Meeting("m"), "en", (Segment("s1", "Anna Weber", 0.0, 4.0, "I will send the report to the sponsor by Friday."),)
)


@pytest.fixture(params=["fake", "pyav"])
def decoder(request):
    return FakeDecoder() if request.param == "fake" else PyAvDecoder()


@pytest.fixture(params=["fake", "whisper", "moonshine"])
def recognizer(request, model):
    if request.param == "fake":
        return FakeRecognizer()
    if request.param == "moonshine":
        return MoonshineRecognizer(vocabulary=EMPTY)
    return WhisperRecognizer(model("whisper-tiny.en"), revision="test", threads=2, vocabulary=EMPTY)


@pytest.fixture(params=["fake", "onnx"])
def diarizer(request, model):
    return FakeDiarizer() if request.param == "fake" else OnnxDiarizer(model("diarizer"), revision="test", threads=2)


@pytest.fixture(params=["fake", "cues"])
def extractor(request, model):
    if request.param == "fake":
        return FakeExtractor(Minutes(TALK.meeting))
    return CueExtractor(parser_dir=model("spacy-en-sm"), encoder_dir=None, revision="test")


@pytest.fixture(scope="module")
def pcm(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sound")
    return PyAvDecoder().decode(DEMO, folder / "demo.s16", channels="mix", progress=Silent())


def test_a_decoder_writes_what_it_describes(decoder, tmp_path):
    source = tmp_path / "tone.wav"
    with wave.open(str(source), "wb") as sound:
        sound.setparams((1, 2, SAMPLE_RATE_HZ, 0, "NONE", ""))
        sound.writeframes((np.sin(np.arange(400) / 5) * 9000).astype("<i2").tobytes())
    pcm = decoder.decode(source, tmp_path / "tone.s16", channels="mix", progress=Silent())
    assert pcm.path == tmp_path / "tone.s16"
    assert pcm.path.stat().st_size == pcm.frames * pcm.channels * 2
    assert {path.name for path in tmp_path.iterdir()} == {"tone.wav", "tone.s16"}


def test_a_recognizer_gives_ordered_passages_with_ids_of_their_own(recognizer, pcm):
    transcript = recognizer.transcribe(pcm, TALK.meeting, language="en", progress=Silent())
    assert transcript.meeting == TALK.meeting
    assert transcript.segments
    assert len({segment.id for segment in transcript.segments}) == len(transcript.segments)
    starts = [segment.start for segment in transcript.segments]
    assert starts == sorted(starts)
    assert all(0 <= segment.start <= segment.end <= pcm.duration_s + 1 for segment in transcript.segments)
    assert all(segment.speaker is None for segment in transcript.segments)
    for segment in transcript.segments:
        if segment.words:
            assert "".join(word.text for word in segment.words).split() == segment.text.split()


def test_a_diarizer_gives_ordered_turns_named_by_appearance(diarizer, pcm):
    turns = diarizer.diarize(pcm, progress=Silent())
    assert [turn.start for turn in turns] == sorted(turn.start for turn in turns)
    assert all(turn.start < turn.end for turn in turns)
    names = list(dict.fromkeys(turn.speaker for turn in turns))
    assert names == [f"Speaker {place}" for place in range(1, len(names) + 1)]


def test_an_extractor_quotes_only_what_was_said(extractor):
    minutes = extractor.extract(TALK)
    texts = {segment.id: segment.text for segment in TALK.segments}
    items = [*minutes.decisions, *minutes.actions, *minutes.risks, *minutes.issues, *minutes.summary_evidence]
    assert all(stands(item.evidence, texts) for item in items)
    assert minutes.meeting == TALK.meeting


def test_an_extractor_makes_nothing_of_nothing(extractor):
    minutes = extractor.extract(Transcript(Meeting("m"), "en", ()))
    assert not any((minutes.summary, minutes.decisions, minutes.actions, minutes.risks, minutes.issues))


def test_every_part_has_a_fingerprint_that_stays(decoder, recognizer, diarizer, extractor):
    for part in (decoder, recognizer, diarizer, extractor):
        assert part.fingerprint
        assert part.fingerprint == part.fingerprint.strip()
