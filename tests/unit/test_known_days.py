"""Days that only the study's record knows: which event is meant, and when nothing can be said."""

from datetime import date

import pytest

from hub.domain.known_days import DueSource, KnownDay
from hub.services.study_events import MILESTONES, VISITS, label, names_of_meeting, names_of_next, places_of
from tests.unit.spoken import meeting

pytestmark = pytest.mark.models

LYON = {"number": "012", "name": "Hôpital Lyon Sud"}
PORTO = {"number": "7", "name": "Hospital de Porto"}


def known(names, day, site=None, *, kind="monitoring_visit", only_next=False, last=None):
    places = places_of(site) if site else ()
    source = DueSource(kind, f"r-{names[0]}-{day}", 3, label(names, site))
    return KnownDay(names, date.fromisoformat(day), source, places, last and date.fromisoformat(last), only_next)


RECORD = (
    known(VISITS["initiation"], "2026-03-26", LYON),
    known(VISITS["initiation"], "2026-04-09", PORTO),
    known(VISITS["routine"], "2026-03-24", LYON, last="2026-03-25"),
    known(MILESTONES["database_lock"], "2026-05-29", kind="site_milestone"),
    known(MILESTONES["first_subject_in"], "2026-04-20", PORTO, kind="site_milestone"),
    known(names_of_meeting("Steering committee, ORCHID"), "2026-03-31", kind="meeting"),
    known(names_of_next(), "2026-03-18", kind="plan", only_next=True),
)


def due(extractor, script, record=RECORD):
    """Return the due day of the first action, the record it is from, and why there is none."""
    found = extractor.extract(meeting(script), record).actions
    assert found, "no action was found"
    one = found[0]
    return str(one.due) if one.due else None, one.due_source, one.due_reason


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("I'll send the confirmation letter to the pharmacy before the initiation visit in Lyon.", "2026-03-26"),
        ("I'll send the site the manuals by the SIV at site 12.", "2026-03-26"),
        ("I'll send the site the manuals before the Porto SIV.", "2026-04-09"),
        ("I'll send the manuals ahead of site 7's initiation visit.", "2026-04-09"),
        ("I'll send them the binder index two working days before the IMV at site 12.", "2026-03-20"),
        ("I'll ship the binders to Lyon the day before the SIV.", "2026-03-25"),
        ("I'll send the follow-up letter within five days after the IMV at site 12.", "2026-03-30"),
        ("I'll finish the coding report before database lock.", "2026-05-29"),
        ("I'll close the open queries a week before the lock.", "2026-05-22"),
        ("I'll have the drug shipped to Porto before first patient in.", "2026-04-20"),
        ("I'll prepare the enrolment tables for the next steering committee.", "2026-03-31"),
        ("I'll send the tables before the steerco.", "2026-03-31"),
        ("I'll send you the revised budget before our next call.", "2026-03-18"),
        ("For site 7, I'll send the delegation log before the initiation visit.", "2026-04-09"),
    ],
)
def test_an_event_of_the_record_has_its_day(extractor, said, day):
    found, source, reason = due(extractor, f"Tom: {said}\nHelen: Thank you.")
    assert (found, reason) == (day, None)
    assert source is not None
    assert source.version == 3


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("I'll send the manuals before the SIV.", "several"),
        ("I'll send the manuals before the SIV at site 14.", "no such day"),
        ("I'll send the manuals before the SIV in Turin.", "no such day"),
        ("I'll send the follow-up letter some days after the IMV at site 12.", "counted"),
    ],
)
def test_what_may_be_several_or_none_of_the_record_has_no_day_and_says_why(extractor, said, reason):
    found, source, why = due(extractor, f"Tom: {said}\nHelen: Thank you.")
    assert found is None
    assert source is None or reason == "counted"
    assert reason in why


@pytest.mark.parametrize(
    "said",
    [
        "I'll send the consent form before the patient's first visit.",
        "I'll send the consent form before the first IMV.",
        "I'll send the report after the steering committee.",
        "I'll book the hotel for the SIV in Lyon.",
        "I'll send the labels before a monitoring visit.",
        "I'll send the tables before the call.",
    ],
)
def test_other_events_are_not_taken_for_those_of_the_record(extractor, said):
    assert due(extractor, f"Tom: {said}\nHelen: Thank you.")[:2] == (None, None)


def test_a_site_that_was_spoken_of_before_decides_which_visit_is_meant(extractor):
    talk = "Helen: Site 12 is the next one on the list.\nTom: I'll send the confirmation letter before the SIV.\n"
    assert due(extractor, talk)[0] == "2026-03-26"


def test_the_only_visit_ahead_is_not_that_of_another_site_that_was_spoken_of(extractor):
    talk = "Helen: Site 14 is the next one on the list.\nTom: I'll send the confirmation letter before the SIV.\n"
    assert due(extractor, talk, RECORD[:1])[0] is None


def test_what_the_meeting_itself_says_of_the_day_goes_before_the_record(extractor):
    talk = "Helen: Database lock is now the twelfth of June.\nTom: I'll finish the coding before the lock.\n"
    assert due(extractor, talk)[:2] == ("2026-06-12", None)


def test_without_a_record_nothing_changes(extractor):
    talk = "Tom: I'll send the confirmation letter before the initiation visit in Lyon.\n"
    found, source, why = due(extractor, talk, ())
    assert (found, source) == (None, None)
    assert why is not None


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("Joint steering committee, ABC-101", "steering committee"),
        ("DSMB open session", "dmc"),
        ("Weekly call", None),
        ("Site budget negotiation", "site budget negotiation"),
    ],
)
def test_meetings_are_called_by_what_they_are(title, names):
    assert names in names_of_meeting(title) if names else names_of_meeting(title) == ()


def test_a_site_is_told_by_its_number_and_by_the_words_of_its_name_that_others_do_not_share():
    assert places_of({"number": "DE-0012", "name": "Universitätsklinikum Heidelberg"}) == ("12", "heidelberg")


def test_the_day_that_was_counted_from_is_kept_with_its_record(extractor):
    _, source, _ = due(extractor, "Tom: I'll send the manuals two days before the Porto SIV.\nHelen: Thank you.")
    assert (source.day, source.last) == (date(2026, 4, 9), None)
    said = "I'll send the follow-up letter within five days after the IMV at site 12."
    _, source, _ = due(extractor, f"Tom: {said}\nHelen: Thank you.")
    assert (source.day, source.last) == (date(2026, 3, 24), date(2026, 3, 25))
