"""A recording becomes minutes as a job: watched, stopped, and taken up again wherever it was ended."""

from dataclasses import replace

import pytest

from hub.domain.cards import Card, Standing
from hub.domain.errors import RejectedError, StaleError, StandingError, UsageError
from hub.domain.jobs import Job
from hub.domain.minutes import Alert, Evidence
from hub.domain.transcript import Segment, Transcript
from hub.domain.uploads import Upload, UploadState
from hub.domain.versions import KeptTranscript, Version
from hub.services.hearing import Ears
from hub.services.review.editing import current, version
from hub.services.review.home import home
from hub.services.review.meetings import find_meetings, open_meeting
from hub.services.review.pipeline import Bench, run, start, stop
from hub.services.review.uploads import Dock, expire, give_up, open_upload, receive, upload
from hub.storage.incoming import FolderIncoming
from tests.fakes import FakeBlobs, FakeDecoder, FakeDiarizer, FakeExtractor, FakeRecognizer, FakeStages
from tests.review_kit import ANNA, AT, CARA, STRANGER, about, minutes, room

SOUND = b"sound"


class EndedError(BaseException):
    """The process was ended."""


class Told(FakeExtractor):
    def __init__(self) -> None:
        super().__init__(None)
        self.calls = 0

    def extract(self, transcript, known=()):
        self.calls += 1
        spoken = replace(minutes(transcript.meeting), actions=(), risks=(), decisions=(), summary_evidence=())
        return replace(spoken, summary=())


class Workshop:
    """A bench whose stages can be made to end the process, and a list of jobs."""

    def __init__(self, tmp_path) -> None:
        self.ends_at = ""
        self.decoder, self.extractor = FakeDecoder(), Told()
        self.recognizer = FakeRecognizer(lambda: self.end("recognize"))
        self.diarizer = FakeDiarizer(lambda: self.end("diarize"))
        self.blobs, self.stages = FakeBlobs(tmp_path / "blobs"), FakeStages()
        self.dock = Dock(FolderIncoming(tmp_path / "incoming"), self.blobs, 1000)
        self.bench = Bench(
            self.ears,
            lambda: self.extractor,
            lambda path: path.suffix == ".vtt",
            lambda path, language=None, usual=None: Transcript(
                about_meeting(), language or usual or "en", (Segment("s1", "Anna", 0, 1, path.read_text()),)
            ),
            self.blobs,
            self.stages,
            tmp_path / "work",
        )
        self.jobs = []
        self.told = []

    def end(self, stage: str) -> None:
        if self.ends_at == stage:
            self.ends_at = ""
            raise EndedError(stage)

    def ears(self) -> Ears:
        return Ears(self.decoder, self.recognizer, self.diarizer, lambda spoken, _turns: spoken, "assign#1", ())

    def submit(self, kind, argument, *, by, scope) -> Job:
        job = Job(f"j{len(self.jobs) + 1}", kind, by.user.id, argument, AT)
        self.jobs.append(job)
        return job

    def tell(self, progress: float, note: str) -> None:
        self.told.append((round(progress, 2), note.split()[0]))
        if note.startswith(self.ends_at or "-"):
            self.ends_at = ""
            raise EndedError(note)


def about_meeting():
    from hub.domain.meeting import Meeting

    return Meeting("file", "call")


@pytest.fixture
def here():
    return room()


@pytest.fixture
def shop(tmp_path):
    return Workshop(tmp_path)


@pytest.fixture
def meeting(here):
    return open_meeting(here, CARA, about()).meeting_id


def sent(here, shop, meeting, content=SOUND, name="call.wav", **more) -> Upload:
    begun = open_upload(here, shop.dock, CARA, meeting, name=name, size=len(content), consent="all agreed", **more)
    return receive(here, shop.dock, CARA, begun.id, offset=0, pieces=[content[:2], content[2:]])


def card(here, meeting) -> Card:
    return here.shelf.get(Card, meeting)


