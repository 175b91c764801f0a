"""Days of the study's record leave a draft whose readers change: others may not know them."""

import hashlib
from dataclasses import replace
from datetime import date, timedelta

import pytest

from hub.domain import wire
from hub.domain.cards import Card, Standing
from hub.domain.edits import Accept, Correct, Reject
from hub.domain.jobs import Job
from hub.domain.known_days import HOLDS, DueSource
from hub.domain.meeting import Meeting
from hub.domain.people import Grant, Role
from hub.domain.record_days import TAKEN_BACK, tells_days
from hub.domain.retention import RecordClass
from hub.domain.transcript import Transcript
from hub.domain.versions import Version, proposed
from hub.services.review import pipeline, redrafting
from hub.services.review.board import board, change_action, enter
from hub.services.review.contents import empty
from hub.services.review.editing import current, discard, edit, keep_version, store_version, versions
from hub.services.review.meetings import change_meeting, open_meeting
from hub.services.review.pipeline import Bench
from hub.services.review.room import held
from hub.services.trail_scopes import OtherScopes
from tests.fakes import FakeBlobs, FakeStages
from tests.review_kit import ANNA, AT, CARA, SEGMENTS, STRANGER, about, drafted, minutes, room

VISIT = DueSource("monitoring_visit", "v", 3, "site initiation visit, site 014 (Graz)", date(2026, 6, 25))
EMPTY = hashlib.sha256(b"").hexdigest()
OTHER = replace(STRANGER, grants=(Grant(Role.PROJECT_MANAGER, "Other"),))
WIDER = {"organizations": ("Asterion", "Meridian", "Other")}


@pytest.fixture
def here():
    return room()


def of_record(meeting):
    """Return minutes of which one action has a day of the record, one tells what the record holds, one neither."""
    found = minutes(meeting)
    [own] = found.actions
    told = replace(own, id="a3", due=None, due_reason=f"{HOLDS} several: site initiation visit, site 014 2026-06-25")
    return replace(found, actions=(own, replace(own, id="a2", due=date(2026, 6, 23), due_source=VISIT), told))


def with_days(here):
    card = drafted(here)
    with held(here, card.meeting_id, "hub") as work:
        store_version(work, proposed(of_record(card.meeting)), author="hub", reason="drafted by machine")
    return work.card


def moved(here, card, **values):
    values = values or WIDER
    return change_meeting(here, ANNA, card.meeting_id, revision=card.revision, reason="a vendor joins", **values)


def standing(here, card):
    return current(here, CARA, card.meeting_id)


def days(draft):
    return [(one.due, one.due_source, one.due_reason) for one in draft.minutes.actions]


LEFT = [(date(2026, 6, 5), None, None), (None, None, TAKEN_BACK), (None, None, TAKEN_BACK)]


def test_a_meeting_that_goes_to_another_party_loses_the_days_of_the_record(here):
    card = with_days(here)
    after = moved(here, card)
    draft = standing(here, card)
    assert days(draft.draft) == LEFT
    assert "site 014" not in wire.dumps(draft.draft)
    assert (after.version, after.standing, draft.base, draft.open) == (card.version + 1, Standing.DRAFT, 3, False)


def test_a_rejected_item_and_edits_given_up_bring_none_back(here):
    card = with_days(here)
    edit(here, CARA, card.meeting_id, [Reject("a2")], revision=standing(here, card).revision, reason="no")
    moved(here, here.shelf.get(Card, card.meeting_id))
    assert "site 014" not in wire.dumps(standing(here, card).draft)
    edit(here, CARA, card.meeting_id, [Reject("a3")], revision=standing(here, card).revision, reason="no")
    after = discard(here, CARA, card.meeting_id, revision=standing(here, card).revision, reason="")
    assert "site 014" not in wire.dumps(after.draft)


def test_a_meeting_that_only_gets_another_title_keeps_them(here):
    card = with_days(here)
    assert moved(here, card, title="Call").version == card.version
    assert days(standing(here, card).draft)[1] == (date(2026, 6, 23), VISIT, None)


def test_a_meeting_that_moves_while_it_is_drafted_again_gets_none_of_them(here):
    card = drafted(here)
    again(here, card, meanwhile=lambda: moved(here, card))
    assert days(standing(here, card).draft) == LEFT


