"""Actions of earlier meetings that a meeting says are done: found where it is plain, left open where it is not."""

from datetime import date

import pytest

from hub.domain.evidence import stands
from hub.domain.meeting import Meeting, Participant
from hub.domain.minutes import Carried
from hub.domain.transcript import Segment, Transcript
from hub.nlp.follow.follower import WordFollower

PEOPLE = tuple(map(Participant, ("Anna Weber", "Ben Okafor", "Marek Novak")))
TASKS = (
    ("a1", "Send the delegation log to the site in Graz"),
    ("a2", "Order more comparator kits for Vienna"),
    ("a3", "Review the monitoring plan"),
    ("a4", "Upload the signed protocol amendment to the eTMF"),
    ("a5", "Close the open queries at site 12"),
    ("a6", "Send the newsletter to all sites"),
    ("a7", "Update the enrolment tracker"),
)
CARRIED = tuple(Carried(name, text, "m1", "Weekly call", date(2026, 5, 1), "Ben Okafor") for name, text in TASKS)


def talk(*lines, language="en"):
    who = ("Anna Weber", "Ben Okafor")
    segments = (Segment(f"s{at}", who[at % 2], at * 4.0, at * 4.0 + 4, text) for at, text in enumerate(lines))
    return Transcript(Meeting("m2", participants=PEOPLE), language, tuple(segments))


def found(*lines, carried=CARRIED, **more):
    transcript = talk(*lines, **more)
    closed = WordFollower().closings(transcript, carried)
    texts = {one.id: one.text for one in transcript.segments}
    assert all(stands(proof, texts) for proof in closed.values())
    return closed


@pytest.mark.parametrize(
    ("closes", "lines"),
    [
        ("a1", ["The delegation log for Graz, we sent it on Monday."]),
        ("a1", ["Next, the delegation log for Graz.", "That's done."]),
        ("a1", ["Ben, did you send the delegation log to Graz?", "Yes, I did."]),
        ("a1", ["Graz?", "I forwarded the delegation log to them this morning."]),
        ("a2", ["The comparator kits for Vienna were ordered last Thursday."]),
        ("a2", ["Where are we with the comparator kits for Vienna?", "Marek ordered them. Closed."]),
        ("a3", ["Monitoring plan?", "I reviewed it, closed."]),
        ("a3", ["The monitoring plan has been reviewed."]),
        ("a4", ["What about the signed protocol amendment?", "It is uploaded to the eTMF. You can close that."]),
        ("a4", ["The protocol amendment is uploaded."]),
        ("a5", ["All open queries at site 12 are closed."]),
        ("a5", ["Open queries at site twelve, that one is done."]),
        ("a6", ["The newsletter went out to all sites."]),
        ("a7", ["I've already updated the enrolment tracker."]),
    ],
)
def test_what_is_plainly_done_is_found_with_its_passage(closes, lines):
    assert set(found(*lines)) == {closes}


@pytest.mark.parametrize(
    "lines",
    [
        ["Ben, did you send the delegation log to Graz?", "Not yet."],
        ["We sent the delegation log to Vienna."],
        ["We reviewed the delegation log of Graz."],
        ["We sent it.", "Great."],
        ["That's done.", "Good, thank you."],
        ["The delegation log for Graz is done.", "Wait, the signatures are still missing."],
        ["The monitoring plan will be reviewed by Friday."],
        ["I think the monitoring plan is done."],
        ["Once the monitoring plan is reviewed we close that."],
        ["The monitoring plan is reviewed every quarter."],
        ["All open queries at site 14 are closed."],
        ["Site 12 closed last month."],
        ["We sent the newsletter to Graz."],
        ["The newsletter is almost done."],
        ["We sent the newsletter.", "Good.", "We will send the newsletter to all sites again next week."],
        ["Comparator kits for Vienna and the delegation log for Graz.", "Both done."],
        ["The updated enrolment tracker looks fine to me."],
        ["Ben said the tracker was updated but I have not seen it."],
        ["Is the enrolment tracker updated?", "Hm."],
        ["Let us talk about lunch. That's done."],
        ["The training is finished at all sites."],
    ],
)
def test_what_is_unclear_of_another_thing_or_taken_back_is_left_open(lines):
    assert not found(*lines)


def test_two_actions_that_a_claim_may_be_of_both_stay_open():
    two = (
        Carried("a1", "Send the delegation log to Graz", "m1", "Weekly call", date(2026, 5, 1)),
        Carried("a2", "Send the delegation log to Linz", "m1", "Weekly call", date(2026, 5, 1)),
    )
    assert not found("The delegation log, we sent it.", carried=two)
    assert set(found("The delegation log for Linz was sent.", carried=two)) == {"a2"}


def test_the_passage_runs_from_what_names_the_matter_to_what_closes_it():
    proof = found("Next point. The delegation log for Graz.", "Mm. That's done, thanks.")["a1"]
    assert proof.quote == "The delegation log for Graz. Mm. That's done, thanks."
    assert proof.segments == ("s0", "s1")


def test_a_meeting_in_another_language_closes_nothing():
    assert not found("The monitoring plan has been reviewed.", language="de")
