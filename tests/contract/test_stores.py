"""One suite for each store: the fake and the embedded implementation pass the same."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from hub.domain.errors import FatalError
from hub.domain.meeting import Meeting
from hub.domain.minutes import Minutes
from hub.domain.transcript import Transcript
from hub.storage.blobs import FolderBlobs
from hub.storage.engine import open_engine
from hub.storage.meetings import SqlMeetings
from hub.storage.stages import SqlStages
from tests.fakes import FakeMeetings, FakeStages

NOW = datetime(2026, 5, 19, 12, tzinfo=UTC)


@pytest.fixture
def engine(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path}/hub.db")
    yield engine
    engine.dispose()


@pytest.fixture(params=["fake", "sql"])
def stages(request, engine):
    return FakeStages() if request.param == "fake" else SqlStages(engine, clock=lambda: NOW)


@pytest.fixture(params=["fake", "sql"])
def meetings(request, engine):
    return FakeMeetings() if request.param == "fake" else SqlMeetings(engine, clock=lambda: NOW)


def test_a_stage_that_never_ran_has_no_result(stages):
    assert stages.load("r", "decode", "f") is None


def test_a_saved_stage_is_found_under_its_own_fingerprint_only(stages):
    stages.save("r", "decode", "f1", '{"a": 1}')
    assert stages.load("r", "decode", "f1") == '{"a": 1}'
    assert stages.load("r", "decode", "f2") is None
    assert stages.load("r", "diarize", "f1") is None


def test_a_stage_run_again_replaces_its_result(stages):
    stages.save("r", "decode", "f", "1")
    stages.save("r", "decode", "f", "2")
    assert stages.load("r", "decode", "f") == "2"


def test_meetings_are_listed_once_and_newest_first(meetings):
    old = Meeting("old", started_at=datetime(2026, 1, 1, tzinfo=UTC))
    new = Meeting("new", started_at=datetime(2026, 2, 1, tzinfo=UTC))
    for meeting in (old, new, replace(new, title="Weekly")):
        meetings.save_transcript(Transcript(meeting, "en", ()), recording=None)
        meetings.save_minutes(Minutes(meeting))
    assert [(meeting.id, meeting.title) for meeting in meetings.list_meetings()] == [("new", "Weekly"), ("old", None)]


def test_a_folder_that_cannot_be_written_is_an_error_for_a_person(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(FatalError, match="HUB_HOME"):
        open_engine(f"sqlite:///{tmp_path}/file/hub.db")
    source = tmp_path / "recording.wav"
    source.write_bytes(b"sound")
    with pytest.raises(FatalError, match="could not be kept"):
        FolderBlobs(tmp_path / "file").put(source)
    assert [path.name for path in tmp_path.iterdir()].count("file") == 1


def test_a_database_opened_again_keeps_what_it_had(tmp_path):
    for _ in range(2):
        engine = open_engine(f"sqlite:///{tmp_path}/hub.db")
        SqlStages(engine, clock=lambda: NOW).save("r", "decode", "f", "1")
        engine.dispose()
    engine = open_engine(f"sqlite:///{tmp_path}/hub.db")
    assert SqlStages(engine, clock=lambda: NOW).load("r", "decode", "f") == "1"
    engine.dispose()
