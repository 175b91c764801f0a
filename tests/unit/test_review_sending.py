"""Copies are looked at, approved minutes go out once, and what becomes of each delivery is kept."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from icalendar import Calendar

from hub.domain.approvals import Meaning, Signature
from hub.domain.cards import Card, Standing
from hub.domain.distribution import NOT_ENTERED, Channel, Dispatch, DispatchState, Recipient
from hub.domain.errors import (
    MissingError,
    RefusedError,
    RejectedError,
    RetryableError,
    StaleError,
    StandingError,
    UsageError,
)
from hub.domain.jobs import Job
from hub.domain.localized import CopyState
from hub.domain.memory import Pair
from hub.domain.redaction import Audience
from hub.domain.retention import RecordClass
from hub.domain.translation import Translation
from hub.domain.versions import proposed
from hub.render.documents import DocumentRenderer
from hub.render.ics import calendar
from hub.services.outbox import WAITS_S
from hub.services.redacting import redact_minutes
from hub.services.review import needing
from hub.services.review.approving import sign, submit
from hub.services.review.contents import empty
from hub.services.review.delivering import Post, deliver
from hub.services.review.distributing import dispatch_id, dispatches, distribute, send_again
from hub.services.review.editing import store_version, version
from hub.services.review.exporting import Press, export
from hub.services.review.home import home
from hub.services.review.localizing import approve_copy, copy, correct, lines, make_copy
from hub.services.review.room import held
from hub.services.review.routes import recipients, set_recipients
from hub.translation.wording import wording
from tests.fakes import FakeMemory, FakeRedactor
from tests.review_kit import ANNA, BEN, CARA, INSPECTOR, LENA, STUDY, drafted, minutes, room

MAX, EVA = Recipient("max@meridian.test", attach=("md",)), Recipient("eva@asterion.test", locale="de", attach=("md",))
HOOK, SHELF = Recipient("partner", Channel.WEBHOOK), Recipient("archive", Channel.DOWNLOAD)


class Engine:
    """Translates by crying out, and is unsure of what is short."""

    fingerprint = "engine#1"

    def supports(self, source: str, target: str) -> bool:
        return target == "de"

    def translate(self, sentences, *, source, target, names=()):
        return [Translation(one.upper(), flags=("a number is missing",) if "late" in one else ()) for one in sentences]


class Out:
    """`Mailer` and `Poster` that keep what they are given, or raise what they were told to."""

    def __init__(self) -> None:
        self.mails, self.posts, self.entered, self.raises = [], [], [], []

    def send(self, mail) -> str:
        self._raise()
        self.mails.append(mail)
        return f"250 {mail.message_id}"

    def post(self, name, kind, data, *, key) -> str:
        self._raise()
        self.posts.append((name, kind, data, key))
        return "HTTP 204"

    def names(self) -> tuple[str, ...]:
        return ("partner",)

    def announce(self, name, message) -> str:
        self._raise()
        self.posts.append((name, message))
        return "Slack message 1.1"

    def enter(self, minutes, protocol, person) -> str:
        self.entered.append((protocol, person, len(minutes.actions)))
        return "1 action became a record"

    def _raise(self) -> None:
        if self.raises:
            raise self.raises.pop(0)


class Anybody:
    def prove(self, principal, proof, *, at) -> str:
        return "password"


@pytest.fixture
def here():
    return room()


@pytest.fixture
def out():
    return Out()


@pytest.fixture
def post(out):
    press = Press(DocumentRenderer(wording=wording), None)
    return Post(press, wording, calendar, out, out, out.enter, "https://hub.test", announcer=out)


def approved(here, **more) -> str:
    card = drafted(here, **more)
    people = [CARA, BEN, ANNA]
    if more.get("unblinding"):
        people = [_unblinded(one) for one in people]
    return signed(here, card.meeting_id, people)


def signed(here, meeting, people) -> str:
    submit(here, people[0], meeting, 1)
    sha256 = version(here, people[0], meeting, 1).sha256
    for who, meaning in ((people[1], Meaning.REVIEW), (people[2], Meaning.APPROVAL)):
        sign(here, Anybody(), who, meeting, 1, sha256=sha256, meaning=meaning, proof=None)
    return meeting


def _unblinded(who):
    return replace(who, grants=tuple(replace(grant, unblinded=True) for grant in who.grants))


def rule(here, *people) -> None:
    revision = recipients(here, STUDY).revision
    set_recipients(here, ANNA, STUDY, people, revision=revision, reason="as planned")


def states(here, meeting) -> dict[str, DispatchState]:
    return {one.recipient.address: one.state for one in dispatches(here, INSPECTOR, meeting, 1)}


def test_approved_minutes_go_to_whom_the_rule_names_and_nothing_goes_twice(here, out, post):
    meeting = approved(here)
    rule(here, MAX, HOOK, SHELF)
    for _ in range(2):
        distribute(here, ANNA, meeting, 1, also=[MAX])
        deliver(here, post)
    assert set(states(here, meeting).values()) == {DispatchState.SENT}
    [mail] = out.mails
    assert (mail.to, mail.subject) == ("max@meridian.test", "Minutes: Weekly call")
    assert "Signed by Ben Okafor and Anna Weber." in mail.text
    assert "delegation log" not in mail.text
    [(name, kind, data, _)] = out.posts
    assert (name, kind, data["signed_by"][0]["name"]) == ("partner", "minutes.approved", "Ben Okafor")
    assert out.entered == [(STUDY, "Anna Weber", 1)]
    assert here.shelf.get(Card, meeting).standing is Standing.DISTRIBUTED
    mailed = next(one for one in dispatches(here, BEN, meeting, 1) if one.recipient == MAX)
    assert mailed.receipt == f"250 {mail.message_id}"


def destroyed_and_made_anew(here, meeting) -> None:
    """Destroy all minutes of a meeting, draft them again a day later and have them signed."""
    destroyed_and_drafted(here, meeting)
    signed(here, meeting, [CARA, BEN, ANNA])


def destroyed_and_drafted(here, meeting) -> None:
    here.clock.now += timedelta(days=1)
    with held(here, meeting, "hub") as work:
        empty(work, RecordClass.MINUTES)
    with held(here, meeting, "hub") as work:
        store_version(work, proposed(minutes(work.card.meeting)), author="hub", reason="drafted by machine")


def test_minutes_made_anew_under_the_number_of_destroyed_ones_go_to_who_got_those_and_once(here, out, post):
    meeting = approved(here)
    rule(here, MAX)
    distribute(here, ANNA, meeting, 1)
    deliver(here, post)
    destroyed_and_made_anew(here, meeting)
    here.clock.now += timedelta(hours=1)
    for _ in range(2):
        sent = distribute(here, ANNA, meeting, 1)
        deliver(here, post)
        assert {one.recipient.address for one in sent} == {MAX.address, "records"}
    first, second = out.mails
    assert first.message_id != second.message_id
    assert second.answers == (first.message_id,)
    assert len(dispatches(here, ANNA, meeting, 1)) == 4


@pytest.mark.parametrize("drafted_only", [True, False])
def test_a_delivery_of_destroyed_minutes_that_failed_is_not_tried_with_those_made_anew(here, out, post, drafted_only):
    meeting = approved(here)
    distribute(here, ANNA, meeting, 1, also=[MAX])
    out.raises = [RejectedError("550 no such user")]
    deliver(here, post)
    [failed] = here.shelf.several(Dispatch, state=DispatchState.FAILED)
    (destroyed_and_drafted if drafted_only else destroyed_and_made_anew)(here, meeting)
    with pytest.raises(StandingError, match="is destroyed"):
        send_again(here, ANNA, meeting, failed.id, reason="the address was mended there")
    assert deliver(here, post) == 0
    assert out.mails == []


def test_a_delivery_that_waits_while_its_minutes_are_destroyed_ends_as_failed_and_the_new_ones_go_once(here, out, post):
    meeting = approved(here)
    distribute(here, ANNA, meeting, 1, also=[MAX])
    out.raises = [RetryableError("away")]
    deliver(here, post)
    destroyed_and_made_anew(here, meeting)
    here.clock.now += timedelta(hours=1)
    distribute(here, ANNA, meeting, 1, also=[MAX])
    deliver(here, post)
    assert len(out.mails) == 1
    [left] = here.shelf.several(Dispatch, state=DispatchState.FAILED)
    assert (left.recipient, "is destroyed" in left.error) == (MAX, True)


def test_records_of_minutes_that_nobody_signed_end_as_failed_and_stop_no_other(here, out, post):
    first, second = approved(here), approved(here)
    distribute(here, ANNA, first, 1)
    here.clock.now += timedelta(minutes=1)
    distribute(here, ANNA, second, 1, also=[MAX])
    destroyed_and_drafted(here, first)
    deliver(here, post)
    assert states(here, first) == {"records": DispatchState.FAILED}
    assert set(states(here, second).values()) == {DispatchState.SENT}
    assert len(out.mails) == 1


def test_an_approval_without_signatures_makes_no_records_and_stops_no_other(here, out, post):
    meeting = approved(here)
    distribute(here, ANNA, meeting, 1, also=[MAX])
    with held(here, meeting, "hub") as work:
        for one in work.unit.several(Signature, meeting_id=meeting):
            work.unit.remove(one)
    deliver(here, post)
    assert states(here, meeting) == {"records": DispatchState.FAILED, MAX.address: DispatchState.SENT}


def test_what_an_earlier_release_has_sent_goes_no_second_time(here, out, post):
    meeting = approved(here)
    with held(here, meeting, "hub") as work:
        key = dispatch_id(meeting, 1, MAX)
        work.unit.add(Dispatch(key, meeting, 1, MAX, "anna", work.at, DispatchState.SENT))
    distribute(here, ANNA, meeting, 1, also=[MAX])
    deliver(here, post)
    assert out.mails == []


def test_actions_that_became_no_records_are_not_said_to_be_sent(here, out, post):
    meeting = approved(here)
    distribute(here, ANNA, meeting, 1)
    deliver(here, replace(post, enter_records=lambda *_: f"{NOT_ENTERED}no agreement in force"))
    [kept] = dispatches(here, ANNA, meeting, 1)
    assert (kept.stayed, kept.receipt) == (True, "not entered: no agreement in force")
    assert not replace(kept, receipt="1 actions became records of the hub").stayed


def test_an_approval_has_the_languages_translated_that_readers_need(here):
    meeting, asked = approved(here), []
    rule(here, MAX, EVA)
    card = here.shelf.get(Card, meeting)
    assert needing.lacking(here, card) == [needing.Lacking("de", None)]

    def submit_job(kind, argument, **_):
        asked.append(Job("j1", kind, "u", argument, here.clock()))
        return asked[-1]

    needing.ask(here, submit_job, ANNA, card)
    done = needing.run(here, lambda _study: Engine(), None, asked[0], lambda *_: None)
    assert done == {"meeting": meeting, "made": ["de"]}
    assert copy(here, LENA, meeting, 1, "de").state is CopyState.DRAFT
    assert needing.lacking(here, card) == [needing.Lacking("de", CopyState.DRAFT)]
    assert needing.ask(here, submit_job, ANNA, card) is None


def test_the_calendar_holds_the_actions_by_their_day_and_keeps_their_names(here, out, post):
    meeting = approved(here)
    distribute(here, ANNA, meeting, 1, also=[MAX])
    deliver(here, post)
    file = out.mails[0].attachments[-1]
    [event] = Calendar.from_ical(file.content).walk("VEVENT")
    assert (str(event["uid"]), event.decoded("dtstart").isoformat()) == (f"{meeting}/a1@liaison-hub", "2026-06-05")
    assert event.decoded("sequence") == 1


def test_minutes_that_are_not_approved_go_nowhere(here):
    meeting = drafted(here).meeting_id
    with pytest.raises(StandingError, match="not approved"):
        distribute(here, ANNA, meeting, 1, also=[MAX])
    with pytest.raises(RefusedError):
        distribute(here, CARA, meeting, 1)


def test_what_would_unblind_goes_only_to_who_may_know(here, post, out):
    meeting = approved(here, unblinding=True)
    unblinded = replace(MAX, address="unblinded@meridian.test", unblinded=True)
    distribute(here, _unblinded(ANNA), meeting, 1, also=[MAX, unblinded])
    deliver(here, post)
    assert [mail.to for mail in out.mails] == ["unblinded@meridian.test"]


def test_an_outage_is_waited_out_and_a_refusal_is_shown(here, out, post):
    meeting = approved(here)
    rule(here, MAX, HOOK)
    distribute(here, ANNA, meeting, 1)
    out.raises = [RetryableError("away"), RejectedError("550 no such user")]
    deliver(here, post)
    assert sorted(states(here, meeting).values()) == ["failed", "sent", "waiting"]
    assert deliver(here, post) == 0
    [(_, failed)] = home(here, ANNA).failed
    assert failed.error == "550 no such user"
    here.clock.now += timedelta(seconds=WAITS_S[0])
    deliver(here, post)
    send_again(here, ANNA, meeting, failed.id, reason="the address was mended there")
    deliver(here, post)
    assert set(states(here, meeting).values()) == {DispatchState.SENT}
    assert len(out.mails) + len(out.posts) == 2


def test_an_outage_without_end_is_given_up(here, out, post):
    meeting = approved(here)
    distribute(here, ANNA, meeting, 1, also=[MAX])
    for wait_s in (0, *WAITS_S):
        out.raises = [RetryableError("away")]
        here.clock.now += timedelta(seconds=wait_s)
        deliver(here, post)
    [one] = [one for one in dispatches(here, BEN, meeting, 1) if one.recipient == MAX]
    assert (one.state, one.error) == (DispatchState.FAILED, "given up: away")


@pytest.mark.parametrize(("recipient", "state"), [(MAX, DispatchState.FAILED), (HOOK, DispatchState.SENT)])
def test_after_a_crash_in_between_a_mail_waits_for_a_person_and_a_webhook_goes_again(here, out, post, recipient, state):
    meeting = approved(here)
    distribute(here, ANNA, meeting, 1, also=[recipient])
    out.raises = [KeyboardInterrupt()]
    with suppress(KeyboardInterrupt):
        deliver(here, post)
    with suppress(KeyboardInterrupt):  # of the two deliveries, the records may have come first
        deliver(here, post)
    assert out.mails == out.posts == []
    here.clock.now += timedelta(minutes=11)
    deliver(here, post)
    deliver(here, post)
    assert states(here, meeting)[recipient.address] is state
    assert (len(out.mails), len(out.posts)) == (0, 1 if recipient is HOOK else 0)


def test_a_recipient_in_another_language_waits_for_the_liaisons_copy(here, out, post):
    meeting = approved(here)
    rule(here, EVA)
    with pytest.raises(StandingError, match="has not been made"):
        distribute(here, ANNA, meeting, 1)
    made = make_copy(here, Engine(), LENA, meeting, 1, "de")
    with pytest.raises(StandingError, match="not approved yet"):
        distribute(here, ANNA, meeting, 1)
    with pytest.raises(StandingError, match="risks"):
        approve_copy(here, LENA, meeting, 1, "de", revision=made.revision)
    text = "Das Vergleichspräparat kommt vielleicht zu spät"
    after = correct(here, LENA, meeting, 1, "de", "risks[0].text", text, revision=1)
    with pytest.raises(StaleError):
        correct(here, LENA, meeting, 1, "de", "summary[0]", "Es bleibt dabei.", revision=1)
    memory = FakeMemory()
    approve_copy(here, LENA, meeting, 1, "de", revision=after.revision, memory=memory)
    learned = {one.source: one.target for one in memory.approved(Pair("en", "de"), study=STUDY)}
    assert learned["The comparator may arrive late"] == text
    distribute(here, ANNA, meeting, 1)
    deliver(here, post)
    [mail] = out.mails
    assert (mail.language, mail.subject) == ("de", "Protokoll: Weekly call")
    shown = export(here, post.press, BEN, meeting, 1, format="md", locale="de").decode()
    assert text in shown
    assert "Ben Okafor" in shown


def _masked(minutes, *, unblinded=False):
    def swap(item):
        return replace(item, text=f"S-1103: {item.text}")

    return redact_minutes(
        replace(minutes, actions=tuple(map(swap, minutes.actions))), redactor=FakeRedactor(), audience=Audience.BLINDED
    )


def test_what_goes_to_people_and_systems_is_masked_and_the_original_stays(here, out, post):
    meeting = approved(here)
    rule(here, HOOK, SHELF, replace(MAX, attach=("md",), name="Meier, Max", locale="en"))
    distribute(here, ANNA, meeting, 1)
    deliver(here, replace(post, mask=_masked))
    sent = [out.mails[0].attachments[0].content.decode(), str(out.posts[0][2])]
    assert out.mails[0].text.startswith("Dear Max Meier,")
    assert "replaced by placeholders in this copy" in sent[0]
    assert all("SUBJECT 1" in text and "S-1103" not in text for text in sent)
    assert "SUBJECT 1" not in export(here, post.press, BEN, meeting, 1, format="md").decode()


def test_a_copy_is_made_of_the_masked_text_and_shown_beside_it(here):
    meeting = drafted(here).meeting_id
    made = make_copy(here, Engine(), LENA, meeting, 1, "de", mask=_masked)
    shown = {line.field: line for line in lines(here, LENA, meeting, 1, "de")}
    assert shown["actions[0].text"].source.startswith("[SUBJECT 1]: ")
    assert "S-1103" not in str(made.minutes)


def test_source_and_copy_stand_side_by_side_with_what_to_check(here):
    meeting = drafted(here).meeting_id
    make_copy(here, Engine(), LENA, meeting, 1, "de")
    shown = {line.field: line for line in lines(here, LENA, meeting, 1, "de")}
    assert shown["risks[0].text"].flags == ("a number is missing",)
    assert shown["actions[0].text"].source == "Send the delegation log to the site"
    assert shown["actions[0].text"].translation == "SEND THE DELEGATION LOG TO THE SITE"
    assert [one.locale for _, one in home(here, LENA).copies] == ["de"]


def test_copies_of_a_wrong_kind_or_by_the_wrong_person_are_refused(here):
    meeting = drafted(here).meeting_id
    for locale in ("tlh", "en"):
        with pytest.raises(UsageError):
            make_copy(here, Engine(), LENA, meeting, 1, locale)
    with pytest.raises(RefusedError):
        make_copy(here, Engine(), CARA, meeting, 1, "de")
    made = make_copy(here, Engine(), LENA, meeting, 1, "de")
    for field in ("actions[9].text", "actions[0].id", "x"):
        with pytest.raises(MissingError):
            correct(here, LENA, meeting, 1, "de", field, "text", revision=made.revision)
    assert copy(here, BEN, meeting, 1, "de").state is CopyState.DRAFT


def test_without_a_mail_server_the_failure_says_so(here, post):
    meeting = approved(here)
    distribute(here, ANNA, meeting, 1, also=[MAX])
    deliver(here, replace(post, mailer=None))
    assert "HUB_SMTP_HOST" in here.shelf.several(Dispatch, state=DispatchState.FAILED)[0].error


def test_recipients_stand_once_and_outdated_rules_are_not_overwritten(here):
    drafted(here)
    with pytest.raises(UsageError):
        rule(here, MAX, replace(MAX, name="again"))
    rule(here, MAX)
    with pytest.raises(StaleError):
        set_recipients(here, ANNA, STUDY, [], revision=0, reason="x")


def test_a_chat_is_told_that_minutes_are_approved_and_no_word_of_them(here, out, post):
    meeting = approved(here)
    rule(here, Recipient("study-channel", Channel.CHAT))
    distribute(here, ANNA, meeting, 1)
    deliver(here, post)
    [(name, message)] = out.posts
    assert (name, message.title) == ("study-channel", "Minutes: Weekly call")
    assert message.link == f"https://hub.test/meetings/{meeting}"
    assert any("Decisions: 1" in line for line in message.lines)
    assert "delegation log" not in str(message)
    assert states(here, meeting)["study-channel"] is DispatchState.SENT


def test_where_the_hub_stopped_while_a_chat_was_told_a_person_decides(here, out, post):
    meeting = approved(here)
    rule(here, Recipient("study-channel", Channel.CHAT))
    distribute(here, ANNA, meeting, 1)
    out.raises.append(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        deliver(here, post)
    here.clock.now += timedelta(hours=1)
    deliver(here, post)
    assert out.posts == []
    assert states(here, meeting)["study-channel"] is DispatchState.FAILED
