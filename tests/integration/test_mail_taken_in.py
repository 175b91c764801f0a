"""Answers to minutes come into the log, bounces to their receipt, each once, whatever happens in between."""

import re
from datetime import UTC, datetime
from itertools import count

import pytest

from hub.connectors.mail.mailboxes import load_mailboxes
from hub.domain.cards import Card
from hub.domain.communications import Asked, Channel
from hub.domain.distribution import Channel as Via
from hub.domain.distribution import Dispatch, DispatchState, Recipient, dispatch_of
from hub.domain.errors import RetryableError
from hub.domain.governance import About, Contact, Notice, NoticeState
from hub.domain.received import Outcome
from hub.ports.mailboxes import AgreedMailbox
from hub.services.communications.mailing import take_in
from hub.services.review.distributing import send_again
from hub.services.review.room import held
from hub.storage.communications import SqlCommunications
from hub.storage.engine import open_engine
from hub.storage.shelf import SqlShelf
from tests.fakes import FakeMailbox
from tests.mails import OURS, answer, away, bounce, qmail_bounce, reply, with_file
from tests.review_kit import ANNA, STUDY, drafted, found_approved, room

SINCE, CAME = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 6, 1, 9, tzinfo=UTC)
KEY = dispatch_of(OURS)
_NUMBERS = count(1)


@pytest.fixture
def engine(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path}/hub.db")
    yield engine
    engine.dispose()


@pytest.fixture
def here(engine):
    return room(SqlShelf(engine))


@pytest.fixture
def log(engine):
    return SqlCommunications(engine, clock=lambda: CAME, new_id=iter(map(str, range(1000))).__next__)


def agreed(*, study=STUDY, people=(), unblinding=False, keep_files=False):
    parties = ("Asterion", "Meridian")
    channel = Channel("inbox", "mail", f"box#{study}", study, parties, "plan 5.1", SINCE, unblinding)
    mailbox = FakeMailbox(SINCE, keep_files=keep_files)
    mailbox.numbered = next(_NUMBERS)  # another mailbox, though the log knows it as the same
    return AgreedMailbox(channel, mailbox, frozenset(people))


def sent(here, **more) -> str:
    """Return the meeting of minutes that went to Eva as the delivery KEY."""
    card = drafted(here, **more)
    with held(here, card.meeting_id, "hub") as work:
        to = Recipient("eva@asterion.test")
        work.unit.add(found_approved(work))
        work.unit.add(Dispatch(KEY, card.meeting_id, 1, to, "anna", CAME, DispatchState.SENT, receipt="250 taken"))
    return card.meeting_id


def taken(here, log, box, *raws, keep=lambda _: "5f"):
    box.mailbox.raw += [(CAME, raw) for raw in raws]
    return take_in(here, log, box, keep_file=keep)


def said(log):
    return [one.said for one in log.find(Asked(STUDY), lambda _: True)[::-1]]


def dispatch(here) -> Dispatch:
    with here.shelf.reading() as unit:
        return unit.get(Dispatch, KEY)


def test_answers_of_all_who_got_the_minutes_are_one_thread(here, log):
    meeting, box = sent(here), agreed()
    later = answer("And this.", to="<a1@asterion.test>", id="<a2@asterion.test>").replace(
        b"References: <a1", f"References: {OURS} <a1".encode()
    )
    done = taken(here, log, box, answer("We agree."), later)
    assert (done.new, done.left, done.aside) == (2, 0, ())
    first, second = said(log)
    assert (first.author, first.author_id, first.at.hour) == ("Eva Lang", "eva@asterion.test", 8)
    assert first.text == "AW: Protokoll: Wöchentliche Besprechung\n\nWe agree."
    assert {first.thread, second.thread} == {f"minutes of {meeting}"}


def test_nothing_is_kept_twice_though_the_mailbox_is_read_again(here, log):
    sent(here)
    box = agreed()
    taken(here, log, box, answer(), bounce(), away())
    before = dispatch(here)
    box.mailbox.numbered += 1
    done = taken(here, log, box)
    assert (done.new, done.reports) == (0, 0)
    assert (len(said(log)), dispatch(here)) == (1, before)


def test_an_outage_loses_nothing(here, log):
    sent(here)
    box = agreed()
    box.mailbox.raises.append(RetryableError("away"))
    with pytest.raises(RetryableError):
        taken(here, log, box, answer())
    assert taken(here, log, box).new == 1


@pytest.mark.parametrize("report", [bounce(), qmail_bounce()], ids=["as the standard has it", "in words"])
def test_a_bounce_stands_at_the_receipt_and_a_person_may_send_again(here, log, report):
    meeting = sent(here)
    assert taken(here, log, agreed(), report).reports == 1
    failed = dispatch(here)
    assert (failed.state, failed.bounced, failed.receipt) == (DispatchState.FAILED, True, "250 taken")
    assert failed.error.startswith("came back: eva@asterion.test: 5.")
    assert said(log) == []
    again = send_again(here, ANNA, meeting, KEY, reason="mailbox emptied")
    assert (again.state, len(again.came_back)) == (DispatchState.WAITING, 1)


def test_a_delay_and_an_absence_are_noted_and_fail_nothing(here, log):
    sent(here)
    late = bounce(("eva@asterion.test", "delayed", "4.4.1", "no answer"), id="<late@x.test>")
    assert taken(here, log, agreed(), late, away()).reports == 2
    after = dispatch(here)
    assert (after.state, [one.fate.outcome for one in after.came_back]) == (
        DispatchState.SENT,
        [Outcome.DELAYED, Outcome.ANSWERED],
    )
    assert said(log) == []


