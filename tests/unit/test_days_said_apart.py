"""Days and doers that stand in another sentence than the work, and forms of words that one grammar rule once missed."""

from datetime import date
from functools import partial

import pytest

from hub.domain.meeting import Participant
from tests.unit.spoken import PEOPLE

pytestmark = pytest.mark.models

TODAY = date(2026, 3, 11)
MORE = (*PEOPLE, Participant("Thomas Berg", "Supply Manager"), Participant("Jonathan Reyes", "Site Contracts"))

# who says what | the action | its owner | its day
SAID = [
    pytest.param(
        """Helen: Thomas, can you send the depot the new forecast?
        Thomas: Yes.""",
        "Thomas Berg to send the depot the new forecast.",
        None,
        id="a name that ends like a conjunction hides no request",
    ),
    pytest.param(
        """Helen: Jonathan, would you take it up with the hospital's lawyers?
        Jonathan: I shall. All of it, before the end of the month.""",
        "Jonathan Reyes to take it up with the hospital's lawyers.",
        date(2026, 3, 31),
        id="the day in a fragment after the answer",
    ),
    pytest.param(
        "Tom: I can send the coders the glossary. That'll be with them on Monday.",
        "Tom Ashworth to send the coders the glossary.",
        date(2026, 3, 16),
        id="the day said of the thing",
    ),
    pytest.param(
        "Tom: I'll update the site list. It goes live on Friday.",
        "Tom Ashworth to update the site list.",
        None,
        id="the day of another event",
    ),
    pytest.param(
        "Tom: Right, I'm calling the pharmacist the minute we hang up.",
        "Tom Ashworth to call the pharmacist.",
        TODAY,
        id="at once after the call",
    ),
    pytest.param(
        """Helen: Tom, could you ask the printer for a proof before they run the labels?
        Tom: Good idea. I'll ask for one by next Tuesday.""",
        "Tom Ashworth to ask the printer for a proof before they run the labels.",
        date(2026, 3, 17),
        id="the taker's next words carry the day",
    ),
    pytest.param(
        """Helen: Who tells the reading centre to hold the scans?
        Tom: I'll let them know.""",
        "Tom Ashworth to tell the reading centre to hold the scans.",
        None,
        id="I'll let them know",
    ),
    pytest.param(
        "Tom: So I make the new invoice today.",
        "Tom Ashworth to make the new invoice.",
        TODAY,
        id="the present of those who learned English",
    ),
    pytest.param(
        """Helen: Rajesh, your team will run the export?
        Rajesh: We will. You have it in your hands by the 20th of March.""",
        "Rajesh Iyer to run the export.",
        date(2026, 3, 20),
        id="your team, and we will",
    ),
    pytest.param(
        "Tom: I mean to move sixty kits to Porto. Make it this Friday.",
        "Tom Ashworth to move sixty kits to Porto.",
        date(2026, 3, 13),
        id="I mean to",
    ),
    pytest.param(
        "Tom: I can map one list on the other. Give me up to Monday.",
        "Tom Ashworth to map one list on the other.",
        date(2026, 3, 16),
        id="give me up to Monday",
    ),
    pytest.param(
        "Helen: I'll change the order form. It could be live on the first of April, but that is a holiday, so let me "
        "promise you March 31.",
        "Helen Marsh to change the order form.",
        date(2026, 3, 31),
        id="the day that is promised in the end",
    ),
    pytest.param(
        "Tom: I'll get the word out to the centres before the day's over.",
        "Tom Ashworth to get the word out to the centres.",
        TODAY,
        id="before the day is over",
    ),
    pytest.param(
        "Tom: The invitations go out from my side on Monday.",
        "Tom Ashworth to provide the invitations.",
        date(2026, 3, 16),
        id="from my side",
    ),
    pytest.param(
        "Tom: I send you the scans.",
        "Tom Ashworth to send the scans.",
        None,
        id="the present of a hand-over",
    ),
    pytest.param(
        "Tom: i'll get all six to send me a a photo of the display by tomorrow",
        "Tom Ashworth, as said: “i'll get all six to send me a a photo of the display by tomorrow”",
        date(2026, 3, 12),
        id="what cannot be told otherwise stands as it was said",
    ),
]

NOT_SAID = [
    pytest.param("Helen: I'm Helen, I'll be running the data side.", id="who introduces herself"),
    pytest.param(
        "Helen: Who wants to tell the story from the top?\nTom: I'll tell it.", id="what is told in the meeting"
    ),
    pytest.param(
        "Tom: If we upgrade now, I'm recoding two hundred terms before lock.", id="what would have to be done"
    ),
    pytest.param("Tom: It should have been signed in August.", id="what should have been done"),
]


@pytest.fixture(scope="module")
def actions(actions):
    return partial(actions, people=MORE)


@pytest.mark.parametrize(("script", "text", "due"), SAID)
def test_the_work_its_doer_and_its_day_are_found(actions, script, text, due):
    (action,) = actions(script)
    assert (action.text, action.due) == (text, due)
    assert text.startswith((f"{action.owner} to ", f"{action.owner}, as said: "))


@pytest.mark.parametrize("script", NOT_SAID)
def test_what_is_no_work_is_no_action(actions, script):
    assert actions(script) == ()


def test_one_who_is_not_there_gets_no_work_by_a_short_form(actions):
    (action,) = actions("Tom: Aoife'll arrange the three sessions. By the end of next week, is that okay?")
    assert (action.owner, action.due) == (None, date(2026, 3, 20))


def test_who_takes_an_offer_is_not_its_doer(actions):
    (action,) = actions("""Tom: I could run the resupply report by hand this afternoon.
        Helen: I'll take that.""")
    assert action.owner == "Tom Ashworth"
    assert action.due == TODAY
