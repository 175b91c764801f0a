"""A new decision is held against earlier ones: pointed out where the matter is one and the terms are others."""

import pytest

from hub.nlp.follow.follower import WordFollower

OLD = (
    "Keep the weekly safety call on Tuesdays",
    "Pay the invoices of the central lab within 30 days",
    "Close enrolment at site 12 in June",
    "Use paper diaries for the subjects in Graz",
    "Keep the visit window at 7 days",
    "Send the samples of Linz by courier",
)


@pytest.mark.parametrize(
    ("new", "places"),
    [
        ("Move the weekly safety call to Thursdays", [0]),
        ("The weekly safety call becomes a monthly safety call", [0]),
        ("Pay the invoices of the central lab within 45 days, not 30", [1]),
        ("Keep enrolment at site 12 open until September", [2]),
        ("Use electronic diaries for the subjects in Graz", [3]),
        ("Set the visit window to five days", [4]),
        ("Keep the samples of Linz at the site instead of sending them by courier", [5]),
        ("No longer use paper diaries for the subjects in Graz", [3]),
    ],
)
def test_other_terms_for_one_matter_are_pointed_out(new, places):
    assert WordFollower().differing(new, OLD) == places


@pytest.mark.parametrize(
    "new",
    [
        "Keep the weekly safety call on Tuesdays",
        "The weekly safety call stays on Tuesdays",
        "Close enrolment at site 14 in July",
        "Use electronic diaries for the subjects in Vienna",
        "Send the minutes within 5 days",
        "Train the monitors on the visit report in May",
    ],
)
def test_the_same_and_what_is_of_another_matter_or_place_is_not(new):
    assert not WordFollower().differing(new, OLD)