def approved(here, card):
    """Let the newest version be approved."""
    with held(here, card.meeting_id, "hub") as work:
        work.change(standing=Standing.APPROVED)
        enter(work, work.unit.get(Version, card.meeting_id, card.version))
    return work.card


def on_board(here, card):
    return {one.item: one.due for one in board(here, ANNA) if one.meeting_id == card.meeting_id}


def lines(here, card):
    return [line for line in here.shelf.trail if line.record_id.startswith(card.meeting_id)]


def test_drafted_again_after_it_was_approved_a_meeting_that_moves_loses_what_was_not_signed(here):
    card = approved(here, drafted(here))
    again(here, card)
    assert "site 014" in wire.dumps(standing(here, card).draft)
    edited = standing(here, card)
    after = moved(here, here.shelf.get(Card, card.meeting_id))
    draft = standing(here, card)
    assert "site 014" not in wire.dumps(draft.draft)
    assert days(draft.draft) == LEFT
    assert (after.standing, draft.base, draft.open) == (Standing.APPROVED, 1, True)
    assert draft.revision > edited.revision
    [told] = [line for line in lines(here, card) if line.field == "edited"]
    assert (told.reason, "2026-06-23" in told.new) == ("a vendor joins", False)


def test_what_was_signed_goes_along_in_the_draft_and_on_the_board(here):
    card = approved(here, with_days(here))
    edit(here, CARA, card.meeting_id, [Accept("d1")], revision=standing(here, card).revision)
    moved(here, here.shelf.get(Card, card.meeting_id))
    assert days(standing(here, card).draft)[1] == (date(2026, 6, 23), VISIT, None)
    assert on_board(here, card)["a2"] == date(2026, 6, 23)


def test_what_was_signed_goes_along_also_where_its_words_were_changed_since(here):
    card = approved(here, in_series(here, with_own=True))
    steps = [Correct("a2", {"text": "Send the log at once", "owner": "Ben Okafor"})]
    edit(here, CARA, card.meeting_id, steps, revision=standing(here, card).revision)
    before = standing(here, card).draft
    moved(here, here.shelf.get(Card, card.meeting_id))
    after = standing(here, card).draft
    assert (after.minutes.actions[1].text, days(after)[1]) == ("Send the log at once", (date(2026, 6, 23), VISIT, None))
    assert after.mark("a2") == before.mark("a2")
    assert carried(here, card)["a2"] == (date(2026, 6, 23), 8)


def test_minutes_destroyed_and_made_anew_are_for_who_joined_before(here):
    card = with_days(here)
    moved(here, card)
    with held(here, card.meeting_id, "hub") as work:
        until = work.card.former[0].until
        empty(work, RecordClass.MINUTES)
        store_version(work, proposed(of_record(card.meeting)), author="hub", reason="drafted anew")
    assert [one.number for one in versions(here, OTHER, card.meeting_id)] == [1]
    assert [one.until for one in work.card.former] == [until]


def test_a_meeting_that_moves_without_its_minutes_keeps_their_lines_from_who_comes(here):
    card = in_series(here)
    with held(here, card.meeting_id, "hub") as work:
        empty(work, RecordClass.MINUTES)
    moved(here, work.card)
    told = [line for line in lines(here, card) if line.kind == "carried"]
    scopes = OtherScopes(here.shelf, None, None, told)
    assert told
    assert all("Other" not in scopes.before(line).organizations for line in told)


def test_the_board_loses_the_days_of_a_version_that_does_not_come_along(here):
    card = approved(here, with_days(here))
    assert on_board(here, card)["a2"] == date(2026, 6, 23)
    with held(here, card.meeting_id, "hub") as work:
        store_version(work, proposed(minutes(card.meeting)), author="hub", reason="drafted again")
    moved(here, here.shelf.get(Card, card.meeting_id))
    assert on_board(here, card) == {"a1": date(2026, 6, 5), "a2": None, "a3": None}


def test_a_day_that_a_person_gave_on_the_board_stays(here):
    card = approved(here, with_days(here))
    given = change_action(
        here, ANNA, f"{card.meeting_id}/a2", revision=1, reason="they asked for it", due=date(2026, 6, 30)
    )
    with held(here, card.meeting_id, "hub") as work:
        store_version(work, proposed(minutes(card.meeting)), author="hub", reason="drafted again")
    moved(here, here.shelf.get(Card, card.meeting_id))
    assert on_board(here, card)["a2"] == given.due == date(2026, 6, 30)


