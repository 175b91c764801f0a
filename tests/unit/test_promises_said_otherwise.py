"""Promises without "will", days that only one side names, forms that a recognizer writes without their sign."""

from datetime import date

import pytest

from hub.nlp.extract.actions_replies import Reply, reply

pytestmark = pytest.mark.models

# who says what | the action | its day
PROMISED = [
    pytest.param(
        "Tom: I sign the report over the weekend, on Monday you get it.",
        "Tom Ashworth to sign the report over the weekend.",
        date(2026, 3, 16),
        id="the day of the handing over",
    ),
    pytest.param(
        "Tom: On Monday you have from me the names of both monitors.",
        "Tom Ashworth to deliver the names of both monitors.",
        date(2026, 3, 16),
        id="on Monday you have",
    ),
    pytest.param(
        "Tom: My comments reach you a week today.",
        "Tom Ashworth to provide the comments.",
        date(2026, 3, 18),
        id="my comments reach you",
    ),
    pytest.param(
        "Tom: The audit schedule will be in your hands on the fifteenth of April.",
        "Tom Ashworth to provide the audit schedule.",
        date(2026, 4, 15),
        id="in your hands",
    ),
    pytest.param(
        "Tom: They'll have my answer before noon tomorrow.",
        "Tom Ashworth to deliver the answer.",
        date(2026, 3, 12),
        id="others will have my answer",
    ),
    pytest.param(
        """Tom: I still owe you the table for April.
        Helen: When?
        Tom: Thursday morning. In your inbox.""",
        "Tom Ashworth to deliver the table for April.",
        date(2026, 3, 12),
        id="what is owed, and the day asked for",
    ),
    pytest.param(
        """Helen: When can we have the answers in writing?
        Tom: In a week.""",
        "Tom Ashworth to provide the answers in writing.",
        date(2026, 3, 18),
        id="a day in answer to when",
    ),
    pytest.param(
        """Helen: In two weeks you show us the recovery plan.
        Tom: Yes.""",
        "Tom Ashworth to show the recovery plan.",
        date(2026, 3, 25),
        id="told in the present",
    ),
    pytest.param(
        """Helen: The chapter on indicators is wrong now.
        Tom: I write it new.
        Helen: Please.""",
        "Tom Ashworth to write the chapter on indicators new.",
        None,
        id="the present, and a please",
    ),
    pytest.param(
        "Tom: I've got a call with the supplier first thing Monday. I'll ask him about the adhesive.",
        "Tom Ashworth to ask him about the adhesive.",
        date(2026, 3, 16),
        id="the day of the call that it will be asked in",
    ),
    pytest.param(
        """Helen: Two visits, then, and done by the thirtieth.
        Tom: Yes. I'll fix the dates with the monitors.""",
        "Tom Ashworth to fix the dates with the monitors.",
        date(2026, 3, 30),
        id="the day of the order that a yes answers",
    ),
    pytest.param(
        """Helen: The signature page is missing.
        Tom: It'll be up tomorrow.""",
        "Tom Ashworth to have the signature page up.",
        date(2026, 3, 12),
        id="what will be done",
    ),
    pytest.param(
        "Tom: I write the training plan myself.",
        "Tom Ashworth to write the training plan.",
        None,
        id="what somebody does himself",
    ),
    pytest.param(
        """Helen: The narratives came on Friday.
        Tom: I'll go through them.""",
        "Tom Ashworth to go through the narratives.",
        None,
        id="an errand",
    ),
    pytest.param(
        "Tom: ill send the sites the new pin by friday",
        "Tom Ashworth to send the sites the new pin.",
        date(2026, 3, 13),
        id="a recognizer leaves the sign out",
    ),
    pytest.param(
        """Helen: someone should tell the pharmacy
        Tom: i will i know the guy""",
        "Tom Ashworth to tell the pharmacy.",
        None,
        id="i will without a stop",
    ),
    pytest.param(
        """Helen: Tom, can you book the auditorium?
        Tom: Booking it.""",
        "Tom Ashworth to book the auditorium.",
        None,
        id="doing it",
    ),
]
NOT_PROMISED = [
    pytest.param("Tom: Whether I sign the order, we'll see on Monday.\nHelen: Thanks.", id="whether"),
    pytest.param("Tom: From when I order the block until Friday it takes days.", id="from when"),
    pytest.param("Tom: So you have the report of the visit of the twenty-eighth.", id="the day a thing carries"),
    pytest.param("Tom: I write the newsletter.\nHelen: Which newsletter?", id="the present without an assent"),
    pytest.param("Helen: the patient was ill, do the sites report it", id="ill that means ill"),
    pytest.param("Tom: It is planned for the tenth of April.", id="how things stand"),
    pytest.param("Tom: I propose numbers, then ideas.\nHelen: Sounds good.", id="what is done by saying it"),
    pytest.param("Tom: I'll sleep better with a date.", id="what nobody can check"),
]


@pytest.mark.parametrize(("script", "text", "due"), PROMISED)
def test_the_work_its_doer_and_its_day_are_found(actions, script, text, due):
    assert [(action.text, action.owner, action.due) for action in actions(script)] == [(text, "Tom Ashworth", due)]


@pytest.mark.parametrize("script", NOT_PROMISED)
def test_what_promises_nothing_is_no_action(actions, script):
    assert actions(script) == ()


def test_him_is_the_one_person_named_before(actions):
    told = actions("Helen: Stefan Brandt has the narrative.\nTom: I'll ring him about the delay.")
    assert [action.text for action in told] == ["Tom Ashworth to ring Stefan Brandt about the delay."]


def test_what_it_was_said_of_is_quoted_where_nothing_says_it_for_sure(actions):
    told = actions("Helen: Fourteen notes to file or one?\nTom: I'll write it by the end of next week.")
    assert [action.text for action in told] == ["Tom Ashworth to write it (said of: “Fourteen notes to file or one?”)."]
    assert told[0].evidence.segments == ("s1", "s2")


def test_who_says_that_it_has_been_done_is_not_who_is_to_do_it(actions):
    (told,) = actions("Helen: Somebody needs to send the listing to the sites by Friday.\nTom: Already done.")
    assert (told.text, told.owner) == ("Send the listing to the sites.", None)


def test_done_is_what_one_says_who_takes_it_on(actions):
    (told,) = actions("Helen: Somebody needs to send the listing to the sites by Friday.\nTom: Done.")
    assert told.owner == "Tom Ashworth"


@pytest.mark.parametrize("doubt", ["Not sure.", "I am not sure.", "That is not good.", "Never okay."])
def test_a_yes_that_comes_last_is_none_where_it_is_denied(doubt):
    assert (reply(doubt), reply("With examples, okay.")) == (Reply.NONE, Reply.ASSENT)
