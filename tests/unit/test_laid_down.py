"""What is laid down without a word for it, speech written without signs, and days in the doer's next words."""

from datetime import date

import pytest

from hub.domain.transcript import Segment
from hub.nlp.extract.bare import is_bare
from hub.nlp.extract.matters import QUESTION
from tests.unit.spoken import meeting

RULINGS = {
    "a chair's order": "Tom: Are we still sending the paper diaries to the sites?\nHelen: Drop them, it's all electronic.\nTom: Okay.",
    "a rule that denies": "Helen: Do we dispense on paper when the system is down?\nLucía: No patient gets a kit until the system is back.\nTom: Fair enough.",
    "a choice named after it was put": "Helen: We could train the sites in Porto, or hold a webinar.\nTom: A webinar reaches all the sites.\nHelen: Then webinar it is.\nTom: I'm good with that.",
    "a matter closed with what is done": "Lucía: The tags give people a rash.\nTom: At six sites, yes.\nHelen: Then all tags come off the patients today.",
    "done by saying it": "Helen: Shall we stop screening in Graz?\nLucía: I would.\nTom: Good. Screening in Graz is suspended until the audit is over.\nLucía: Content.",
}
NONE_LAID_DOWN = {
    "only thought aloud": "Helen: Maybe we take Norway in place of Denmark?\nTom: Norway takes just as long.\nHelen: Yes, I was only thinking aloud, forget it.",
    "an order to one person": "Helen: Tom, keep the originals for me, please.\nTom: Sure.",
    "what is off the table": "Helen: And if we imported from Malta?\nTom: The agency would not take it. So that is off the table.",
    "how things stand": "Tom: So we already keep the samples at the depot.\nHelen: Right.",
    "what was told": "Helen: Nobody answered the queries until the monitor called them.\nTom: Right.",
}


@pytest.mark.models
@pytest.mark.parametrize("name", RULINGS)
def test_what_is_laid_down_is_a_decision(extractor, name):
    assert len(extractor.extract(meeting(RULINGS[name])).decisions) == 1


@pytest.mark.models
@pytest.mark.parametrize("name", NONE_LAID_DOWN)
def test_what_is_thought_asked_or_told_is_none(extractor, name):
    assert extractor.extract(meeting(NONE_LAID_DOWN[name])).decisions == ()


@pytest.mark.models
def test_an_assent_goes_to_the_last_proposal(extractor):
    found = extractor.extract(
        meeting(
            "Helen: I'd close the depot in Medford at the end of the quarter.\n"
            "Lucía: And for the investigators I suggest a webinar.\nTom: I'm good with that."
        )
    )
    assert [decision.evidence.segments for decision in found.decisions] == [("s2", "s3")]


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("do we tell the sites to use paper", True),
        ("um so where are we with the contracts", True),
        ("that needs a new plan doesn't it", True),
        ("do the letter by friday", False),
        ("we do that every week", False),
        ("Do we tell the sites? We should.", False),
    ],
)
def test_a_question_is_heard_without_its_sign(text, asks):
    assert (QUESTION.search(text) is not None) == asks


@pytest.mark.models
def test_speech_without_signs_is_cut_where_a_main_clause_begins(extractor):
    transcript = meeting(
        "Tom: so the freezer in leeds broke down on sunday night and nobody came in they found it on monday at noon\n"
        "Helen: okay and what was in it do we know\n"
        "Tom: forty serum samples i think they are all above the limit\n"
        "Helen: right then let us keep the lot apart until the lab says so\n"
        "Rajesh: yeah agreed that makes sense to me\n"
        "Helen: and i'll tell the lab about it it'll be in their mailbox by friday"
    )
    found = extractor.extract(transcript)
    assert [decision.evidence.segments for decision in found.decisions] == [("s4", "s5")]
    assert [action.due for action in found.actions if action.owner == "Helen Marsh"] == [date(2026, 3, 13)]


def test_text_with_signs_is_not_taken_for_bare():
    signed = [Segment(f"s{n}", "Tom", n, n + 1, "We have it in the file.") for n in range(5)]
    bare = [Segment(f"s{n}", "Tom", n, n + 1, "we have it in the file") for n in range(5)]
    assert (is_bare(signed), is_bare(bare)) == (False, True)


@pytest.mark.models
@pytest.mark.parametrize(
    ("next_words", "due"),
    [
        ("It goes out on Friday.", date(2026, 3, 13)),
        ("All four, before the end of the month.", date(2026, 3, 31)),
        ("The meeting in Vienna is on Friday.", None),
    ],
)
def test_the_doers_next_words_say_when(extractor, next_words, due):
    found = extractor.extract(meeting(f"Helen: I'll write to the coordinators. {next_words}"))
    assert [(action.owner, action.due) for action in found.actions] == [("Helen Marsh", due)]
