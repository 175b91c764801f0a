"""What is an action and what only sounds like one, on short scripted talks through the real parser."""

from datetime import date

import pytest

from tests.unit.spoken import meeting

pytestmark = pytest.mark.models


TAKEN = [
    pytest.param(
        """Tom: There are three hundred and forty open queries at two sites. The last visit was on the tenth.
        Helen: Rajesh, can you get that down to under fifty by the end of next week?
        Rajesh: I can.""",
        "Rajesh Iyer to get three hundred and forty open queries at two sites down to under fifty.",
        "Rajesh Iyer",
        date(2026, 3, 20),
        id="what is counted is many",
    ),
    pytest.param(
        """Helen: Could you get the stability people to give us a yes or no by tomorrow noon, Tom?
        Tom: I can ask but noon is tight. Say end of day tomorrow.
        Helen: Fine, end of day.""",
        "Tom Ashworth to get the stability people to give the team a yes or no.",
        "Tom Ashworth",
        date(2026, 3, 12),
        id="the hour said again is no other day",
    ),
    pytest.param(
        """Helen: Tom, will you redo the consent form with that?
        Tom: The English by the second, translations I can't promise.""",
        "Tom Ashworth to redo the consent form.",
        "Tom Ashworth",
        date(2026, 4, 2),
        id="a part of it promised, with its day",
    ),
    pytest.param(
        "Helen: The site is down to two kits, so I'll have the order out this afternoon.",
        "Helen Marsh to have the order out.",
        "Helen Marsh",
        date(2026, 3, 11),
        id="what is to become of a thing",
    ),
    pytest.param(
        "Helen: I'll send the amended consent form to the Spanish sites by Friday.",
        "Helen Marsh to send the amended consent form to the Spanish sites.",
        "Helen Marsh",
        date(2026, 3, 13),
        id="a promise",
    ),
    pytest.param(
        """Tom: So Helen, can you, um, can you send the sites the visit agenda?
        Helen: Yes, sure. By Monday okay?
        Tom: Monday is fine.""",
        "Helen Marsh to send the sites the visit agenda.",
        "Helen Marsh",
        date(2026, 3, 16),
        id="a request, a yes and a day",
    ),
    pytest.param(
        """Tom: Could you chase the four missing CVs, Rajesh?
        Rajesh: No, I can't take that, I don't have the site contacts.
        Helen: Give it to me. I'll get the four CVs in by Monday.
        Helen: Ah, wait. Monday I'm in Leeds the whole day. Make it Tuesday.""",
        "Helen Marsh to chase the four missing CVs.",
        "Helen Marsh",
        date(2026, 3, 17),
        id="refused, taken over, and the day moved",
    ),
    pytest.param(
        """Tom: Somebody needs to remind the unblinded statistician to bring the list on an encrypted drive.
        Rajesh: I'm seeing her anyway, I'll do that.""",
        "Rajesh Iyer to remind the unblinded statistician to bring the list on an encrypted drive.",
        "Rajesh Iyer",
        None,
        id="a need that somebody takes",
    ),
    pytest.param(
        "Helen: Data management will run the ageing listing and split it by site, at the end of next week.",
        "Helen Marsh to run the ageing listing and split it by site.",
        "Helen Marsh",
        date(2026, 3, 20),
        id="by role",
    ),
    pytest.param(
        "Tom: So Sandrine will book an extra shipment for Czechia by the 29th.",
        "Sandrine to book an extra shipment for Czechia.",
        None,
        date(2026, 3, 29),
        id="somebody who is not there",
    ),
    pytest.param(
        "Lucía: The final reconciliation against the safety database, I'll do that one myself, before database lock.",
        "Lucía Ferrari to do the final reconciliation against the safety database before database lock.",
        "Lucía Ferrari",
        None,
        id="a topic put first, and a day that nobody can know",
    ),
    pytest.param(
        """Tom: Rajesh, would you mind exporting the audit trail?
        Rajesh: Will do.
        Rajesh: You'll have it by close of business tomorrow.""",
        "Rajesh Iyer to export the audit trail.",
        "Rajesh Iyer",
        date(2026, 3, 12),
        id="the day comes in the next sentence",
    ),
    pytest.param(
        """Tom: Rajesh, can you update the lab manual?
        Rajesh: Hmm, that's more for Helen, isn't it?
        Helen: True. Okay, I'll update it.""",
        "Helen Marsh to update the lab manual.",
        "Helen Marsh",
        None,
        id="passed on",
    ),
    pytest.param(
        """Helen: I'm gonna patch those records by hand, I should be done by Thursday.
        Helen: Actually, no, scratch that, Thursday I've got the workshop. Call it Monday.""",
        "Helen Marsh to patch those records by hand.",
        "Helen Marsh",
        date(2026, 3, 16),
        id="a day taken back withdraws nothing",
    ),
]


@pytest.mark.parametrize(("script", "text", "owner", "due"), TAKEN)
def test_one_matter_is_one_action_written_as_minutes_are(actions, script, text, owner, due):
    (action,) = actions(script)
    assert (action.text, action.owner, action.due) == (text, owner, due)