def test_a_recording_becomes_minutes_and_its_job_is_watched(here, shop, meeting):
    sent(here, shop, meeting)
    job = start(here, shop.submit, CARA, meeting)
    assert (card(here, meeting).standing, card(here, meeting).job) == (Standing.WORKING, job.id)
    assert run(here, shop.bench, job, shop.tell) == {"meeting": meeting, "version": 1}
    assert card(here, meeting).standing is Standing.DRAFT
    assert version(here, CARA, meeting, 1).author == "hub"
    assert "extract" in [stage for _, stage in shop.told]
    assert [one for one, _ in shop.told] == sorted(one for one, _ in shop.told)
    found = find_meetings(here, CARA, text="send the form")
    assert [one.meeting_id for one in found.cards] == [meeting]


def test_a_draft_that_mentions_an_adverse_event_waits_on_the_home_of_who_may_edit_and_stands_in_the_trail(
    here, shop, meeting
):
    class Alarmed(Told):
        def extract(self, transcript, known=()):
            proof = Evidence((transcript.segments[0].id,), transcript.segments[0].text)
            return replace(super().extract(transcript, known), alerts=(Alert("adverse event", proof),) * 2)

    shop.extractor = Alarmed()
    sent(here, shop, meeting)
    run(here, shop.bench, start(here, shop.submit, CARA, meeting), shop.tell)
    assert card(here, meeting).alerts == ("adverse event",)
    assert [one.meeting_id for one in home(here, CARA).alerts] == [meeting]
    assert home(here, STRANGER).alerts == ()
    noted = [(entry.kind, entry.field, entry.new) for entry in here.shelf.trail if entry.kind == "alert"]
    assert noted == [("alert", "adverse event", "2")]


@pytest.mark.parametrize("stage", ["recognize", "diarize", "extract"])
def test_ended_at_any_stage_it_goes_on_after_the_last_finished_one(here, shop, meeting, stage):
    sent(here, shop, meeting)
    job = start(here, shop.submit, CARA, meeting)
    shop.ends_at = stage
    with pytest.raises(EndedError):
        run(here, shop.bench, job, shop.tell)
    assert card(here, meeting).standing is Standing.WORKING
    run(here, shop.bench, job, shop.tell)
    assert card(here, meeting).version == 1
    assert shop.recognizer.calls == (2 if stage == "recognize" else 1)
    assert shop.diarizer.calls == (2 if stage == "diarize" else 1)


def test_a_job_done_before_it_could_say_so_makes_no_second_version(here, shop, meeting):
    sent(here, shop, meeting)
    job = start(here, shop.submit, CARA, meeting)
    run(here, shop.bench, job, shop.tell)
    assert run(here, shop.bench, job, shop.tell)["version"] == 1
    assert len(here.shelf.several(Version, meeting_id=meeting)) == 1
    assert shop.extractor.calls == 1


def test_work_is_stopped_at_its_next_step_and_started_again(here, shop, meeting):
    sent(here, shop, meeting)
    job = start(here, shop.submit, CARA, meeting)
    stop(here, ANNA, meeting)
    with pytest.raises(StandingError, match=r"stopped by anna@meridian.test"):
        run(here, shop.bench, job, shop.tell)
    assert card(here, meeting).standing is Standing.FAILED
    run(here, shop.bench, start(here, shop.submit, CARA, meeting), shop.tell)
    assert card(here, meeting).standing is Standing.DRAFT
    with pytest.raises(StandingError, match="not being worked on"):
        stop(here, ANNA, meeting)


def test_a_file_that_cannot_be_used_leaves_the_meeting_failed(here, shop, meeting):
    sent(here, shop, meeting)
    job = start(here, shop.submit, CARA, meeting)

    def refuse(*_args, **_more):
        raise RejectedError("call.wav: holds no sound")

    shop.decoder.decode = refuse
    with pytest.raises(RejectedError):
        run(here, shop.bench, job, shop.tell)
    assert card(here, meeting).standing is Standing.FAILED


def test_a_transcript_is_read_and_keeps_what_was_entered(here, shop, meeting):
    sent(here, shop, meeting, b"We agree.", "call.vtt")
    run(here, shop.bench, start(here, shop.submit, CARA, meeting), shop.tell)
    kept = here.shelf.get(KeptTranscript, meeting)
    assert kept.transcript.segments[0].text == "We agree."
    assert kept.transcript.meeting.title == "Weekly call"
    assert current(here, CARA, meeting).draft.minutes.meeting.participants[0].name == "Anna Weber"


