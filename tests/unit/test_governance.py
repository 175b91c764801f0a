"""The communication plan is run: who is told what when something slips, once for each step, and in the trail."""

import json
import re
from dataclasses import replace
from datetime import date, datetime
from functools import partial

import pytest

from hub.connectors.calendar.plan import load_plans
from hub.connectors.calendars import HolidayCalendars
from hub.domain.board import ActionState, BoardAction
from hub.domain.cards import Card, Standing
from hub.domain.errors import FatalError, RejectedError, RetryableError
from hub.domain.governance import About, Notice, NoticeState
from hub.domain.meeting import Meeting
from hub.domain.policy import Scope
from hub.domain.received import Fate, MailKind, Outcome, ReceivedMail
from hub.services import outbox
from hub.services.communications.receipts import record
from hub.services.governance.telling import Ways, run_plans
from hub.services.trail_scopes import OtherScopes
from hub.storage.engine import open_engine
from hub.storage.shelf import SqlShelf
from hub.translation.wording import wording
from tests.fakes import FakeMailer
from tests.review_kit import room as made

PLAN = """
study: LH-302
meetings:
  - {key: operational, title: Weekly call, begins: 2026-06-02T15:00, zone: Europe/Berlin, minutes: 60, every: week,
     level: operational, moved: [{day: 2026-06-16, begins: 2026-06-17T15:00}], cancelled: [2026-06-23]}
governance:
  since: 2026-05-25
  place: DE
  zone: Europe/Berlin
  contact: anna
  people:
    anna: {name: Anna Weber, address: anna@meridian.test, locale: de}
    ben: {name: Ben Okafor, address: ben@asterion.test}
    lead: {name: Ada Lead, address: ada@asterion.test}
  actions:
    - {key: soon, days: -1, tell: [owner]}
    - {key: late, days: 1, tell: [owner, anna]}
    - {key: escalated, days: 3, tell: [lead], chats: [oversight], level: executive}
  minutes:
    - {key: late, hours: 16, tell: [anna]}
    - {key: escalated, days: 5, tell: [lead], level: operational}
  meetings:
    - {key: missed, hours: 2, tell: [anna, ben]}
"""


class Announcer:
    def __init__(self):
        self.said = []

    def announce(self, name, message):
        self.said.append((name, message))
        return "stands there"


class Between:
    """A shelf on which something happens once, after what was read and before what is then written."""

    def __init__(self, shelf, meanwhile):
        self._shelf, self._meanwhile = shelf, [meanwhile]

    def writing(self):
        while self._meanwhile:
            self._meanwhile.pop()()
        return self._shelf.writing()

    def __getattr__(self, name):
        return getattr(self._shelf, name)


class Stage:
    """A room with a plan, and what went out of it."""

    def __init__(self, folder, shelf):
        (folder / "plan.yaml").write_text(PLAN)
        self.room = made(shelf)
        self.plans = tuple(load_plans(folder).running.values())
        self.mailer = FakeMailer(sender="hub@meridian.test", clock=self.room.clock)
        self.chats = Announcer()
        self.ways = Ways(self.mailer, self.chats, wording, "https://hub.example")

    def only(self, about):
        self.plans = tuple(replace(one, steps={about: one.steps[about]}) for one in self.plans)
        return self

    def at(self, text):
        self.room.clock.now = datetime.fromisoformat(text)
        return self

    def run(self):
        return run_plans(self.room, self.ways, self.plans, HolidayCalendars())

    def mails(self):
        came = [(one["To"], str(one["Subject"])) for one in self.mailer.come]
        self.mailer.come.clear()
        return sorted(came)

    def keep(self, *things):
        with self.room.shelf.writing() as unit:
            for one in things:
                unit.put(one)

    def notices(self):
        with self.room.shelf.reading() as unit:
            return unit.several(Notice, study="LH-302")


@pytest.fixture(params=["fake", "sqlite"])
def stage(request, tmp_path):
    if request.param == "fake":
        yield Stage(tmp_path, None)
        return
    engine = open_engine(f"sqlite:///{tmp_path}/hub.db")
    yield Stage(tmp_path, SqlShelf(engine))
    engine.dispose()


def card(number=1, at="2026-06-02T13:05+00:00", **more):
    meeting = Meeting(f"m{number}", f"Weekly {number}", datetime.fromisoformat(at), timezone="Europe/Berlin")
    known = {"organizations": ("Asterion", "Meridian"), "opened_by": "a@m.test", "opened_at": meeting.started_at}
    return Card(meeting.id, meeting, **(known | {"study": "LH-302", "series": "Weekly call"} | more))


