"""Who an action is with, what proves it, and when nobody is named rather than the wrong one."""

import pytest

from hub.domain.minutes import Action
from tests.unit.spoken import meeting

pytestmark = pytest.mark.models


@pytest.fixture
def action(extractor):
    def only(script: str) -> Action:
        (found,) = extractor.extract(meeting(script)).actions
        return found

    return only


def test_i_will_binds_to_the_speaker_and_the_reason_quotes_it(action):
    found = action("Helen: I'll send the query listing to the sites.")
    assert found.owner == "Helen Marsh"
    assert found.owner_reason == 'Helen Marsh said "I\'ll send the query listing to the sites"'


def test_a_voice_that_could_not_be_told_owns_nothing(action):
    found = action("?: I'll send the query listing to the sites on Friday.")
    assert found.owner is None
    assert "whose voice it was could not be told" in (found.owner_reason or "")


def test_an_unnamed_voice_keeps_its_label(action):
    found = action("Speaker 2: I'll send the query listing to the sites on Friday.")
    assert found.owner == "Speaker 2"
    assert "not been named" in (found.owner_reason or "")


def test_a_first_name_that_two_people_have_names_nobody(action):
    found = action("Tom: Stefan will update the label text by Friday.")
    assert found.owner is None
    assert "two people are called Stefan" in (found.owner_reason or "")


def test_the_surname_tells_namesakes_apart(action):
    assert action("Tom: Stefan Kolbe will update the label text by Friday.").owner == "Stefan Kolbe"


def test_who_answers_tells_namesakes_apart(action):
    found = action("Tom: Stefan, could you update the label text?\nStefan Kolbe: Sure, by Friday.")
    assert found.owner == "Stefan Kolbe"


def test_a_namesake_who_speaks_means_the_other(action):
    assert action("Stefan Brandt: Stefan will update the label text by Friday.").owner == "Stefan Kolbe"


def test_a_name_misheard_still_means_the_one_who_sounds_like_it(action):
    found = action("Tom: Rajeesh, please export the audit trail by Friday.")
    assert found.owner == "Rajesh Iyer"


def test_a_person_who_is_not_there_is_named_in_the_text_only(action):
    found = action("Tom: Sandrine will book an extra shipment by the 29th.")
    assert found.owner is None
    assert found.text.startswith("Sandrine to book")
    assert found.owner_reason == "Sandrine is not on the list of participants"


def test_a_function_that_one_person_has_is_that_person(action):
    found = action("Tom: The medical monitor will review the two cases by Monday.")
    assert found.owner == "Lucía Ferrari"
    assert "Medical Monitor" in (found.owner_reason or "")


def test_a_function_that_nobody_on_the_list_has_is_nobody(action):
    found = action("Tom: Legal will turn the injury paragraph around by the 20th.")
    assert found.owner is None
    assert found.text == "Legal to turn the injury paragraph around."


def test_we_is_nobody(action):
    found = action("Tom: We need to update the monitoring plan by the end of the month.")
    assert found.owner is None
    assert "nobody took it" in (found.owner_reason or "")


def test_he_is_whoever_was_named_just_before(action):
    found = action("Tom: I spoke to Rajesh this morning, and he will send the export on Friday.")
    assert found.owner == "Rajesh Iyer"


def test_a_request_that_nobody_answers_stays_with_the_one_asked_and_says_so(action):
    found = action("Tom: Rajesh, please export the audit trail by Friday.\nHelen: Next point, training.")
    assert found.owner == "Rajesh Iyer"
    assert "did not refuse" in (found.owner_reason or "")


def test_the_one_who_was_asked_and_answers_is_quoted(action):
    found = action("Tom: Helen, can you draft the newsletter?\nHelen: Yes, of course.")
    assert found.owner == "Helen Marsh"
    assert found.owner_reason == 'Helen Marsh was asked ("Helen") and said "Yes, of course"'
