"""Minutes are edited: what people change is told from what the machine proposed, and nobody's edit is lost."""

from dataclasses import replace
from datetime import date

import pytest

from hub.domain.diff import Piece, compare, words
from hub.domain.edits import Accept, Add, Check, Correct, Reject, Sentence
from hub.domain.errors import MissingError, RefusedError, StaleError, StandingError, UsageError
from hub.domain.transcript import Segment
from hub.domain.versions import Judged, Origin, content_hash
from hub.services.review.approving import submit
from hub.services.review.editing import current, discard, edit, keep_version, transcript_of, version, versions
from hub.services.review.room import held
from hub.services.review.speakers import name_segment, name_speakers, transcript
from tests.review_kit import ANNA, BEN, CARA, INSPECTOR, STRANGER, drafted, room


@pytest.fixture
def here():
    return room()


@pytest.fixture
def meeting(here):
    return drafted(here).meeting_id


def lines(here, of: str) -> list[tuple[str, str | None, str | None]]:
    return [(e.field, e.old, e.new) for e in here.shelf.trail if e.record_id.endswith(f"/{of}")]


def test_a_correction_keeps_what_the_machine_proposed(here, meeting):
    step = Correct("a1", {"text": "Send the delegation log to Graz", "owner": "Ben Okafor", "due": date(2026, 6, 4)})
    after = edit(here, CARA, meeting, [step], revision=0)
    mark, item = after.draft.mark("a1"), after.draft.item("a1")
    assert (item.text, item.owner, item.due) == ("Send the delegation log to Graz", "Ben Okafor", date(2026, 6, 4))
    assert (mark.origin, mark.judged, mark.by) == (Origin.MACHINE, Judged.CORRECTED, "Cara Lind")
    assert mark.proposed["owner"] == "Speaker 2"
    assert ("owner", '"Speaker 2"', '"Ben Okafor"') in lines(here, "a1")
    assert ("due", '"2026-06-05"', '"2026-06-04"') in lines(here, "a1")


def test_of_two_editors_the_second_is_told(here, meeting):
    edit(here, CARA, meeting, [Accept("d1")], revision=0)
    with pytest.raises(StaleError, match="somebody else"):
        edit(here, ANNA, meeting, [Reject("d1")], revision=0, reason="no decision")
    assert current(here, ANNA, meeting).draft.mark("d1").judged is Judged.ACCEPTED


def test_a_rejected_item_leaves_the_minutes_and_can_come_back(here, meeting):
    with pytest.raises(UsageError, match="why"):
        edit(here, CARA, meeting, [Reject("r1")], revision=0)
    gone = edit(here, CARA, meeting, [Reject("r1")], revision=0, reason="said in jest")
    assert gone.draft.minutes.risks == ()
    assert gone.draft.mark("r1").reason == "said in jest"
    back = edit(here, CARA, meeting, [Accept("r1")], revision=1)
    assert [risk.id for risk in back.draft.minutes.risks] == ["r1"]


def test_a_new_item_needs_a_passage_that_stands_in_the_transcript(here, meeting):
    quote = "please order more"
    after = edit(here, CARA, meeting, [Add("action", ("s3",), quote, {"text": "Order more comparator"})], revision=0)
    added = after.draft.minutes.actions[-1]
    assert (added.text, added.evidence.quote) == ("Order more comparator", quote)
    assert after.draft.mark(added.id).origin is Origin.PERSON
    for step in (Add("action", ("s1",), quote), Add("action", (), quote), Add("fact", ("s3",), quote)):
        with pytest.raises(UsageError):
            edit(here, CARA, meeting, [step], revision=1)


