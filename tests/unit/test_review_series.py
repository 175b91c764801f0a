"""A meeting takes up what earlier ones of its series left; a person closes what is said to be done."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.domain.board import ActionState, BoardAction, ClosingState
from hub.domain.cards import Card, Standing
from hub.domain.errors import MissingError, RefusedError, StaleError, StandingError
from hub.domain.minutes import Decision, Evidence
from hub.domain.people import Role
from hub.domain.transcript import Segment, Transcript
from hub.domain.versions import KeptTranscript, Version, WorkingDraft, proposed
from hub.services.review.asking import ask
from hub.services.review.board import action, board, change_action, enter
from hub.services.review.closing import judge
from hub.services.review.editing import store_version
from hub.services.review.meetings import open_meeting
from hub.services.review.room import held
from hub.services.review.series import carry
from tests.review_kit import ANNA, AT, BEN, INSPECTOR, STRANGER, about, drafted, minutes, person, room

SERIES = "Weekly operations"
SAID = Segment("s7", "Ben Okafor", 20.0, 24.0, "The delegation log, we sent it to the site.")


class Follower:
    """Says of each action on its list that it is done."""

    def __init__(self, *done: str) -> None:
        self.done = done

    def differing(self, decision, earlier):
        return [place for place, one in enumerate(earlier) if one != decision]

    def closings(self, transcript, carried):
        return {one.id: Evidence(("s7",), SAID.text) for one in carried if one.id in self.done}


@pytest.fixture
def here():
    return room()


@pytest.fixture
def first(here) -> Card:
    card = drafted(here, series=SERIES)
    return approved(here, card)


def approved(here, card) -> Card:
    with held(here, card.meeting_id, "hub") as work:
        enter(work, work.unit.get(Version, card.meeting_id, 1))
        work.change(standing=Standing.APPROVED)
    return work.card


def following(here, *done: str, days: int = 14, **more) -> WorkingDraft:
    """Draft a meeting that comes later, in the way the pipeline does."""
    card = open_meeting(here, ANNA, about(**({"series": SERIES, "started_at": AT + timedelta(days=days)} | more)))
    spoken = Transcript(card.meeting, "en", (SAID,))
    made = replace(minutes(card.meeting), actions=(), decisions=(), risks=())
    with held(here, card.meeting_id, "hub") as work:
        work.unit.put(KeptTranscript(card.meeting_id, 1, spoken))
        found = carry(work, spoken, made, Follower(*done))
        store_version(work, proposed(found), author="hub", reason="drafted by machine")
    return here.shelf.get(WorkingDraft, card.meeting_id)


def carried(here, draft) -> list:
    return list(here.shelf.get(WorkingDraft, draft.meeting_id).draft.minutes.carried)


def test_open_actions_stand_in_the_next_minutes_with_where_they_come_from(here, first):
    (one,) = carried(here, following(here))
    assert (one.text, one.meeting, one.held_on) == ("Send the delegation log to the site", "Weekly call", AT.date())
    assert (one.id, one.due.isoformat(), one.late_days, one.state) == (
        f"{first.meeting_id}/a1",
        "2026-06-05",
        10,
        "open",
    )


def test_only_earlier_meetings_of_the_same_series_and_the_same_readers_are_taken_up(here, first):
    assert not carried(here, following(here, series="Another"))
    assert not carried(here, following(here, series=None))
    assert not carried(here, following(here, days=-3))
    assert not carried(here, following(here, organizations=("Meridian",)))
    assert carried(here, following(here, series=f"  {SERIES.replace(' ', '  ')} "))


def test_what_is_not_approved_is_not_carried(here):
    drafted(here, series=SERIES)
    assert not carried(here, following(here))


def test_nothing_closes_before_a_person_agrees_then_the_board_shows_it_with_its_passage(here, first):
    name = f"{first.meeting_id}/a1"
    draft = following(here, name)
    (one,) = carried(here, draft)
    assert (one.state, one.said.quote) == ("said_done", SAID.text)
    waiting = action(here, ANNA, name)
    assert (waiting.state, waiting.closing.state, waiting.asks.said_by) == (ActionState.OPEN, "proposed", "Ben Okafor")
    before = len(here.shelf.trail)
    done = judge(here, ANNA, name, agree=True, revision=waiting.revision)
    assert (done.state, done.closing.state, done.closing.by) == (ActionState.DONE, "agreed", "anna@meridian.test")
    assert done.closing.evidence.quote == SAID.text
    (one,) = carried(here, draft)
    assert one.state == "done"
    told = {(line.record_id, line.field): line for line in here.shelf.trail[before:]}
    assert SAID.text in told[name, "state"].reason
    assert told[name, "state"].new == '"done"'
    assert told[name, "state"].actor == ANNA.actor
    assert not carried(here, following(here, days=21))


def test_who_declines_leaves_it_open_and_the_same_passage_does_not_come_again(here, first):
    name = f"{first.meeting_id}/a1"
    draft = following(here, name)
    left = judge(here, ANNA, name, agree=False, revision=action(here, ANNA, name).revision)
    assert (left.state, left.asks, left.closing.state) == (ActionState.OPEN, None, ClosingState.DECLINED)
    (one,) = carried(here, draft)
    assert (one.state, one.said) == ("open", None)
    with held(here, draft.meeting_id, "hub") as work:
        again = carry(work, Transcript(work.card.meeting, "en", (SAID,)), draft.draft.minutes, Follower(name))
    assert again.carried[0].state == "open"
    with pytest.raises(StandingError, match="waits to be judged"):
        judge(here, ANNA, name, agree=True, revision=left.revision)


def test_minutes_drafted_again_keep_what_was_closed_from_them(here, first):
    name = f"{first.meeting_id}/a1"
    draft = following(here, name)
    judge(here, ANNA, name, agree=True, revision=action(here, ANNA, name).revision)
    stands = here.shelf.get(WorkingDraft, draft.meeting_id).draft.minutes
    with held(here, draft.meeting_id, "hub") as work:
        again = carry(work, Transcript(work.card.meeting, "en", (SAID,)), stands, Follower(name))
    assert [one.state for one in again.carried] == ["done"]


def test_only_who_may_edit_actions_and_has_seen_the_newest_closes(here, first):
    name = f"{first.meeting_id}/a1"
    following(here, name)
    revision = action(here, ANNA, name).revision
    with pytest.raises(RefusedError):
        judge(here, INSPECTOR, name, agree=True, revision=revision)
    with pytest.raises(MissingError):
        judge(here, STRANGER, name, agree=True, revision=revision)
    with pytest.raises(StaleError):
        judge(here, ANNA, name, agree=True, revision=revision - 1)
    assert action(here, BEN, name).state is ActionState.OPEN


def test_minutes_that_are_signed_stay_as_they_are(here, first):
    name = f"{first.meeting_id}/a1"
    draft = following(here, name)
    with held(here, draft.meeting_id, "hub") as work:
        work.change(standing=Standing.APPROVED)
    judge(here, ANNA, name, agree=True, revision=action(here, ANNA, name).revision)
    assert [one.state for one in carried(here, draft)] == ["said_done"]
    assert board(here, ANNA, states=(ActionState.DONE,))[0].id == name


def test_an_action_that_is_opened_again_has_no_closing_any_more(here, first):
    name = f"{first.meeting_id}/a1"
    following(here, name)
    done = judge(here, ANNA, name, agree=True, revision=action(here, ANNA, name).revision)
    again = change_action(here, ANNA, name, revision=done.revision, state=ActionState.OPEN)
    assert (again.state, again.closing) == (ActionState.OPEN, None)
    assert [one.id for one in carried(here, following(here, days=30))] == [name]


def test_a_quote_that_does_not_stand_in_the_transcript_closes_nothing(here, first):
    name = f"{first.meeting_id}/a1"

    class Invents(Follower):
        def closings(self, transcript, carried):
            return {name: Evidence(("s7",), "It was never said.")}

    draft = following(here)
    with held(here, draft.meeting_id, "hub") as work:
        found = carry(work, Transcript(work.card.meeting, "en", (SAID,)), draft.draft.minutes, Invents())
    assert found.carried[0].state == "open"
    assert here.shelf.get(BoardAction, name).closing is None


def test_a_reader_of_another_role_sees_what_was_said(here, first):
    name = f"{first.meeting_id}/a1"
    following(here, name)
    assert action(here, person("Rita Roe", Role.REVIEWER, organization="Asterion"), name).asks is not None


def decided(here, text: str):
    """Draft a later meeting that decided *text*."""
    card = open_meeting(here, ANNA, about(series=SERIES, started_at=AT + timedelta(days=14)))
    made = replace(minutes(card.meeting), decisions=(Decision("d1", text, 0.9, Evidence(("s7",), SAID.text)),))
    with held(here, card.meeting_id, "hub") as work:
        [one] = carry(work, Transcript(card.meeting, "en", (SAID,)), made, Follower()).decisions
    return one


def test_an_earlier_decision_in_other_terms_stands_beside_the_new_one_with_its_passage(here, first):
    [before] = decided(here, "The weekly call moves to Thursdays.").before
    assert (before.meeting_id, before.held_on, before.evidence.quote) == (first.meeting_id, AT.date(), "weekly call")
    assert not decided(here, "The weekly call stays on Tuesdays.").before


def test_what_nobody_signed_is_not_held_against_a_decision(here):
    drafted(here, series=SERIES)
    assert not decided(here, "The weekly call moves to Thursdays.").before


def test_a_question_is_told_what_is_open_and_who_closed_what_by_which_passage(here, first):
    name = f"{first.meeting_id}/a1"
    following(here, name)
    [waiting, *_] = ask(here, ANNA, "which actions are still open?")
    assert (waiting.passage.text, waiting.passage.state.name) == ("Send the delegation log to the site", "open")
    judge(here, ANNA, name, agree=True, revision=action(here, ANNA, name).revision)
    assert not ask(here, ANNA, "which actions are still open?")
    [closed, *_] = ask(here, ANNA, "who closed the delegation log?")
    state = closed.passage.state
    assert (closed.passage.kind, state.name, state.by, state.quote) == ("action", "done", ANNA.actor, SAID.text)
    assert state.meeting_id != first.meeting_id
    assert not ask(here, STRANGER, "which actions are still open?")
