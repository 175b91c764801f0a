"""Questions to the whole record are answered with passages, or with nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.domain.answers import question, stem
from hub.domain.errors import UsageError
from hub.domain.minutes import Decision, Evidence
from hub.domain.transcript import Segment, Transcript
from hub.domain.versions import KeptTranscript, proposed
from hub.services.review.asking import ask
from hub.services.review.editing import store_version
from hub.services.review.meetings import open_meeting
from hub.services.review.room import held
from tests.review_kit import ANNA, AT, BEN, STRANGER, about, drafted, minutes, room


@pytest.fixture
def here():
    made = room()
    drafted(made)
    return made


def later(here, text, **more):
    """Enter a further meeting in which *text* was decided."""
    card = open_meeting(here, ANNA, about(started_at=AT + timedelta(days=7), **more))
    segments = (Segment("s1", "Anna Weber", 0.0, 5.0, text), Segment("s2", "Ben Okafor", 5.0, 9.0, "Fine with me."))
    decided = Decision("d1", text, 0.9, Evidence(("s1",), text))
    with held(here, card.meeting_id, "hub") as work:
        work.unit.put(KeptTranscript(card.meeting_id, 1, Transcript(card.meeting, "en", segments)))
        work.unit.findable(card.meeting_id, "transcript", [("", text)])
        draft = replace(
            minutes(card.meeting), decisions=(decided,), actions=(), risks=(), summary=(), summary_evidence=()
        )
        store_version(work, proposed(draft), author="hub", reason="drafted by machine")
    return card


def told(found):
    return [(one.passage.kind, one.passage.text) for one in found]


def test_a_decision_is_found_with_the_passage_that_proves_it(here):
    card = later(here, "We close the two sites in Zaragoza at the end of June.")
    [first, *_] = ask(here, ANNA, "What did we decide on the Zaragoza site?")
    assert (first.passage.kind, first.passage.meeting_id) == ("decision", card.meeting_id)
    assert first.passage.quote == "We close the two sites in Zaragoza at the end of June."
    assert (first.passage.speaker, first.passage.start) == ("Anna Weber", 0.0)


def test_who_does_something_is_answered_with_owner_and_day(here):
    [first, *_] = ask(here, ANNA, "who sends the delegation log?")
    assert (first.passage.kind, first.passage.owner, first.passage.due) == ("action", "Speaker 2", "2026-06-05")


def test_what_was_only_said_is_found_too(here):
    assert told(ask(here, ANNA, "please order more")) == [
        ("said", "The comparator may arrive late in Graz, please order more.")
    ]


def test_the_kind_that_is_asked_for_comes_first(here):
    later(here, "The comparator for Graz comes from the Vienna depot.")
    assert told(ask(here, ANNA, "which decisions on the comparator in Graz?"))[0][0] == "decision"
    assert told(ask(here, ANNA, "which risks with the comparator in Graz?"))[0][0] == "risk"


@pytest.mark.parametrize("text", ["What did we decide on Lisbon?", "who orders the centrifuge rotor"])
def test_where_nothing_fits_nothing_is_found(here, text):
    assert ask(here, ANNA, text) == ()


def test_only_what_the_asker_may_see_is_looked_at(here):
    assert ask(here, BEN, "delegation log") != ()
    assert ask(here, STRANGER, "delegation log") == ()


def test_a_question_without_a_word_to_look_for_is_told_so(here):
    with pytest.raises(UsageError, match="ask with a word"):
        ask(here, ANNA, "what did we decide?")


def test_likeness_in_sense_finds_what_other_words_say(here):
    card = later(here, "We close the two sites in Zaragoza at the end of June.")

    def alike(asked, texts):
        return [0.7 if "Zaragoza" in text else 0.1 for text in texts]

    assert ask(here, ANNA, "what about Spain", alike=alike)[0].passage.meeting_id == card.meeting_id
    assert ask(here, ANNA, "what about Spain") == ()


def test_a_passage_is_told_once(here):
    later(here, "We close the two sites in Zaragoza at the end of June.")
    found = ask(here, ANNA, "Zaragoza sites June")
    assert told(found) == [("decision", "We close the two sites in Zaragoza at the end of June.")]


@pytest.mark.parametrize(
    ("one", "other"), [("sites", "site"), ("monitoring", "monitor"), ("queries", "query"), ("delayed", "delay")]
)
def test_forms_of_a_word_meet(one, other):
    assert stem(one) == stem(other)


def test_small_words_and_kinds_are_not_looked_for():
    asked = question("What did we decide on the Spanish sites?")
    assert asked.kinds == ("decision",)
    assert asked.stems == ("spanish", "site")
