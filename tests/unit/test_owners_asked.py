"""Whose the work is where the answer says it in other words, and where a name, a group or the past would mislead."""

from datetime import date

import pytest

from hub.domain.meeting import Participant
from hub.nlp.extract.context import Roster

pytestmark = pytest.mark.models

ANSWERED = [
    pytest.param(
        "Tom: Could you price the extra freezers?\nHelen: A rough figure, yes. It's a bit of work, Thursday of next week.",
        "Helen Marsh",
        date(2026, 3, 19),
        id="by a day, in the second sentence",
    ),
    pytest.param(
        "Tom: Can you courier those boxes?\nRajesh: The courier costs double but that goes tomorrow.",
        "Rajesh Iyer",
        date(2026, 3, 12),
        id="by a day",
    ),
    pytest.param(
        "Tom: Rajesh, would you test the new form?\nRajesh: That I can manage.",
        "Rajesh Iyer",
        None,
        id="that I can manage",
    ),
    pytest.param(
        "Tom: Rajesh, can you pull the audit log?\nRajesh: I haven't got the rights.\nHelen: I'll pull it on Friday.",
        "Helen Marsh",
        date(2026, 3, 13),
        id="who has no rights refuses",
    ),
    pytest.param(
        "Lucía: I'll see to it that the lab gets the new labels by Friday.",
        "Lucía Ferrari",
        date(2026, 3, 13),
        id="see to it",
    ),
]


@pytest.mark.parametrize(("script", "owner", "due"), ANSWERED)
def test_who_answers_what_was_asked_has_it(actions, script, owner, due):
    (action,) = actions(script)
    assert (action.owner, action.due) == (owner, due)


def test_who_will_look_at_that_has_nothing_to_do(actions):
    assert actions("Helen: I'll see that on the dashboard tomorrow.") == ()


NOBODY = [
    pytest.param("Lucía: My people will translate the leaflet by Friday.", id="my people"),
    pytest.param("Lucía: One of my assistants will translate the leaflet by Friday.", id="one of mine"),
    pytest.param(
        "Tom: Stefan, please check the leaflet by Friday.\nStefan Kolbe: Yes, yes.",
        id="one of two namesakes only says yes",
    ),
]


@pytest.mark.parametrize("script", NOBODY)
def test_nobody_is_named_where_two_or_many_could_be_meant(actions, script):
    assert [action.owner for action in actions(script)] in ([], [None])


def test_who_was_going_to_do_it_has_not_got_it(actions):
    found = actions("Tom: Rajesh was going to send the mapping file.\nHelen: I have it open, I'll send it on Friday.")
    assert [action.owner for action in found] == ["Helen Marsh"]


def test_a_name_called_for_the_next_point_takes_nothing_of_the_last(actions):
    found = actions(
        "Tom: Can you redraw the flow chart by Friday?\nHelen: Sure, I'll redraw it.\nTom: Good. Freezers. Rajesh.\nRajesh: Yes, hello."
    )
    assert [action.owner for action in found] == ["Helen Marsh"]


def test_a_day_that_answers_a_question_of_the_doer_is_not_that_of_the_doers_own_work(actions):
    found = actions(
        "Tom: Post it to me and I'll countersign the letter.\nTom: And it's with the bank on Friday?\nHelen: Friday, yes."
    )
    assert [action.due for action in found if action.owner == "Tom Ashworth"] == [None]


def test_a_wish_is_not_what_will_be_done_one_day(actions):
    found = actions("Tom: One day you could also rebuild the archive.\nHelen: One day, when I'm retired.")
    assert [action.owner for action in found] in ([], [None])


HANDED = [
    pytest.param(
        "Rajesh: I could rewrite the import script but hardly this month.\nHelen: Then I'll rewrite it. The eighteenth.",
        "Helen Marsh",
        id="what was only offered is done by another",
    ),
    pytest.param(
        "Helen: I'll compile the safety listing.\nRajesh: No, leave that to me. You'll have it on the eighteenth.",
        "Rajesh Iyer",
        id="no, leave that to me",
    ),
    pytest.param(
        "Tom: I want Rajesh to rebuild the import by Monday.\nRajesh: Will do.", "Rajesh Iyer", id="I want him to"
    ),
    pytest.param(
        "Tom: Let's have Helen recount the boxes by Monday.\nHelen: Okay.", "Helen Marsh", id="let's have her do it"
    ),
]


@pytest.mark.parametrize(("script", "owner"), HANDED)
def test_the_last_to_have_it_is_the_owner(actions, script, owner):
    assert {action.owner for action in actions(script)} == {owner}


def test_one_of_two_is_not_the_one_who_says_so(actions):
    found = actions("Helen: Tom or I will have to warn the pharmacist.\nTom: I'll warn her on Friday.")
    assert {action.owner for action in found} - {None} == {"Tom Ashworth"}


def test_a_name_in_small_letters_is_a_name_where_all_letters_are_small(actions):
    found = actions(
        "Tom: okay so next thing is the boxes\nTom: rajesh can you weigh the return boxes again and send the list\n"
        "Helen: it was wrong in march too\nRajesh: yes i can"
    )
    assert {action.owner for action in found} == {"Rajesh Iyer"}


def test_a_name_that_is_a_word_is_no_name_in_small_letters():
    roster = Roster((Participant("Grace Will"), Participant("Rajesh Iyer")))
    assert [mention.people for mention in roster.mentions("rajesh will say grace")] == [("Rajesh Iyer",)]
    assert [mention.people for mention in roster.mentions("Grace said so")] == [("Grace Will",)]
    roster = Roster((Participant("Kit Grant"), Participant("Ping Small")))
    assert roster.mentions("i will ping you when the small grant for the kit is there") == ()
