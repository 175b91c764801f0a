"""Days of the study's record leave a draft whose readers change: others may not know them."""

import hashlib
from dataclasses import replace
from datetime import date

import pytest

from hub.domain import wire
from hub.domain.cards import Card, Standing
from hub.domain.edits import Reject
from hub.domain.jobs import Job
from hub.domain.known_days import HOLDS, DueSource
from hub.domain.meeting import Meeting
from hub.domain.record_days import TAKEN_BACK
from hub.domain.transcript import Transcript
from hub.domain.versions import proposed
from hub.services.review import pipeline, redrafting
from hub.services.review.editing import current, discard, edit, store_version
from hub.services.review.meetings import change_meeting, open_meeting
from hub.services.review.pipeline import Bench
from hub.services.review.room import held
from tests.fakes import FakeBlobs, FakeStages
from tests.review_kit import ANNA, CARA, SEGMENTS, about, drafted, minutes, room

VISIT = DueSource("monitoring_visit", "v", 3, "site initiation visit, site 014 (Graz)", date(2026, 6, 25))
EMPTY = hashlib.sha256(b"").hexdigest()
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

    def __init__(self, meanwhile):
        self._meanwhile = meanwhile

    def extract(self, transcript, known=()):
        self._meanwhile()
        return of_record(transcript.meeting)


def job(card):
    return Job("j1", "minutes", "u", {"meeting": card.meeting_id, "by": "cara@meridian.test"}, card.opened_at)


def again(here, card, meanwhile=lambda: None):
    bench = Bench(None, lambda: Finder(meanwhile), None, None, None, None, None)
    redrafting.run(here, bench, job(card), lambda _share, _note: None)


def worked(tmp_path, meanwhile):
    spoken = Transcript(Meeting("file", "call"), "en", SEGMENTS)
    blobs = FakeBlobs(tmp_path / "blobs")
    blobs.folder.mkdir(exist_ok=True)
    (blobs.folder / EMPTY).touch()
    return Bench(None, lambda: Finder(meanwhile), lambda _: True, lambda _: spoken, blobs, FakeStages(), tmp_path / "w")
