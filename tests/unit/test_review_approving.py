"""Minutes go round: the route decides who signs, a signature is of one version, and what was altered is seen."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from hub.domain.approvals import Meaning, Review, ReviewState, Step
from hub.domain.board import ActionState
from hub.domain.cards import Card, Standing
from hub.domain.edits import Accept, Correct, Reject
from hub.domain.errors import MissingError, RefusedError, StaleError, StandingError, UnknownError, UsageError
from hub.domain.people import Role
from hub.domain.versions import Version
from hub.ports.review import Proof
from hub.services.review.approving import comment, request_changes, round_of, settle, sign, submit
from hub.services.review.board import board, change_action
from hub.services.review.editing import current, edit, keep_version, version
from hub.services.review.home import home
from hub.services.review.routes import route, set_route
from tests.review_kit import ANNA, BEN, CARA, INSPECTOR, LENA, STRANGER, STUDY, drafted, person, room

RIGHT = Proof("the right one")
OLGA = person("Olga Brandt", Role.REVIEWER, organization="Asterion")


class Doorman:
    """`Reauthentication` that knows one password."""

    def __init__(self) -> None:
        self.asked = 0

    def prove(self, principal, proof, *, at) -> str:
        self.asked += 1
        if proof.password != RIGHT.password:
            raise UnknownError("address, password or code is wrong")
        return "password"


@pytest.fixture
def here():
    return room()


@pytest.fixture
def meeting(here):
    return drafted(here).meeting_id


@pytest.fixture
def doorman():
    return Doorman()


def signed(here, doorman, who, meeting, number, meaning, proof=RIGHT, sha256=None):
    sha256 = sha256 or version(here, who, meeting, number).sha256
    return sign(here, doorman, who, meeting, number, sha256=sha256, meaning=meaning, proof=proof)


def approve(here, doorman, meeting, number=1):
    submit(here, CARA, meeting, number)
    signed(here, doorman, BEN, meeting, number, Meaning.REVIEW)
    return signed(here, doorman, ANNA, meeting, number, Meaning.APPROVAL)


def standing(here, meeting) -> Standing:
    return here.shelf.get(Card, meeting).standing


def test_two_people_sign_and_the_minutes_are_approved(here, doorman, meeting):
    done = approve(here, doorman, meeting)
    assert standing(here, meeting) is Standing.APPROVED
    assert [(one.name, one.meaning, one.method) for one in done.signatures] == [
        ("Ben Okafor", Meaning.REVIEW, "password"),
        ("Anna Weber", Meaning.APPROVAL, "password"),
    ]
    assert {one.sha256 for one in done.signatures} == {done.version.sha256}
    assert [e.actor for e in here.shelf.trail if e.kind == "signature"] == [BEN.user.email, ANNA.user.email]


def test_the_order_of_the_route_is_kept_and_nobody_signs_twice(here, doorman, meeting):
    submit(here, CARA, meeting, 1)
    with pytest.raises(StandingError, match="waits for: review"):
        signed(here, doorman, ANNA, meeting, 1, Meaning.APPROVAL)
    signed(here, doorman, BEN, meeting, 1, Meaning.REVIEW)
    with pytest.raises(StandingError, match="already"):
        signed(here, doorman, BEN, meeting, 1, Meaning.APPROVAL)
    assert standing(here, meeting) is Standing.IN_REVIEW


def test_a_wrong_password_signs_nothing(here, doorman, meeting):
    submit(here, CARA, meeting, 1)
    with pytest.raises(UnknownError):
        signed(here, doorman, BEN, meeting, 1, Meaning.REVIEW, Proof("a wrong one"))
    assert round_of(here, BEN, meeting, 1).signatures == ()
    assert doorman.asked == 1


def test_who_may_not_sign_is_refused_before_a_password_is_asked_for(here, doorman, meeting):
    submit(here, CARA, meeting, 1)
    token = replace(BEN, scopes=frozenset({"minutes:sign"}))
    for who, error in (
        (CARA, RefusedError),
        (INSPECTOR, RefusedError),
        (token, RefusedError),
        (STRANGER, MissingError),
    ):
        with pytest.raises(error):
            signed(here, doorman, who, meeting, 1, Meaning.REVIEW, sha256="0" * 64)
    assert doorman.asked == 0


def test_a_signature_needs_the_hash_of_exactly_that_version(here, doorman, meeting):
    submit(here, CARA, meeting, 1)
    with pytest.raises(StaleError, match="another hash"):
        signed(here, doorman, BEN, meeting, 1, Meaning.REVIEW, sha256="0" * 64)


def test_a_version_that_was_altered_in_the_store_cannot_be_signed(here, doorman, meeting):
    submit(here, CARA, meeting, 1)
    kept = here.shelf.get(Version, meeting, 1)
    minutes = replace(kept.draft.minutes, summary=("Something else.",))
    here.shelf.put(replace(kept, draft=replace(kept.draft, minutes=minutes)))
    with pytest.raises(StandingError, match="altered"):
        signed(here, doorman, BEN, meeting, 1, Meaning.REVIEW)


def test_an_edit_after_approval_needs_a_reason_and_makes_an_unsigned_version(here, doorman, meeting):
    approve(here, doorman, meeting)
    revision = current(here, CARA, meeting).revision
    with pytest.raises(UsageError, match="say why"):
        edit(here, CARA, meeting, [Accept("d1")], revision=revision)
    edit(here, CARA, meeting, [Correct("d1", {"text": "On Mondays."})], revision=revision, reason="as Ben wrote")
    second = keep_version(here, CARA, meeting, revision=revision + 1, reason="as Ben wrote")
    assert standing(here, meeting) is Standing.DRAFT
    assert round_of(here, BEN, meeting, second.number).signatures == ()
    assert len(round_of(here, BEN, meeting, 1).signatures) == 2


def test_changes_are_asked_for_and_the_next_version_goes_round_anew(here, doorman, meeting):
    submit(here, CARA, meeting, 1)
    signed(here, doorman, BEN, meeting, 1, Meaning.REVIEW)
    request_changes(here, ANNA, meeting, 1, "The owner of a1 is Ben.")
    assert standing(here, meeting) is Standing.CHANGES_REQUESTED
    with pytest.raises(StandingError, match="changes_requested"):
        signed(here, doorman, ANNA, meeting, 1, Meaning.APPROVAL)
    assert [card.meeting_id for card in home(here, CARA).sent_back] == [meeting]
    edit(here, CARA, meeting, [Correct("a1", {"owner": "Ben Okafor"})], revision=0, reason="as asked")
    keep_version(here, CARA, meeting, revision=1, reason="owner corrected")
    assert approve(here, doorman, meeting, 2).review.state is ReviewState.APPROVED
    assert here.shelf.get(Review, meeting, 1).state is ReviewState.CHANGES


def test_only_the_newest_version_without_open_edits_is_sent_round(here, meeting):
    edit(here, CARA, meeting, [Accept("d1")], revision=0)
    with pytest.raises(StandingError, match="edits"):
        submit(here, CARA, meeting, 1)
    keep_version(here, CARA, meeting, revision=1, reason="looked at")
    with pytest.raises(StandingError, match="not the newest"):
        submit(here, CARA, meeting, 1)
    submit(here, CARA, meeting, 2)
    with pytest.raises(StandingError, match="sent round already"):
        submit(here, CARA, meeting, 2)


def test_a_newer_version_ends_the_review_of_the_one_before(here, doorman, meeting):
    submit(here, CARA, meeting, 1)
    edit(here, CARA, meeting, [Accept("d1")], revision=0, reason="one more look")
    keep_version(here, CARA, meeting, revision=1, reason="one more look")
    with pytest.raises(StandingError, match="replaced"):
        signed(here, doorman, BEN, meeting, 1, Meaning.REVIEW)


def test_remarks_are_kept_with_who_made_them_and_settled(here, meeting):
    submit(here, CARA, meeting, 1)
    remark = comment(here, BEN, meeting, 1, "Is it Friday?", item="a1")
    settle(here, CARA, meeting, remark.id)
    [kept] = round_of(here, INSPECTOR, meeting, 1).remarks
    assert (kept.name, kept.text, kept.item, kept.settled) == ("Ben Okafor", "Is it Friday?", "a1", True)
    with pytest.raises(RefusedError):
        comment(here, INSPECTOR, meeting, 1, "I was here")


def test_the_studys_route_names_people_roles_and_a_quorum(here, doorman, meeting):
    assert route(here, STUDY).revision == 0
    steps = [
        Step(Meaning.REVIEW, quorum=2, roles=("reviewer",), organization="Asterion"),
        Step(Meaning.RESPONSIBILITY, people=("anna@meridian.test",)),
    ]
    set_route(here, ANNA, STUDY, steps, revision=0, reason="as agreed with the sponsor")
    with pytest.raises(StaleError):
        set_route(here, ANNA, STUDY, steps, revision=0, reason="again")
    submit(here, CARA, meeting, 1)
    signed(here, doorman, BEN, meeting, 1, Meaning.REVIEW)
    with pytest.raises(StandingError, match="waits for: review"):
        signed(here, doorman, ANNA, meeting, 1, Meaning.REVIEW)
    signed(here, doorman, OLGA, meeting, 1, Meaning.REVIEW)
    assert signed(here, doorman, ANNA, meeting, 1, Meaning.RESPONSIBILITY).review.state is ReviewState.APPROVED


@pytest.mark.parametrize(
    "steps",
    [[], [Step(Meaning.REVIEW)], [Step(Meaning.APPROVAL, 2, ("a@b.test",))], [Step(Meaning.APPROVAL, roles=("boss",))]],
)
def test_a_route_that_nobody_could_finish_is_refused(here, steps):
    with pytest.raises(UsageError):
        set_route(here, ANNA, STUDY, steps, revision=0, reason="x")
    with pytest.raises(RefusedError):
        set_route(here, CARA, STUDY, [Step(Meaning.APPROVAL)], revision=0, reason="x")


def test_home_tells_each_what_waits_for_them(here, doorman, meeting):
    submit(here, CARA, meeting, 1)
    assert [(one.version, one.meaning) for one in home(here, BEN).to_sign] == [(1, Meaning.REVIEW)]
    signed(here, doorman, BEN, meeting, 1, Meaning.REVIEW)
    assert home(here, BEN).to_sign == ()
    assert [one.meaning for one in home(here, ANNA).to_sign] == [Meaning.APPROVAL]
    for nobody in (CARA, LENA, INSPECTOR, STRANGER):
        assert home(here, nobody).to_sign == ()


def test_actions_of_approved_minutes_stand_on_the_board_with_their_history(here, doorman, meeting):
    edit(here, CARA, meeting, [Correct("a1", {"owner": "Ben Okafor"})], revision=0)
    keep_version(here, CARA, meeting, revision=1, reason="owner")
    assert board(here, BEN) == []
    approve(here, doorman, meeting, 2)
    [action] = board(here, BEN)
    assert (action.id, action.owner_email, action.state) == (f"{meeting}/a1", "ben@asterion.test", ActionState.OPEN)
    assert [one.id for one in home(here, BEN).actions] == [action.id]
    assert board(here, BEN, late_on=date(2026, 6, 6)) == [action]
    assert board(here, STRANGER) == []
    done = change_action(here, BEN, action.id, revision=action.revision, state=ActionState.DONE)
    assert done.changed_by == "ben@asterion.test"
    with pytest.raises(StaleError):
        change_action(here, ANNA, action.id, revision=action.revision, state=ActionState.OPEN)
    with pytest.raises(UsageError, match="say why"):
        change_action(here, ANNA, action.id, revision=done.revision, due=date(2026, 6, 9))
    with pytest.raises(RefusedError):
        change_action(here, INSPECTOR, action.id, revision=done.revision, state=ActionState.OPEN)
    states = [(e.old, e.new) for e in here.shelf.trail if e.kind == "action_item" and e.field == "state"]
    assert states == [(None, '"open"'), ('"open"', '"done"')]


def test_an_action_that_a_later_version_drops_is_cancelled(here, doorman, meeting):
    approve(here, doorman, meeting)
    revision = current(here, CARA, meeting).revision
    edit(here, CARA, meeting, [Reject("a1")], revision=revision, reason="done before")
    keep_version(here, CARA, meeting, revision=revision + 1, reason="a1 was done")
    here.clock.now += timedelta(days=1)
    approve(here, doorman, meeting, 2)
    [action] = board(here, BEN)
    assert (action.state, action.changed_at) == (ActionState.CANCELLED, datetime(2026, 6, 2, 9, tzinfo=UTC))
