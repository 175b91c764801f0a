"""Records are kept for their period and under hold, and destroyed by two people, with a certificate."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from hub.domain.approvals import Meaning, Review, Signature
from hub.domain.cards import Card
from hub.domain.distribution import Dispatch, Recipient
from hub.domain.errors import RefusedError, StaleError, StandingError, UsageError
from hub.domain.people import Role
from hub.domain.retention import Destruction, DestructionState, RecordClass, ends_at
from hub.domain.versions import KeptTranscript, Version, WorkingDraft
from hub.services.review.approving import round_of, submit
from hub.services.review.ending import tell_ended
from hub.services.review.meetings import find_meetings
from hub.services.review.retained import destructions as managed
from hub.services.review.retained import ended
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
from hub.services.review.room import Room
from hub.services.review.uploads import open_upload, receive
from hub.storage.backup.whole import signed_by
from hub.storage.shelf import SqlShelf
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


MINUTES, RECEIPTS = RecordClass.MINUTES, RecordClass.RECEIPTS


def agreed(here, meeting, record_class):
    set_period(here.room, ADA, record_class, STUDY, 3, revision=0, reason="as the protocol says")
    ask(here.room, ADA, meeting, record_class, reason="its period is over")
    return approve(here.room, here.shredder, BOB, meeting, record_class, reason="checked against the plan")


def test_minutes_are_destroyed_with_all_that_was_said_of_them_and_the_certificate_names_each_version(here, meeting):
    submit(here.room, ANNA, meeting, 1)
    found = round_of(here.room, ANNA, meeting, 1).version
    with here.room.shelf.writing() as unit:
        unit.add(signature(meeting, found.sha256))
        unit.put(dispatch(meeting))
    done = agreed(here, meeting, MINUTES)
    said = json.loads(done.certificate)
    assert said["versions"][0]["sha256"] == found.sha256
    assert said["versions"][0]["signed_by"] == ["Ben Okafor (approval)"]
    assert signed_by(done.key, done.certificate.encode(), done.signature)
    with here.room.shelf.reading() as unit:
        for kind in (Version, WorkingDraft, Signature, Review):
            assert unit.several(kind, meeting_id=meeting) == []
        assert len(unit.several(Dispatch, meeting_id=meeting)) == 1
    assert not find_meetings(here.room, ANNA, text="delegation log").cards
    assert kept(here, meeting).title == "Weekly call"
    assert here.audit.verify().whole
    receipts = agreed(here, meeting, RECEIPTS)
    assert json.loads(receipts.certificate)["receipts"] == 1
    with pytest.raises(StandingError, match="no receipts"):
        ask(here.room, ADA, meeting, RECEIPTS, reason="again")


def test_the_database_lets_go_of_minutes_only_where_their_destruction_is_agreed(engine):
    room = Room(SqlShelf(engine), Clock(AT), lambda: "x")
    meeting = drafted(room).meeting_id
    asked = Destruction("d", meeting, RecordClass.MINUTES, "over", "a", AT, DestructionState.ASKED)
    for state, record_class in ((DestructionState.ASKED, MINUTES), (DestructionState.APPROVED, SOUND)):
        with room.shelf.writing() as unit:
            unit.put(replace(asked, state=state, record_class=record_class))
        with pytest.raises(DBAPIError, match="never changed"), engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM versions")
    with room.shelf.writing() as unit:
        unit.put(replace(asked, state=DestructionState.APPROVED))
    with pytest.raises(DBAPIError, match="never changed"), engine.begin() as connection:
        connection.exec_driver_sql("UPDATE versions SET body = '{}'")
    with engine.begin() as connection:
        assert connection.exec_driver_sql("DELETE FROM versions").rowcount == 1


def test_what_is_held_or_too_young_of_minutes_stays(here, meeting):
    with pytest.raises(StandingError, match="kept until"):
        ask(here.room, ADA, meeting, MINUTES, reason="too early")
    set_period(here.room, ADA, MINUTES, STUDY, 3, revision=0, reason="as agreed")
    place_hold(here.room, BOB, study=STUDY, reason="an inspection is announced")
    with pytest.raises(StandingError, match="inspection"):
        ask(here.room, ADA, meeting, MINUTES, reason="over")


def test_that_a_period_has_ended_is_said_once(here, meeting):
    here.clock.now -= timedelta(seconds=1)
    assert tell_ended(here.room) == 0
    here.clock.now += timedelta(seconds=1)
    assert tell_ended(here.room) == 1
    assert tell_ended(here.room) == 0
    [one] = ended(here.room, ADA)
    assert (one.card.meeting_id, one.record_class) == (meeting, SOUND)
    assert ended(here.room, CARA) == []
    assert shown(here) == []
    ask(here.room, ADA, meeting, SOUND, reason="its period is over")
    assert ended(here.room, BOB) == []
    assert shown(here)[0].state is DestructionState.ASKED


def shown(here) -> list[Destruction]:
    with here.room.shelf.reading() as unit:
        found = unit.listed(Destruction, after=None, limit=50)
    return managed(here.room, BOB, found)


def signature(meeting: str, sha256: str) -> Signature:
    return Signature("s1", meeting, 1, sha256, "u", "Ben Okafor", "b@x", "Asterion", Meaning.APPROVAL, AT, "s", "p", 0)


def dispatch(meeting: str) -> Dispatch:
    return Dispatch("d1", meeting, 1, Recipient("ben@asterion.test"), "anna", AT)
