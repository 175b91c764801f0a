"""A meeting heard while it goes on: how soon words are told, what is settled, which items appear, and from where."""

import io
import os
import wave
from itertools import pairwise

import pytest

from hub.cli.live import as_wav, follow, written_to
from hub.domain.audio import SAMPLE_RATE_HZ
from hub.domain.errors import FatalError, RejectedError
from hub.domain.live import Alarm, Appeared, Settled, Words
from hub.domain.meeting import Meeting
from hub.domain.minutes import Action, Alert, Evidence, Minutes
from hub.domain.transcript import Segment, Transcript, Word
from hub.nlp.live_sound import microphone, piped
from hub.services.live import Live, LiveEars

SECOND = b"\x01\x00" * SAMPLE_RATE_HZ
QUIET = b"\x00\x00" * SAMPLE_RATE_HZ


class Counting:
    """Hears a word in every half second that is not quiet, named after its place in the whole sound it was given."""

    fingerprint = "counting#1"

    def __init__(self) -> None:
        self.longest_s = 0.0

    def transcribe(self, pcm, meeting, *, language, progress):
        del progress
        raw = pcm.path.read_bytes()
        self.longest_s = max(self.longest_s, pcm.duration_s)
        half = SAMPLE_RATE_HZ
        words = [
            Word(at / 2, at / 2 + 0.4, f" w{raw[at * half] + at}")
            for at in range(len(raw) // half)
            if any(raw[at * half : at * half + 8])
        ]
        if not words:
            return Transcript(meeting, language or "en", ())
        text = "".join(word.text for word in words).strip()
        segment = Segment("s1", None, words[0].start, words[-1].end, text, tuple(words))
        return Transcript(meeting, language or "en", (segment,))


class Promising:
    """Finds an action in the first segment and, from the second on, an owner and an alert."""

    fingerprint = "promising#1"

    def extract(self, transcript, known=()):
        first = transcript.segments[0]
        proof = Evidence((first.id,), first.text)
        late = len(transcript.segments) > 1
        action = Action("a1", "Send it.", 0.9, proof, owner="Anna" if late else None)
        return Minutes(transcript.meeting, actions=(action,), alerts=(Alert("adverse event", proof),) if late else ())


@pytest.fixture
def recognizer():
    return Counting()


@pytest.fixture
def live(recognizer, tmp_path):
    return Live(LiveEars(recognizer, Promising(), tmp_path / "now.s16", "en"), Meeting("m"))


def heard(live, *seconds):
    events = [event for sound in seconds for event in live.hear(sound)]
    return [*events, *live.finish()]


def test_words_are_told_within_three_seconds_of_sound(live):
    told = [event for event in heard(live, *[SECOND] * 8) if isinstance(event, Words)]
    assert [event.until_s for event in told] == [float(n) for n in range(1, 9)]
    for before, after in pairwise(told):
        assert after.until_s - before.end_s <= 3
        assert after.agreed.startswith(f"{before.agreed} {before.tentative}".strip())


def test_a_pause_settles_the_passage_and_time_goes_on(live):
    settled = [
        event.segment for event in heard(live, *[SECOND] * 3, QUIET, *[SECOND] * 2, QUIET) if isinstance(event, Settled)
    ]
    assert [(one.id, one.start, round(one.end, 1)) for one in settled] == [("s1", 0.0, 2.9), ("s2", 4.0, 5.9)]
    assert settled[1].words[0].start == 4.0


def test_an_item_appears_when_it_is_agreed_and_again_only_when_it_changes(live):
    events = heard(live, SECOND, QUIET, SECOND, QUIET, SECOND, QUIET)
    assert [event.item.owner for event in events if isinstance(event, Appeared)] == [None, "Anna"]
    assert [event.alert.kind for event in events if isinstance(event, Alarm)] == ["adverse event"]


def test_without_a_pause_the_passage_is_settled_before_it_grows_long(live, recognizer):
    events = heard(live, *[SECOND] * 60)
    assert recognizer.longest_s <= 16
    assert sum(isinstance(event, Settled) for event in events) >= 3


def test_an_hour_of_silence_is_not_kept(live, recognizer):
    heard(live, *[QUIET] * 60)
    assert recognizer.longest_s <= 5


def test_what_was_not_followed_by_a_pause_is_settled_at_the_end(live, tmp_path):
    events = heard(live, SECOND, SECOND)
    assert [event.segment.text for event in events if isinstance(event, Settled)] == ["w1 w2 w3 w4"]
    assert not (tmp_path / "now.s16").exists()


def test_all_sound_is_kept_as_it_comes_and_makes_a_recording(live, tmp_path):
    samples, out = tmp_path / "call.s16", io.StringIO()
    with samples.open("wb") as keep:
        follow(live, piped(io.BytesIO(SECOND * 3)), keep, written_to(out))
    assert samples.read_bytes() == SECOND * 3
    with wave.open(str(as_wav(samples, tmp_path / "call.wav"))) as file:
        assert (file.getnchannels(), file.getframerate(), file.getnframes()) == (1, SAMPLE_RATE_HZ, 3 * SAMPLE_RATE_HZ)
    assert '"event": "settled"' in out.getvalue()


def test_a_container_in_a_pipe_is_decoded_and_other_bytes_are_samples(tmp_path):
    (tmp_path / "call.s16").write_bytes(SECOND * 2)
    container = as_wav(tmp_path / "call.s16", tmp_path / "call.wav").read_bytes()
    assert b"".join(piped(io.BytesIO(container))) == SECOND * 2
    assert b"".join(piped(io.BytesIO(SECOND))) == SECOND


def test_a_container_that_cannot_be_read_is_refused():
    with pytest.raises(RejectedError, match="standard input: is no sound"):
        list(piped(io.BytesIO(b"RIFF" + bytes(range(200)))))


def test_an_error_of_the_source_is_told_where_the_sound_is_used(live, tmp_path):
    with (tmp_path / "keep").open("wb") as keep, pytest.raises(RejectedError):
        follow(live, piped(io.BytesIO(b"OggS" + bytes(60))), keep, lambda _event: None)


def _recorder(tmp_path, monkeypatch, script):
    (tmp_path / "arecord").write_text(f"#!/bin/sh\n{script}\n")
    (tmp_path / "arecord").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")


def test_a_microphone_is_read_through_the_program_that_records(tmp_path, monkeypatch):
    _recorder(tmp_path, monkeypatch, "head -c 64000 /dev/zero")
    with microphone() as blocks:
        assert b"".join(blocks) == bytes(64000)


def test_a_microphone_that_is_not_there_is_said(tmp_path, monkeypatch):
    _recorder(tmp_path, monkeypatch, "exit 1")
    with pytest.raises(FatalError, match="is a microphone plugged in"), microphone() as blocks:
        list(blocks)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(FatalError, match="install alsa-utils"), microphone():
        pass
