"""Stages: each runs once, is kept with its fingerprint, and can be run again alone."""

from dataclasses import replace

import pytest

from hub.cli.progress import Silent
from hub.domain.meeting import Meeting
from hub.domain.transcript import ProposedSpeaker, Transcript
from hub.services.hearing import Ears, Hearing, Refinement, hear
from tests.fakes import FakeBlobs, FakeDecoder, FakeDiarizer, FakeRecognizer, FakeStages


class Desk:
    """A recording with everything around it, and the number of times each stage ran."""

    def __init__(self, tmp_path):
        self.source = tmp_path / "call.wav"
        self.source.write_bytes(b"abc")
        self.stages, self.blobs, self.work = FakeStages(), FakeBlobs(tmp_path / "blobs"), tmp_path / "work"
        self.decoder, self.recognizer, self.diarizer = FakeDecoder(), FakeRecognizer(), FakeDiarizer()
        self.propose = None

    def hear(self, **asked) -> Transcript:
        ears = Ears(
            decoder=self.decoder,
            recognizer=self.recognizer,
            diarizer=self.diarizer,
            assign=_assign,
            assign_fingerprint="assign#1",
            refinements=(Refinement("names", "names#1", _named),),
            propose=self.propose,
        )
        return hear(
            self.source,
            asked.pop("meeting", Meeting("m")),
            ears=ears,
            hearing=Hearing(**asked),
            blobs=self.blobs,
            stages=self.stages,
            work=self.work,
            progress=Silent(),
        )

    @property
    def runs(self):
        return self.decoder.calls, self.recognizer.calls, self.diarizer.calls


def _assign(transcript, turns):
    return replace(transcript, segments=tuple(replace(s, speaker=turns[0].speaker) for s in transcript.segments))


def _named(transcript):
    return replace(transcript, segments=tuple(replace(s, text=s.text + "!") for s in transcript.segments))


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def test_a_second_run_hears_nothing_again(desk):
    first = desk.hear()
    assert desk.hear() == first
    assert desk.runs == (1, 1, 1)
    assert first.segments[0].speaker == "Speaker 1"
    assert first.models == {
        "recognize": "fake-recognizer",
        "diarize": "fake-diarizer",
        "speakers": "assign#1",
        "names": "names#1",
    }


def test_the_meeting_may_be_corrected_without_hearing_again(desk):
    desk.hear()
    assert desk.hear(meeting=Meeting("m", title="Weekly")).meeting.title == "Weekly"
    assert desk.runs == (1, 1, 1)


def test_a_stopped_run_goes_on_after_its_last_finished_stage(desk):
    def stop():
        raise KeyboardInterrupt

    desk.diarizer = FakeDiarizer(stop)
    with pytest.raises(KeyboardInterrupt):
        desk.hear()
    desk.diarizer = FakeDiarizer()
    assert desk.hear().segments[0].speaker == "Speaker 1"
    assert desk.runs == (1, 1, 1)


def test_one_stage_can_be_run_again_alone(desk):
    desk.hear()
    desk.hear(redo=frozenset({"diarize"}))
    assert desk.runs == (2, 1, 2)


def test_another_model_hears_again_but_voices_stay(desk):
    desk.hear()
    desk.recognizer = FakeRecognizer(fingerprint="another")
    desk.hear()
    assert desk.runs == (2, 1, 1)


def test_nothing_but_the_recording_stays_on_disk(desk):
    desk.hear()
    assert list(desk.work.iterdir()) == []
    assert len(list(desk.blobs.folder.iterdir())) == 1


def test_names_are_proposed_last_anew_each_time_and_are_in_no_stage(desk):
    seen = []

    def propose(transcript, pcm):
        seen.append((transcript.segments[0].text[-1], pcm().path.exists()))
        one = ProposedSpeaker("Speaker 1", "Anna Weber", 0.9, "sounds like it")
        return replace(transcript, coverage=replace(transcript.coverage, proposed_speakers=(one,)))

    desk.propose = propose
    assert desk.hear().coverage.proposed_speakers[0].name == "Anna Weber"
    assert desk.hear().coverage.proposed_speakers, "whoever agreed meanwhile is looked for"
    assert seen == [("!", True)] * 2, "after all other names, with the sound at hand"
    desk.propose = None
    assert desk.hear().coverage.proposed_speakers == (), "a consent taken back leaves nothing in what is kept"
    assert list(desk.work.glob("*")) == []