NO_ACTION = [
    pytest.param("Helen: I sent the confirmation letters to both sites yesterday.", id="done"),
    pytest.param("Helen: It goes out from me every Monday, as it did since the start.", id="routine"),
    pytest.param("Helen: So the pharmacist, I'm not going to chase him again.", id="denied"),
    pytest.param("Helen: Next time we meet in Rabat, and I'll bring the pastries.", id="a joke"),
    pytest.param("Tom: I'll share my screen, and I'll hand over to Helen in a minute.", id="courtesy"),
    pytest.param(
        "Tom: Helen, can you remind us where we are?\nHelen: Sure. We are at eighty percent.", id="told at once"
    ),
    pytest.param("Tom: Shall I inform the sites already?\nHelen: No, please not yet.", id="an offer declined"),
    pytest.param("Tom: Could you chase the CVs, Rajesh?\nRajesh: No, I can't take that.", id="refused"),
    pytest.param("Tom: Rajesh, can you file the letter?\nRajesh: Already filed it.", id="done already"),
    pytest.param("Tom: Helen, could you draft a third newsletter? Actually, forget that.", id="withdrawn"),
    pytest.param("Tom: If they ever put us on hold we'd have to write to every patient.", id="hypothetical"),
    pytest.param("Tom: He said I'll send the file tomorrow, but who knows.", id="reported"),
    pytest.param("Tom: Good. I'll put Rajesh down for that.", id="a note taken"),
    pytest.param("Tom: Thanks all, I'll give you twenty minutes back.", id="goodbye"),
    pytest.param("Tom: Good morning, four topics today, let me check everyone is on the call.", id="roll call"),
]


@pytest.mark.parametrize("script", NO_ACTION)
def test_what_only_sounds_like_an_action_is_none(actions, script):
    assert actions(script) == ()


def test_a_promise_cut_over_two_segments_and_a_back_channel_is_read_as_one(actions):
    (action,) = actions(
        """Tom: If there is nothing from them by next Tuesday, I'll escalate the excursion
        Helen: Mm-hm.
        Tom: to the hospital research office."""
    )
    assert action.text == "Tom Ashworth to escalate the excursion to the hospital research office."
    assert action.evidence.segments == ("s1", "s3")
    assert action.due == date(2026, 3, 17)


def test_a_recap_does_not_make_a_second_action(actions):
    found = actions(
        """Helen: I'll send the query listing to the CRAs on Friday.
        Tom: Good. Next point, training. We are on track there.
        Rajesh: Yes, forty of fifty are trained.
        Tom: So to recap: Helen will send the query listing to the CRAs on Friday."""
    )
    assert [action.owner for action in found] == ["Helen Marsh"]


def test_a_matter_that_changes_hands_later_is_with_the_last_one_who_took_it(actions):
    (action,) = actions(
        """Rajesh: I'll call the depot about the kits.
        Helen: Actually, let me do that, I have them on the line at three."""
    )
    assert action.owner == "Helen Marsh"
    assert "Actually, let me do that" in action.evidence.quote


def test_the_spoken_day_stands_in_the_evidence(actions):
    script = "Helen: I'll have the names of the testers for you by the 20th."
    (action,) = actions(script)
    assert action.due_as_spoken
    assert action.due_as_spoken in action.evidence.quote


def test_numbers_in_the_text_stand_in_the_evidence(actions):
    (action,) = actions("Rajesh: I will be publishing version 0.4 to the test environment on Monday.")
    assert action.text == "Rajesh Iyer to publish version 0.4 to the test environment."


def test_two_promises_in_one_breath_are_two_actions_with_their_own_days(actions):
    found = actions("Helen: I'll send the listing on Friday and I'll call the depot on Monday.")
    assert [action.due for action in found] == [date(2026, 3, 13), date(2026, 3, 16)]


def test_an_answer_to_what_was_asked_last_moves_no_day_of_an_older_promise(actions):
    webinar, addresses = actions(
        """Helen: Tom organises the webinar, second week of February, and Rajesh checks the shipping contracts.
        Rajesh: Yes. But I need the addresses from you, Tom.
        Tom: You have them tomorrow."""
    )[:2]
    assert (webinar.owner, webinar.due) == ("Tom Ashworth", None)
    assert (addresses.text, addresses.due) == ("Tom Ashworth to provide the addresses.", date(2026, 3, 12))


def test_a_wish_is_an_action_where_it_is_put_to_somebody(actions):
    (action,) = actions(
        """Helen: The inspection can be announced any day. I want a recovery plan with dates by site, Tom.
        Tom: Okay, you get it on Friday."""
    )
    assert (action.text, action.due) == (
        "Tom Ashworth to provide a recovery plan with dates by site.",
        date(2026, 3, 13),
    )
    assert actions("Helen: I want a coffee and a better budget.\nTom: Okay.") == ()


def test_those_whom_a_platform_names_can_be_asked_where_there_is_no_list(extractor):
    transcript = meeting(
        """Ana Reis: Bo, will you send the depot the batch numbers?
        Bo Lind: Yes, by Friday.
        Speaker 3: Speaker, please circulate the lot.""",
        people=(),
    )
    (action,) = extractor.extract(transcript).actions
    assert (action.owner, action.due) == ("Bo Lind", date(2026, 3, 13))


def test_a_meeting_without_a_list_of_participants_still_has_actions(extractor):
    minutes = extractor.extract(meeting("Speaker 2: I'll send the listing on Friday.", people=()))
    assert [action.owner for action in minutes.actions] == ["Speaker 2"]