def action(due=date(2026, 6, 5), **more):
    entered = datetime.fromisoformat("2026-06-02T16:00+00:00")
    known = {"owner": "Ben Okafor", "due": due, "study": "LH-302"}
    return BoardAction("m1/a1", "m1", "a1", "Send the log of 1042-007", "quote", entered, **(known | more))


DONE = {"standing": Standing.APPROVED}


def test_an_owner_is_reminded_then_the_contact_then_it_escalates_each_once(stage):
    stage.only(About.ACTION).keep(card(**DONE), action())
    assert stage.at("2026-06-03T12:00+00:00").run().made == 0
    stage.at("2026-06-04T08:00+00:00").run()
    stage.at("2026-06-04T09:00+00:00").run()
    assert stage.mails() == [("ben@asterion.test", "Reminder: Weekly 1")]
    stage.at("2026-06-07T20:00+00:00").run()
    assert stage.mails() == [], "the weekend is nobody's"
    stage.at("2026-06-08T07:00+00:00").run()
    assert stage.mails() == [
        ("anna@meridian.test", "Erinnerung: Weekly 1"),
        ("ben@asterion.test", "Reminder: Weekly 1"),
    ]
    stage.at("2026-06-10T07:00+00:00").run()
    assert stage.mails() == [("ada@asterion.test", "Escalation: Weekly 1")]
    [(name, said)] = stage.chats.said
    assert (name, said.title, said.link) == ("oversight", "Escalation: Weekly 1", "https://hub.example/meetings/m1")
    assert stage.at("2026-07-01T07:00+00:00").run().made == 0


def test_nothing_of_what_minutes_hold_stands_in_a_mail_but_where_it_is(stage):
    stage.only(About.ACTION).keep(card(**DONE), action())
    stage.at("2026-06-08T07:00+00:00").run()
    text = "".join(one.get_body().get_content() for one in stage.mailer.come)
    assert "1042-007" not in text
    assert "https://hub.example/meetings/m1" in text
    assert "5 June 2026" in text
    assert "5. Juni 2026" in text


def test_the_title_of_a_meeting_that_would_unblind_is_not_told(stage):
    stage.only(About.ACTION).keep(card(**DONE, unblinding=True), action())
    stage.at("2026-06-10T07:00+00:00").run()
    assert [one["Subject"] for one in stage.mailer.come] == ["Escalation: m1"]
    assert "Weekly 1" not in str(stage.chats.said)


def test_what_is_done_is_not_told_and_what_waits_is_dropped(stage):
    stage.only(About.ACTION).keep(card(**DONE), action())
    stage.mailer.raises = [RetryableError("away"), RetryableError("away")]
    came = stage.at("2026-06-08T07:00+00:00").run()
    assert (came.made, came.sent, came.failed) == (2, 0, ("away", "away"))
    stage.keep(action(state=ActionState.DONE))
    came = stage.at("2026-06-08T07:30+00:00").run()
    assert (came.dropped, came.sent, stage.mails()) == (2, 0, [])
    assert {one.state for one in stage.notices()} == {NoticeState.DROPPED}


def test_what_another_process_has_claimed_meanwhile_is_not_dropped(stage):
    stage.only(About.ACTION).keep(card(**DONE), action())
    stage.mailer.raises = [RetryableError("away"), RetryableError("away")]
    stage.at("2026-06-08T07:00+00:00").run()
    stage.keep(action(state=ActionState.DONE))
    room, first = stage.room, stage.notices()[0]
    claim = partial(outbox.claimed, room, first, state=NoticeState.SENDING)
    stage.room = replace(room, shelf=Between(room.shelf, claim))
    assert stage.at("2026-06-08T07:30+00:00").run().dropped == 1
    assert sorted(one.state for one in stage.notices()) == [NoticeState.DROPPED, NoticeState.SENDING]


def test_an_outage_is_waited_for_with_the_same_message_id(stage):
    stage.only(About.ACTION).keep(card(**DONE), action())
    stage.mailer.raises = [RetryableError("away")]
    stage.at("2026-06-04T07:00+00:00").run()
    assert stage.at("2026-06-04T07:00:30+00:00").run().sent == 0
    assert stage.at("2026-06-04T07:02+00:00").run().sent == 1
    [one] = stage.notices()
    assert stage.mailer.come[0]["Message-ID"] == f"<{one.id}@liaison-hub>"


