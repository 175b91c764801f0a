"""People are told once that something waits for them: reviews, ended periods, incidents, locks; never what it holds."""

import pytest

from hub.api.upkeep import Herald
from hub.domain.errors import RejectedError, RetryableError, UnknownError
from hub.domain.oversight import IncidentKind, Severity
from hub.domain.people import Grant, Principal, Role
from hub.domain.reminders import ReviewKind
from hub.domain.retention import ends_at
from hub.services import trail_reviews
from hub.services.accounts.signing_in import Asked, sign_in
from hub.services.oversight import incidents, reviews_due
from hub.services.oversight.incidents import Report
from hub.services.oversight.reminding import tell
from hub.services.review.ending import tell_ended
from tests.people import Clock, granted, person
from tests.review_kit import AT, drafted

ADA, AUD, PM, ROOT = "ada@meridian.test", "aud@meridian.test", "pm@meridian.test", "root@other.test"


class Post:
    """A mailer that keeps what it is given, and fails with *wrong* as often as that says."""

    def __init__(self):
        self.sent = []
        self.wrong = []

    def send(self, mail):
        if self.wrong:
            raise self.wrong.pop(0)
        self.sent.append(mail)
        return "250 taken"

    def to(self, address):
        return [mail.subject for mail in self.sent if mail.to == address]


@pytest.fixture
def post():
    return Post()


@pytest.fixture
def hub(home, post):
    del home
    from hub.bootstrap import build
    from hub.settings import load_settings
    from hub.storage.passwords import Argon2Passwords

    cheap = Argon2Passwords(memory_kib=64, rounds=1)
    made = build(load_settings(), clock=Clock(AT), mailer=post, passwords=cheap)
    for email, role, organization in (
        (ADA, Role.ADMINISTRATOR, "Meridian"),
        (AUD, Role.AUDITOR, "Meridian"),
        (PM, Role.PROJECT_MANAGER, "Meridian"),
        (ROOT, Role.ADMINISTRATOR, "Other"),
    ):
        person(made, email, granted(role, organization), organization=organization)
    yield made
    made.close()


def principal(hub, email):
    user = hub.desk.accounts.named(email=email).user
    return Principal(user, tuple(held.grant for held in hub.desk.accounts.held(user.id)), "s")


def test_a_review_that_is_due_is_told_once_to_who_makes_it(hub, post):
    auditor = principal(hub, AUD)
    reviews_due.plan(hub.room, auditor, ReviewKind.TRAIL, days=30, basis="RA-7", revision=0, reason="the plan")
    assert tell(hub.telling) == 0
    hub.clock.pass_on(days=30)
    assert (tell(hub.telling), tell(hub.telling)) == (1, 0)
    assert post.to(AUD) == ["A review of the audit trail is due."]
    trail_reviews.record(hub.desk, auditor, trail_reviews.TRAIL, scope="all", findings="none")
    hub.clock.pass_on(days=31)
    tell(hub.telling)
    assert len(post.to(AUD)) == 2, "the next one is another matter"
    assert post.to(ADA) == post.to(ROOT) == []
    assert hub.audit.verify().whole


def test_an_incident_and_its_clock_are_told_without_what_happened(hub, post):
    told = Report(
        IncidentKind.PERSONAL_DATA, Severity.MAJOR, "A list of site 101", "went to a wrong address", hub.clock()
    )
    herald = Herald(hub)
    herald.look(whole=True)
    incidents.report(hub.room, principal(hub, PM), told)
    herald.look(whole=False)
    assert post.to(ADA) == ["An incident was reported."]
    assert post.to(PM) == [], "who reported it knows"
    assert post.to(ROOT) == [], "another organization's"
    assert herald.look(whole=False) == 0
    hub.clock.pass_on(hours=50)
    herald.look(whole=True)
    assert post.to(PM) == ["The authority is to be told of a breach within a day."]
    assert not any("101" in f"{mail.subject} {mail.text}" for mail in post.sent)


def test_a_lock_is_reported_at_once_to_who_keeps_the_accounts(hub, post):
    herald = Herald(hub)
    herald.look(whole=True)
    for _ in range(hub.desk.rules.failures):
        with pytest.raises(UnknownError):
            sign_in(hub.desk, hub.codes, Asked(PM, "a wrong password, surely"))
    herald.look(whole=False)
    assert post.to(ADA) == ["An account was locked after wrong passwords."]
    assert post.to(ROOT) == []


def test_an_ended_period_is_told_to_who_may_have_it_destroyed(hub, post):
    card = drafted(hub.room)
    hub.clock.now = ends_at(card.at, 25 * 12)
    tell_ended(hub.room)
    tell(hub.telling)
    [said] = post.to(ADA)
    assert said.startswith("The retention period of")
    assert post.to(AUD) == []


def test_a_mail_that_did_not_go_out_goes_out_later_and_one_that_is_refused_is_given_up(hub, post):
    auditor = principal(hub, AUD)
    reviews_due.plan(hub.room, auditor, ReviewKind.TRAIL, days=1, basis="RA-7", revision=0, reason="the plan")
    hub.clock.pass_on(days=1)
    post.wrong = [RetryableError("away")]
    assert (tell(hub.telling), tell(hub.telling)) == (0, 0), "not again at once"
    hub.clock.pass_on(minutes=5)
    assert tell(hub.telling) == 1
    trail_reviews.record(hub.desk, auditor, trail_reviews.TRAIL, scope="all", findings="none")
    hub.clock.pass_on(days=2)
    post.wrong = [RejectedError("550 no such user")]
    assert tell(hub.telling) == 0
    hub.clock.pass_on(days=2)
    assert tell(hub.telling) == 0, "given up"


def test_whose_role_has_ended_is_told_nothing(hub, post):
    account = hub.desk.accounts.named(email=AUD)
    auditor = principal(hub, AUD)
    reviews_due.plan(hub.room, auditor, ReviewKind.TRAIL, days=1, basis="RA-7", revision=0, reason="the plan")
    [held] = hub.desk.accounts.held(account.user.id)
    hub.desk.accounts.revoke(held.id, hub.clock(), audit=[])
    hub.clock.pass_on(days=1)
    assert tell(hub.telling) == 0
    assert Grant(Role.AUDITOR, "Meridian") == held.grant