@pytest.mark.parametrize(
    ("step", "says"),
    [
        (Correct("a1", {"owner": "Nobody Known"}), "roster"),
        (Correct("a1", {"text": "  "}), "characters"),
        (Correct("a1", {"evidence": "x"}), "cannot be set"),
        (Correct("r1", {"severity": "huge"}), "low, medium, high"),
        (Correct("a1", {"due": "tomorrow"}), "no day"),
        (Accept("x9"), "no such item"),
        (Sentence(7, "x"), "no sentence"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(here, meeting, step, says):
    with pytest.raises(UsageError, match=says):
        edit(here, CARA, meeting, [Accept("d1"), step], revision=0)
    assert current(here, CARA, meeting).revision == 0
    assert lines(here, "d1") == []


def test_a_version_is_kept_with_author_reason_and_a_hash_of_its_content(here, meeting):
    edit(here, CARA, meeting, [Sentence(0, "The call stays."), Check("a1", "is it Friday?")], revision=0)
    second = keep_version(here, CARA, meeting, revision=1, reason="first look")
    assert (second.number, second.author, second.reason) == (2, "cara@meridian.test", "first look")
    assert second.sha256 == content_hash(meeting, 2, second.draft)
    assert second.draft.mark("a1").check == "is it Friday?"
    assert [one.number for one in versions(here, INSPECTOR, meeting)] == [1, 2]
    assert version(here, BEN, meeting, 1).draft.minutes.summary == ("The call stays on Tuesdays.",)
    with pytest.raises(StandingError, match="already"):
        keep_version(here, CARA, meeting, revision=current(here, CARA, meeting).revision, reason="again")


def test_edits_that_are_given_up_leave_the_last_version(here, meeting):
    edit(here, CARA, meeting, [Correct("d1", {"text": "Wrong"})], revision=0)
    after = discard(here, CARA, meeting, revision=1, reason="")
    assert (after.open, after.draft.item("d1").text) == (False, "The weekly call stays on Tuesdays.")


def test_who_may_not_is_refused_in_the_trail_and_who_is_no_party_finds_nothing(here, meeting):
    for reader in (INSPECTOR, BEN):
        with pytest.raises(RefusedError):
            edit(here, reader, meeting, [Accept("d1")], revision=0)
    assert [e.actor for e in here.shelf.trail if e.field == "refused"] == ["ivo@asterion.test", "ben@asterion.test"]
    with pytest.raises(MissingError):
        current(here, STRANGER, meeting)


def test_a_blinded_reader_does_not_find_what_would_unblind(here):
    hidden = drafted(here, unblinding=True).meeting_id
    with pytest.raises(MissingError):
        current(here, ANNA, hidden)
    unblinded = replace(ANNA, grants=tuple(replace(grant, unblinded=True) for grant in ANNA.grants))
    assert current(here, unblinded, hidden).base == 1


def test_a_named_speaker_is_followed_by_owners_and_passages(here, meeting):
    name_speakers(here, CARA, meeting, {"Speaker 2": "Ben Okafor"}, revision=1)
    minutes = current(here, CARA, meeting).draft.minutes
    assert minutes.actions[0].owner == "Ben Okafor"
    assert [passage.speaker for passage in minutes.passages] == ["Anna Weber", "Ben Okafor", "Anna Weber"]
    assert minutes.speakers == ("Anna Weber", "Ben Okafor")
    spoken = transcript(here, CARA, meeting).transcript
    assert [segment.text for segment in spoken.segments][1].startswith("I will send")
    assert ("speaker", '"Speaker 2"', '"Ben Okafor"') in [(e.field, e.old, e.new) for e in here.shelf.trail]
    assert version(here, CARA, meeting, 1).draft.minutes.actions[0].owner == "Speaker 2"


def test_two_voices_become_one_and_one_segment_another(here, meeting):
    name_speakers(here, CARA, meeting, {"Speaker 2": "Anna Weber"}, revision=1)
    assert current(here, CARA, meeting).draft.minutes.speakers == ("Anna Weber",)
    name_segment(here, CARA, meeting, "s3", "Ben Okafor", revision=2)
    assert current(here, CARA, meeting).draft.minutes.speakers == ("Anna Weber", "Ben Okafor")
    with pytest.raises(StaleError):
        name_speakers(here, CARA, meeting, {"Anna Weber": "Anna W."}, revision=2)
    with pytest.raises(UsageError, match="nobody of that name"):
        name_speakers(here, CARA, meeting, {"Speaker 9": "X"}, revision=3)


def test_a_segment_that_the_minutes_do_not_cite_leaves_no_edits_and_one_that_stays_no_line(here, meeting):
    with held(here, meeting, "hub") as work:
        kept = transcript_of(work.unit, meeting)
        more = Segment("s4", "Anna Weber", 14.0, 16.0, "Thank you all.")
        spoken = replace(kept.transcript, segments=(*kept.transcript.segments, more))
        work.unit.put(replace(kept, transcript=spoken))
    name_segment(here, CARA, meeting, "s4", "Speaker 2", revision=1)
    assert (current(here, CARA, meeting).open, transcript(here, CARA, meeting).revision) == (False, 2)
    before = len(here.shelf.trail)
    assert name_segment(here, CARA, meeting, "s4", "Speaker 2", revision=2).revision == 2
    assert len(here.shelf.trail) == before


def test_voices_are_not_named_or_merged_without_a_reason_once_the_minutes_were_sent_round(here, meeting):
    name_speakers(here, CARA, meeting, {"Speaker 2": "Ben Okafor"}, revision=1)
    keep_version(here, CARA, meeting, revision=current(here, CARA, meeting).revision, reason="named")
    submit(here, CARA, meeting, 2)
    with pytest.raises(UsageError, match="say why"):
        name_speakers(here, CARA, meeting, {"Ben Okafor": "Anna Weber"}, revision=2)
    assert transcript(here, CARA, meeting).revision == 2
    name_speakers(here, CARA, meeting, {"Ben Okafor": "Anna Weber"}, revision=2, reason="one voice, heard as two")
    noted = [(line.new, line.reason) for line in here.shelf.trail if line.field in ("speaker", "owner")]
    assert {reason for new, reason in noted if "Anna" in new} == {"one voice, heard as two"}


def test_who_spoke_is_not_changed_without_a_reason_once_the_minutes_were_sent_round(here, meeting):
    submit(here, CARA, meeting, 1)
    with pytest.raises(UsageError, match="say why they are changed"):
        name_segment(here, CARA, meeting, "s3", "Ben Okafor", revision=1)
    name_segment(here, CARA, meeting, "s3", "Ben Okafor", revision=1, reason="it was Ben")
    assert [(line.new, line.reason) for line in here.shelf.trail if line.field == "speaker"] == [
        ('"Ben Okafor"', "it was Ben")
    ]


def test_versions_are_compared_by_word(here, meeting):
    step = Correct("a1", {"text": "Send the training log to the site", "due": None})
    edit(here, CARA, meeting, [step, Reject("r1")], revision=0, reason="as agreed by mail")
    keep_version(here, CARA, meeting, revision=1, reason="corrected")
    found = compare(version(here, BEN, meeting, 1).draft, version(here, BEN, meeting, 2).draft)
    assert [(one.item, one.change, [f.field for f in one.fields]) for one in found] == [
        ("a1", "changed", ["text", "due"]),
        ("r1", "removed", ["text"]),
    ]
    assert words("the delegation log", "the training log") == (
        Piece("same", "the "),
        Piece("out", "delegation"),
        Piece("in", "training"),
        Piece("same", " log"),
    )