def test_a_transcript_is_in_the_language_that_it_is_said_to_be_in(here, shop, meeting):
    sent(here, shop, meeting, b"Vale.", "call.vtt")
    run(here, shop.bench, start(here, shop.submit, CARA, meeting, language="es", usual="de"), shop.tell)
    assert here.shelf.get(KeptTranscript, meeting).transcript.language == "es"


def test_nothing_is_worked_on_twice_or_without_consent_and_file(here, shop, meeting):
    with pytest.raises(StandingError, match="consent"):
        start(here, shop.submit, CARA, meeting)
    begun = open_upload(here, shop.dock, CARA, meeting, name="a.wav", size=5, consent="all agreed")
    with pytest.raises(StandingError, match="upload"):
        start(here, shop.submit, CARA, meeting)
    receive(here, shop.dock, CARA, begun.id, offset=0, pieces=[SOUND])
    start(here, shop.submit, CARA, meeting)
    with pytest.raises(StandingError, match="worked on"):
        start(here, shop.submit, CARA, meeting)
    with pytest.raises(StandingError, match="worked on"):
        open_upload(here, shop.dock, CARA, meeting, name="a.wav", size=5, consent="all agreed")
    assert card(here, meeting).consent.noted_by == "cara@meridian.test"


def test_an_upload_goes_on_from_what_is_there(here, shop, meeting):
    begun = open_upload(here, shop.dock, CARA, meeting, name="call.wav", size=5, consent="all agreed")
    with pytest.raises(StaleError, match="holds 0 bytes"):
        receive(here, shop.dock, CARA, begun.id, offset=2, pieces=[b"x"])
    receive(here, shop.dock, CARA, begun.id, offset=0, pieces=[b"so"])
    with pytest.raises(UsageError, match="more comes"):
        receive(here, shop.dock, CARA, begun.id, offset=2, pieces=[b"und and more"])
    assert receive(here, shop.dock, CARA, begun.id, offset=2, pieces=[b"und"]).state is UploadState.DONE
    assert shop.dock.incoming.size(begun.id) == 0


def test_half_an_upload_is_removed_after_a_day_or_when_its_sender_gives_it_up(here, shop, meeting):
    begun = [
        open_upload(here, shop.dock, CARA, meeting, name="call.wav", size=5, consent="all agreed") for _ in range(2)
    ]
    for one in begun:
        receive(here, shop.dock, CARA, one.id, offset=0, pieces=[b"so"])
    give_up(here, shop.dock, CARA, begun[0].id)
    assert expire(here, shop.dock) == 0
    here.clock.now = upload(here, CARA, begun[1].id).expires_at
    assert expire(here, shop.dock) == 1
    assert [shop.dock.incoming.size(one.id) for one in begun] == [0, 0]
    with pytest.raises(StandingError, match="nobody went on"):
        receive(here, shop.dock, CARA, begun[1].id, offset=2, pieces=[b"und"])


@pytest.mark.parametrize("name", ["../../etc/passwd.wav", "..\\evil.wav", "a/b/call.wav"])
def test_a_name_with_a_path_is_only_a_name(here, shop, meeting, name):
    begun = open_upload(here, shop.dock, CARA, meeting, name=name, size=5, consent="all agreed")
    assert "/" not in begun.name
    assert "\\" not in begun.name


def test_an_upload_that_is_given_up_while_its_pieces_come_stays_so(here, shop, meeting):
    begun = open_upload(here, shop.dock, CARA, meeting, name="call.wav", size=5, consent="all agreed")

    def pieces():
        yield b"he"
        give_up(here, shop.dock, CARA, begun.id)

    with pytest.raises(StandingError, match="given up by the sender"):
        receive(here, shop.dock, CARA, begun.id, offset=0, pieces=pieces())
    assert upload(here, CARA, begun.id).state is UploadState.GIVEN_UP


def test_uploads_are_their_senders_own(here, shop, meeting):
    begun = open_upload(here, shop.dock, CARA, meeting, name="call.wav", size=5, consent="all agreed")
    for other in (ANNA, STRANGER):
        with pytest.raises(UsageError, match="no such"):
            upload(here, other, begun.id)