def test_what_is_none_of_the_agreements_business_is_left_alone(here, log):
    sent(here)
    strangers = [
        answer("Buy this.", to=""),
        answer("Hello.", to="<other@x.test>", id="<2@x.test>"),
        bounce(of="<other@x.test>"),
    ]
    assert taken(here, log, agreed(), *strangers).left == 3
    done = taken(here, log, agreed(people=("asterion.test",)), *strangers)
    assert (done.new, done.left) == (2, 1)
    assert [one.thread for one in said(log)] == ["<a1@asterion.test>", "<other@x.test>"]


def test_answers_about_other_studies_or_of_the_unblinded_are_not_shown_to_this_one(here, log):
    sent(here, unblinding=True)
    done = taken(here, log, agreed(), answer())
    assert (done.new, done.left) == (0, 1)
    assert "unblind" in done.aside[0]
    assert taken(here, log, agreed(unblinding=True), answer()).new == 1
    other = taken(here, log, agreed(study="LH-999", unblinding=True), answer())
    assert "another study" in other.aside[0]


def test_answers_to_invitations_of_the_studys_plan_stand_in_a_thread_of_the_series(here, log):
    uid = f"{STUDY}/operational@liaison-hub"
    others = [reply("LH-999/operational@liaison-hub"), reply("lunch@elsewhere.test"), reply(uid, method="REQUEST")]
    got = taken(
        here, log, agreed(), reply(uid), reply(uid, answer="DECLINED", of="20260616", text="I am away."), *others
    )
    assert (got.new, got.left) == (2, 3)
    assert [(one.thread, one.author, one.text) for one in said(log)] == [
        (f"invitation {uid}", "Eva Klein", "Accepted: Weekly\n\naccepted"),
        (f"invitation {uid}", "Eva Klein", "Declined: Weekly\n\nI am away."),
    ]


def test_files_are_named_and_kept_where_that_is_agreed(here, log):
    sent(here)
    kept = []
    keep = lambda content: kept.append(content) or "5f"  # noqa: E731 - a name for a short call
    taken(here, log, agreed(), with_file(), keep=keep)
    assert (said(log)[0].files, kept) == (("plan.pdf",), [])
    taken(here, log, agreed(keep_files=True), with_file().replace(b"<f1@", b"<f2@"), keep=keep)
    assert (said(log)[1].files, kept) == (("plan.pdf (sha256 5f)",), [b"%PDF-1.7"])


def test_a_bounce_for_a_meeting_that_was_destroyed_is_left(here, log):
    meeting = sent(here)
    with here.shelf.writing() as unit:
        unit.remove(unit.get(Card, meeting))
    assert taken(here, log, agreed(), bounce()).reports == 0


YAML = """
name: inbox
study: LH-302
organizations: [Meridian CRO, Asterion Pharma]
agreed: communication plan 5.1
since: 2026-06-01
people: [asterion.example, Anna@Meridian.example]
imap:
  host: imap.meridian.example
  login: {user: minutes@meridian.example, password: "env:MAIL_PASSWORD"}
"""


def test_a_file_says_which_mailbox_is_agreed(tmp_path):
    (tmp_path / "inbox.yaml").write_text(YAML)
    found = load_mailboxes(tmp_path, clock=lambda: CAME).found["inbox"]
    assert (found.channel.platform, found.channel.study) == ("mail", "LH-302")
    assert found.knows("eva@asterion.example")
    assert found.knows("anna@meridian.example")
    assert not found.knows("eva@asterion.example.evil.test")
    (tmp_path / "other.yaml").write_text(YAML.replace("name: inbox", "name: other"))
    loaded = load_mailboxes(tmp_path, clock=lambda: CAME)
    assert list(loaded.found) == ["inbox"]
    assert f"stands in {tmp_path / 'inbox.yaml'} already" in loaded.wrong["other.yaml"]
    (tmp_path / "other.yaml").write_text(YAML.replace("name: inbox", "name: other").replace("LH-302", "LH-303"))
    assert len(load_mailboxes(tmp_path, clock=lambda: CAME).found) == 2


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("imap:", "imap_:"), "imap_"),
        (('"env:MAIL_PASSWORD"', "hunter2"), "password"),
        (("since: 2026-06-01", "since: soon"), "since"),
        (("  host: imap.meridian.example", '  host: h\n  folder: "a\\"b"'), "folder"),
    ],
)
def test_a_file_that_will_not_do_is_said_so_without_its_secrets(tmp_path, change, why):
    (tmp_path / "inbox.yaml").write_text(YAML.replace(*change))
    said = load_mailboxes(tmp_path, clock=lambda: CAME).wrong["inbox.yaml"]
    assert re.search(rf"inbox\.yaml: .*{why}.* \(line \d+\)", said)
    assert "hunter2" not in said


def test_an_answer_to_a_notice_stands_in_a_thread_of_the_notice_and_in_its_study_only(here, log):
    meeting = drafted(here).meeting_id
    known = {"study": STUDY, "about": About.ACTION, "ref": f"{meeting}/a1", "meeting_id": meeting, "title": "Weekly"}
    due = {"day": CAME.date(), "step": "late", "level": "", "due_at": CAME, "made_at": CAME}
    notice = Notice(
        KEY, channel=Via.MAIL, to=Contact("Eva", "eva@asterion.test"), state=NoticeState.SENT, **known, **due
    )
    with here.shelf.writing() as unit:
        unit.put(notice)
    other = taken(here, log, agreed(study="LH-999"), answer("Done tomorrow."))
    assert (other.new, "a notice of another study" in other.aside[0]) == (0, True)
    assert taken(here, log, agreed(), answer("Done tomorrow.")).new == 1
    assert [one.thread for one in said(log)] == [OURS]
