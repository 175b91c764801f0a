"""Records are kept for their period and under hold, and destroyed by two people, with a certificate."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from hub.domain.cards import Card
from hub.domain.errors import RefusedError, StaleError, StandingError, UsageError
from hub.domain.people import Role
from hub.domain.retention import DestructionState, RecordClass, ends_at
from hub.domain.versions import KeptTranscript
from hub.services.review.meetings import find_meetings
from hub.services.review.retention import (
    approve,
    ask,
    destructions,
    period,
    place_hold,
    refuse,
    release_hold,
    set_period,
)
from hub.services.review.uploads import open_upload, receive
from hub.storage.backup.whole import signed_by
from hub.storage.tables import stage_results
from tests.people import Clock, quick_hub
from tests.review_kit import ANNA, AT, CARA, STUDY, drafted, person

ADA = person("Ada Byron", Role.ADMINISTRATOR)
BOB = person("Bob Lund", Role.ADMINISTRATOR, organization="Asterion")
SOUND = RecordClass.RECORDING


@pytest.fixture
def here(home):
    del home
    hub = quick_hub(clock=Clock(AT))
    yield hub
    hub.close()


@pytest.fixture
def meeting(here):
    """A meeting with a recording whose period of three months is over."""
    meeting = drafted(here.room).meeting_id
    begun = open_upload(here.room, here.dock, CARA, meeting, name="call.wav", size=5, consent="all agreed")
    sha256 = receive(here.room, here.dock, CARA, begun.id, offset=0, pieces=[b"sound"]).sha256
    here.stages.save(sha256, "recognize", "f", "{}")
    with here.room.shelf.writing() as unit:
        unit.findable(meeting, "transcript", [("", "the comparator arrives late")])
    set_period(here.room, ADA, SOUND, STUDY, 3, revision=0, reason="as the protocol says")
    here.clock.now = ends_at(AT, 3)
    return meeting


def kept(here, meeting, kind=Card):
    with here.room.shelf.reading() as unit:
        return unit.get(kind, meeting)


def test_a_recording_is_destroyed_by_two_people_and_certified(here, meeting):
    sha256 = kept(here, meeting).recording
    ask(here.room, ADA, meeting, SOUND, reason="its period is over")
    with pytest.raises(StandingError, match="another person"):
        approve(here.room, here.shredder, ADA, meeting, SOUND, reason="yes")
    assert here.blobs.path(sha256).is_file()
    done = approve(here.room, here.shredder, BOB, meeting, SOUND, reason="checked against the plan")
    assert (done.state, done.asked_by, done.decided_by) == (
        DestructionState.DONE,
        "ada@meridian.test",
        "bob@asterion.test",
    )
    assert not (here.settings.home / "blobs" / sha256[:2] / sha256).exists()
    with here.database.connect() as connection:
        assert connection.execute(select(func.count()).select_from(stage_results)).scalar_one() == 0
    assert kept(here, meeting).recording is None
    assert kept(here, meeting, KeptTranscript) is not None
    assert sha256 in done.certificate
    assert signed_by(done.key, done.certificate.encode(), done.signature)
    assert not signed_by(done.key, done.certificate.replace("Weekly", "Yearly").encode(), done.signature)
    states = [kept.entry.new for kept in here.audit.entries() if kept.entry.kind == "destruction"]
    assert states == ['"asked"', '"approved"', '"done"']
    with pytest.raises(StandingError, match="no recording"):
        ask(here.room, ADA, meeting, SOUND, reason="again")


def test_nothing_goes_before_its_time(here, meeting):
    here.clock.now -= timedelta(seconds=1)
    with pytest.raises(StandingError, match="kept until 01-Sep-2026"):
        ask(here.room, ADA, meeting, SOUND, reason="too early")
    with pytest.raises(StandingError, match="kept until 01-Jun-2051"):
        ask(here.room, ADA, meeting, RecordClass.TRANSCRIPT, reason="no period was set")


@pytest.mark.parametrize("whole_study", [True, False])
def test_what_is_held_stays_even_after_it_was_asked_for(here, meeting, whole_study):
    ask(here.room, ADA, meeting, SOUND, reason="its period is over")
    what = {"study": STUDY} if whole_study else {"meeting_id": meeting}
    held = place_hold(here.room, BOB, **what, reason="an inspection is announced")
    with pytest.raises(StandingError, match="an inspection is announced"):
        approve(here.room, here.shredder, BOB, meeting, SOUND, reason="yes")
    release_hold(here.room, BOB, held.id, reason="the inspection is closed")
    with pytest.raises(StandingError):
        release_hold(here.room, BOB, held.id, reason="again")
    assert approve(here.room, here.shredder, BOB, meeting, SOUND, reason="yes").state is DestructionState.DONE


def test_a_crash_in_between_is_finished_by_approving_again(here, meeting):
    ask(here.room, ADA, meeting, SOUND, reason="its period is over")

    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        approve(here.room, type(here.shredder)(broken, here.audit), BOB, meeting, SOUND, reason="yes")
    assert destructions(here.room, ADA, meeting)[0].state is DestructionState.APPROVED
    assert approve(here.room, here.shredder, BOB, meeting, SOUND, reason="yes").state is DestructionState.DONE


def test_a_file_that_another_meeting_has_too_stays_for_that_one(here, meeting):
    other = drafted(here.room).meeting_id
    begun = open_upload(here.room, here.dock, CARA, other, name="call.wav", size=5, consent="all agreed")
    receive(here.room, here.dock, CARA, begun.id, offset=0, pieces=[b"sound"])
    ask(here.room, ADA, meeting, SOUND, reason="its period is over")
    approve(here.room, here.shredder, BOB, meeting, SOUND, reason="yes")
    assert here.blobs.path(kept(here, other).recording).read_bytes() == b"sound"


def test_a_destroyed_transcript_is_not_found_any_more_and_the_minutes_stay(here, meeting):
    set_period(here.room, ADA, RecordClass.TRANSCRIPT, STUDY, 3, revision=0, reason="as agreed")
    assert find_meetings(here.room, ANNA, text="comparator arrives").cards
    ask(here.room, ADA, meeting, RecordClass.TRANSCRIPT, reason="over")
    approve(here.room, here.shredder, BOB, meeting, RecordClass.TRANSCRIPT, reason="yes")
    assert kept(here, meeting, KeptTranscript) is None
    assert not find_meetings(here.room, ANNA, text="comparator arrives").cards
    assert find_meetings(here.room, ANNA, text="delegation log").cards
    assert here.audit.verify().whole


def test_a_destruction_may_be_refused_and_asked_for_again(here, meeting):
    ask(here.room, ADA, meeting, SOUND, reason="over")
    with pytest.raises(StandingError, match="asked already"):
        ask(here.room, BOB, meeting, SOUND, reason="over")
    refuse(here.room, BOB, meeting, SOUND, reason="not before the report")
    assert ask(here.room, ADA, meeting, SOUND, reason="the report is there").state is DestructionState.ASKED


def test_only_who_manages_retention_may_and_outdated_periods_are_not_overwritten(here, meeting):
    for who in (ANNA, CARA):
        with pytest.raises(RefusedError):
            ask(here.room, who, meeting, SOUND, reason="x")
        with pytest.raises(RefusedError):
            set_period(here.room, who, SOUND, STUDY, 3, revision=1, reason="x")
    with pytest.raises(StaleError):
        set_period(here.room, ADA, SOUND, STUDY, 3, revision=0, reason="x")
    with pytest.raises(UsageError):
        set_period(here.room, ADA, SOUND, STUDY, 0, revision=1, reason="x")
    assert (period(here.room, SOUND, STUDY).months, period(here.room, SOUND, "other").months) == (3, 300)