def test_a_mail_under_way_when_the_hub_stopped_is_sent_again_and_no_chat_is(stage):
    stage.only(About.ACTION).keep(card(**DONE), action())

    def stops(*_):
        raise KeyboardInterrupt

    stage.chats.announce = stage.mailer.send = stops
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            stage.at("2026-06-10T07:00+00:00").run()
    stage.mailer = FakeMailer(sender="hub@meridian.test", clock=stage.room.clock)
    stage.chats = Announcer()
    stage.ways = Ways(stage.mailer, stage.chats, wording)
    assert stage.at("2026-06-10T07:05+00:00").run().sent == 0, "another may yet be at it"
    came = stage.at("2026-06-10T07:11+00:00").run()
    assert (came.sent, came.failed) == (1, ("the hub stopped while it was sent: look whether it stands there",))
    assert (stage.mails(), stage.chats.said) == ([("ada@asterion.test", "Escalation: Weekly 1")], [])
    assert sorted(one.state for one in stage.notices()) == [NoticeState.FAILED, NoticeState.SENT]


def test_another_due_day_begins_another_clock(stage):
    stage.only(About.ACTION).keep(card(**DONE), action())
    stage.at("2026-06-08T07:00+00:00").run()
    stage.keep(action(due=date(2026, 6, 12)))
    stage.mails()
    assert stage.at("2026-06-08T08:00+00:00").run().made == 0
    stage.at("2026-06-11T08:00+00:00").run()
    assert stage.mails() == [("ben@asterion.test", "Reminder: Weekly 1")]


def test_a_plan_that_comes_late_tells_only_the_step_that_stands(stage):
    stage.only(About.ACTION).keep(card(**DONE), action(), replace(action(due=date(2026, 5, 20)), id="m1/a0"))
    stage.at("2026-06-15T07:00+00:00").run()
    assert stage.mails() == [("ada@asterion.test", "Escalation: Weekly 1")], "what was due before its day is left alone"


def test_an_owner_without_an_address_has_the_contact_told(stage):
    stage.only(About.ACTION).keep(card(**DONE), action(owner="Speaker 2"))
    stage.at("2026-06-04T08:00+00:00").run()
    assert stage.mails() == [("anna@meridian.test", "Erinnerung: Weekly 1")]


def test_minutes_that_are_not_approved_are_told_of_by_the_response_clock(stage):
    stage.only(About.MINUTES).keep(card(standing=Standing.DRAFT))
    stage.at("2026-06-04T13:59+00:00").run()
    assert stage.mails() == []
    stage.at("2026-06-04T14:06+00:00").run()  # the call ended at 16:05: two working days of eight hours
    assert stage.mails() == [("anna@meridian.test", "Erinnerung: Weekly 1")]
    stage.keep(card(**DONE))
    assert stage.at("2026-06-09T14:00+00:00").run().made == 0


def test_a_planned_meeting_of_which_nothing_came_is_an_alert(stage):
    stage.at("2026-06-03T07:30+00:00").run()
    assert stage.mails() == []
    stage.at("2026-06-03T08:01+00:00").run()
    assert stage.mails() == [
        ("anna@meridian.test", "Erinnerung: Weekly call"),
        ("ben@asterion.test", "Reminder: Weekly call"),
    ]
    with stage.room.shelf.reading() as unit:
        assert unit.several(Notice, study="LH-302")[0].record == "LH-302/operational/2026-06-02"


@pytest.mark.parametrize(
    ("held", "missed"),
    [
        (["2026-06-02T13:05+00:00", "2026-06-09T13:00+00:00", "2026-06-17T13:00+00:00"], []),
        (["2026-06-03T08:00+00:00", "2026-06-09T13:00+00:00", "2026-06-17T13:00+00:00"], []),  # a day late
        (["2026-06-01T08:00+00:00", "2026-06-09T13:00+00:00", "2026-06-17T13:00+00:00"], ["2026-06-02"]),
        (["2026-06-02T13:05+00:00", "2026-06-17T13:00+00:00"], ["2026-06-09"]),  # the third was moved by the plan
        (["2026-06-02T13:05+00:00", "2026-06-09T13:00+00:00"], ["2026-06-17"]),
    ],
)
def test_a_meeting_is_the_occurrence_that_it_is_nearest_to(stage, held, missed):
    stage.keep(*(card(number, at, **DONE) for number, at in enumerate(held)))
    stage.at("2026-06-19T12:00+00:00").run()
    refs = {one.ref.rpartition("/")[2] for one in stage.notices() if one.about == "meeting"}
    assert sorted(refs) == missed


def test_a_cancelled_meeting_is_not_missed(stage):
    stage.keep(
        *(card(n, at, **DONE) for n, at in enumerate(("2026-06-02T13:00Z", "2026-06-09T13:00Z", "2026-06-17T13:00Z")))
    )
    assert stage.at("2026-06-26T13:00+00:00").run().made == 0