def in_series(here, *, with_own=False):
    """Return a meeting whose series left an action with a day of the record, and which may have one of its own."""
    first = drafted(here, series="Weekly")
    with held(here, first.meeting_id, "hub") as work:
        store_version(work, proposed(of_record(first.meeting)), author="hub", reason="drafted by machine")
    approved(here, work.card)
    card = drafted(here, series="Weekly", started_at=AT + timedelta(days=30))
    again(here, card, find=lambda transcript: (of_record if with_own else minutes)(transcript.meeting))
    if with_own:
        keep_version(here, CARA, card.meeting_id, revision=standing(here, card).revision, reason="carried")
    return here.shelf.get(Card, card.meeting_id)


def carried(here, card):
    return {one.id.partition("/")[2]: (one.due, one.late_days) for one in standing(here, card).draft.minutes.carried}


def test_what_a_series_carried_loses_its_day_too(here):
    card = in_series(here)
    assert carried(here, card)["a2"] == (date(2026, 6, 23), 8)
    moved(here, card)
    assert carried(here, card) == {"a1": (date(2026, 6, 5), 26), "a2": (None, 0), "a3": (None, 0)}
    [first] = [one for one in here.shelf.several(Version, meeting_id=card.meeting_id) if one.number == card.version]
    assert not tells_days(first.draft)


def test_a_version_with_such_a_day_is_for_those_who_had_it_and_so_are_its_lines(here):
    card = in_series(here)
    keep_version(here, CARA, card.meeting_id, revision=standing(here, card).revision, reason="carried")
    moved(here, here.shelf.get(Card, card.meeting_id))
    assert [one.number for one in versions(here, CARA, card.meeting_id)] == [1, 2, 3]
    assert [one.number for one in versions(here, OTHER, card.meeting_id)] == [1, 3]
    told = [line for line in lines(here, card) if line.kind == "carried"]
    scopes = OtherScopes(here.shelf, None, None, told)
    assert told
    assert all("Other" not in scopes.before(line).organizations for line in told)


def test_drafted_again_in_peace_it_has_them(here):
    card = drafted(here)
    again(here, card)
    assert days(standing(here, card).draft)[1] == (date(2026, 6, 23), VISIT, None)


def test_a_meeting_that_moves_while_it_is_worked_on_gets_none_of_them(here, tmp_path):
    card = open_meeting(here, ANNA, about())
    with held(here, card.meeting_id, "hub") as work:
        work.change(recording=EMPTY, media="call.vtt", standing=Standing.WORKING)
    bench = worked(tmp_path, lambda: moved(here, here.shelf.get(Card, card.meeting_id)))
    pipeline.run(here, bench, job(card), lambda _share, _note: None)
    assert days(standing(here, card).draft) == LEFT


class Finder:
    """Finds days of the record, and lets something happen *meanwhile*."""

    fingerprint = "finder#1"

    def __init__(self, meanwhile, find):
        self._meanwhile = meanwhile
        self._find = find

    def extract(self, transcript, known=()):
        self._meanwhile()
        return self._find(transcript)


def found_of_record(transcript):
    return of_record(transcript.meeting)


def job(card):
    return Job("j1", "minutes", "u", {"meeting": card.meeting_id, "by": "cara@meridian.test"}, card.opened_at)


def again(here, card, meanwhile=lambda: None, find=found_of_record):
    bench = Bench(None, lambda: Finder(meanwhile, find), None, None, None, None, None)
    redrafting.run(here, bench, job(card), lambda _share, _note: None)


def worked(tmp_path, meanwhile):
    spoken = Transcript(Meeting("file", "call"), "en", SEGMENTS)
    blobs = FakeBlobs(tmp_path / "blobs")
    blobs.folder.mkdir(exist_ok=True)
    (blobs.folder / EMPTY).touch()
    return Bench(
        None,
        lambda: Finder(meanwhile, found_of_record),
        lambda _: True,
        lambda _, **_asked: spoken,
        blobs,
        FakeStages(),
        tmp_path / "w",
    )
