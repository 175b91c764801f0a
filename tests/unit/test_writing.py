"""Sentences as minutes have them, and the check that they say no more than was said."""

import pytest

from hub.nlp.extract.check import loses_negation, unproved
from hub.nlp.extract.context import Roster
from hub.nlp.extract.context_address import addressed
from hub.nlp.extract.writing import sentence, tidy, without_days
from tests.unit.spoken import PEOPLE

ROSTER = Roster(PEOPLE)


@pytest.mark.parametrize(
    ("spoken", "written"),
    [
        ("send, um, the the amended form", "send the amended form"),
        ("look for the, for the spirometry printouts", "look for the spirometry printouts"),
        ("send you the list, Helen, if that's okay", "send the list"),
        ("get back to you on that", "report back on that"),
        ("check my notes with our vendor", "check the notes with the vendor"),
        ("write, you know, the kind of the memo", "write the memo"),
        ("let you know", "let the team know"),
        ("send the right form, okay?", "send the right form"),
    ],
)
def test_noises_stutters_and_the_people_talking_go(spoken, written):
    assert tidy(spoken, ROSTER) == written


def test_a_day_goes_with_the_words_that_led_to_it():
    assert without_days("submit both by 11/4", ["11/4"]).strip() == "submit both"
    assert (
        without_days("turn the paragraph around by October 20th", ["October 20th"]).strip()
        == "turn the paragraph around"
    )


def test_a_sentence_has_a_capital_and_one_stop():
    assert sentence("helen Marsh to call the depot,") == "Helen Marsh to call the depot."


@pytest.mark.parametrize(
    ("text", "evidence", "fault"),
    [
        ("Call the depot.", "I'll call the depot", None),
        ("Call the 4 depots.", "I'll call the four depots", None),
        ("Call the 5 depots.", "I'll call the four depots", "number"),
        ("Call Berlin.", "I'll call the depot", "name"),
        ("Call the depot on Friday.", "I'll call the depot", "day"),
        ("Do not call the depot.", "I'll call the depot", "denies"),
        ("Raise it to 95.", "ninety-five percent", None),
        ("Reach Sao Paulo.", "we reach São Paulo", None),
    ],
)
def test_names_numbers_days_and_negations_must_stand_in_the_passage(text, evidence, fault):
    found = unproved(text, evidence)
    assert (found is None) if fault is None else (fault in (found or ""))


def test_the_owner_may_stand_in_the_text_without_being_said():
    assert unproved("Helen Marsh to call the depot.", "I'll call the depot", people=["Helen Marsh"]) is None


def test_a_lost_negation_is_seen():
    assert loses_negation("Open the site.", "We don't open the site")
    assert not loses_negation("Do not open the site.", "We don't open the site")


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("Helen, the confirmation letters?", ("Helen Marsh",)),
        ("So Rajesh, can you export it?", ("Rajesh Iyer",)),
        ("Could you chase them, Tom, the CVs?", ("Tom Ashworth",)),
        ("Stefan, could you look?", ("Stefan Brandt", "Stefan Kolbe")),
        ("Lucia, can you look?", ("Lucía Ferrari",)),
        ("Sandrine, can you look?", ()),
    ],
)
def test_who_is_spoken_to_is_heard(text, people):
    found = addressed(text, ROSTER)
    assert found is not None
    assert found.people == people


def test_a_person_spoken_of_is_not_spoken_to():
    assert addressed("I told Helen about the letters.", ROSTER) is None