def test_who_was_told_stands_in_the_trail(tmp_path):
    stage = Stage(tmp_path, None)
    stage.only(About.ACTION).keep(card(**DONE), action())
    stage.at("2026-06-10T07:00+00:00").run()
    lines = [one for one in stage.room.shelf.trail if one.kind == "notice" and one.record_id == "m1/a1"]
    told = [json.loads(one.new) for one in lines]
    assert [(one["state"], one["to"], one["level"]) for one in told if one["to"] != "oversight"] == [
        ("waiting", "ada@asterion.test", "executive"),
        ("sent", "ada@asterion.test", "executive"),
    ]


def test_one_who_cannot_be_told_stands_as_failed_and_the_others_are_told(stage):
    stage.only(About.ACTION).keep(card(**DONE), action())
    stage.mailer.unknown = {"ben@asterion.test"}
    came = stage.at("2026-06-08T07:00+00:00").run()
    assert (came.sent, came.failed) == (1, ("550 ben@asterion.test",))
    assert stage.at("2026-06-08T09:00+00:00").run().failed == ()


def test_a_notice_that_comes_back_stands_as_failed(stage):
    stage.only(About.ACTION).keep(card(**DONE), action())
    stage.at("2026-06-04T08:00+00:00").run()
    [one] = stage.notices()
    fate = Fate("ben@asterion.test", Outcome.FAILED, "5.1.1", "no such user")
    report = ReceivedMail(
        message_id="<r1@mx>", sender="mx", author="mx", at=stage.room.clock.now, subject="", text="",
        kind=MailKind.REPORT, returned=f"<{one.id}@liaison-hub>", fates=(fate,),
    )  # fmt: skip
    assert (record(stage.room, report), record(stage.room, report)) == (True, False)
    assert stage.notices()[0].state is NoticeState.FAILED


def test_without_a_mail_server_it_fails_with_that_reason(stage):
    stage.only(About.ACTION).keep(card(**DONE), action())
    stage.ways = replace(stage.ways, mailer=None)
    assert stage.at("2026-06-04T08:00+00:00").run().failed == ("no mail server is set: HUB_SMTP_HOST",)


@pytest.mark.parametrize("error", [RejectedError("no"), FatalError("wrong password")])
def test_a_refusal_is_not_tried_again(stage, error):
    stage.only(About.ACTION).keep(card(**DONE), action())
    stage.mailer.raises = [error]
    stage.at("2026-06-04T08:00+00:00").run()
    assert stage.at("2026-06-04T20:00+00:00").run().sent == 0


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("tell: [lead], chats", "tell: [zoe], chats"), "zoe, who is not among people"),
        (("hours: 2, tell: [anna, ben]", "hours: 2, tell: [owner]"), "owner, who is not among people"),
        (("days: 5,", "days: 5, hours: 2,"), "either days or hours"),
        (("contact: anna", "contact: zoe"), "contact is none of people"),
        (("tell: [owner]}", "tell: []}"), "tells nobody"),
        (("zone: Europe/Berlin\n  contact", "zone: Europe/Atlantis\n  contact"), "no IANA zone"),
        (("locale: de", "locale: xx"), "is none of"),
        (("place: DE", "place: DE\n  closes: 17:00"), "closes"),
        (("place: DE", "place: DE\n  opens: '18:00'"), "opens lies before closes"),
        (("key: late, days: 1", "key: soon, days: 1"), "same key"),
    ],
)
def test_a_plan_with_a_mistake_is_refused_with_its_file(tmp_path, change, why):
    assert change[0] in PLAN
    (tmp_path / "wrong.yaml").write_text(PLAN.replace(*change))
    assert re.search(f"wrong.yaml.*{why}", load_plans(tmp_path).wrong["wrong.yaml"], re.DOTALL)


def test_a_file_that_will_not_do_hides_no_other_and_two_of_one_study_are_told(tmp_path):
    (tmp_path / "a.yaml").write_text(PLAN)
    (tmp_path / "b.yaml").write_text(PLAN)
    (tmp_path / "c.yaml").write_text("study: [")
    plans = load_plans(tmp_path)
    assert list(plans.running) == ["LH-302"]
    assert sorted(plans.wrong) == ["b.yaml", "c.yaml"]
    assert "a.yaml has the plan of LH-302 already" in plans.wrong["b.yaml"]


def test_lines_of_a_plan_and_of_its_calendars_are_of_the_study(tmp_path):
    stage = Stage(tmp_path, None)
    stage.keep(card(7, "2026-01-06T14:00+00:00", **DONE))
    stage.at("2026-06-03T12:00+00:00").run()
    line = next(one for one in stage.room.shelf.trail if one.kind == "governance")
    series = replace(line, kind="calendar", record_id="calendar/governance/LH-302/operational@liaison-hub")
    scopes = OtherScopes(stage.room.shelf, None, None, [line, series])
    assert [scopes(one) for one in (line, series)] == [Scope(frozenset({"Asterion", "Meridian"}), "LH-302")] * 2
