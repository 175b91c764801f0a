"""The pages of a meeting, by form: who speaks in a passage, what counts, days that changed, a translation's way."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from lxml import html

from hub.bootstrap import Hub
from hub.domain.cards import Card, Standing
from hub.domain.distribution import DistributionRule, Recipient
from hub.domain.edits import Correct, Reject
from hub.domain.people import Principal, Role
from hub.domain.retention import Destruction, DestructionState, RecordClass
from hub.domain.transcript import Segment
from hub.ports.browsing import Wanted
from hub.services.review import approving, editing, speakers
from hub.services.review.room import held
from tests.people import PASSWORD, Clock, granted, person, quick_hub, served
from tests.review_kit import AT, drafted

CARL = "carl@meridian.test"


@pytest.fixture
def hub(home: Path) -> Iterator[Hub]:
    del home
    made = quick_hub(clock=Clock(AT))
    yield made
    made.close()


@pytest.fixture
def card(hub: Hub) -> Card:
    made = drafted(hub.room)
    with held(hub.room, made.meeting_id, "hub") as work:
        work.change(standing=Standing.DRAFT)
    duties = (Role.PROJECT_MANAGER, Role.LIAISON)
    person(hub, CARL, *(granted(one, made.organizations[0]) for one in duties), name="Carl Weiss")
    return made


@pytest.fixture
def browser(hub: Hub, card: Card) -> Iterator[TestClient]:
    del card
    with served(hub) as client:
        client.post("/sign-in", data={"email": CARL, "password": PASSWORD})
        yield client


def carl(hub: Hub, card: Card) -> Principal:
    account = hub.desk.accounts.named(email=CARL)
    assert account
    return Principal(account.user, (granted(Role.PROJECT_MANAGER, card.organizations[0]),), "s")


def send(browser: TestClient, source: str, address: str, /, **fields: object) -> tuple[int, str]:
    """Send a form with the hidden fields of the one of the page *source* that goes there; return status and page."""
    [form] = html.fromstring(browser.get(source).text).xpath(f"//form[@action='{address}']")
    hidden = {one.get("name"): one.get("value") for one in form.xpath(".//input[@type='hidden']")}
    answer = browser.post(address, data=hidden | fields)
    return answer.status_code, answer.text


def test_two_voices_that_were_made_one_are_told_apart_again(hub: Hub, card: Card, browser: TestClient) -> None:
    page, who = f"/meetings/{card.meeting_id}", carl(hub, card)
    before = speakers.transcript(hub.room, who, card.meeting_id)
    one, other = list(dict.fromkeys(each.speaker for each in before.transcript.segments if each.speaker))[:2]
    speakers.name_speakers(hub.room, who, card.meeting_id, {other: one}, revision=before.revision)
    theirs = next(each.id for each in before.transcript.segments if each.speaker == other)
    status, shown = send(browser, page, f"{page}/speakers/passage", passage=theirs, speaker=other)
    assert status == 200, shown
    [line] = html.fromstring(shown).xpath(f"//li[@id='{theirs}']")
    assert other in line.text_content()
    status, shown = send(browser, page, f"{page}/speakers/passage", passage="s999", speaker=other)
    assert (status, "choose a passage of the transcript" in shown) == (422, True)


def test_voices_are_named_without_a_reason_until_the_minutes_were_sent_round(
    hub: Hub, card: Card, browser: TestClient
) -> None:
    page, who = f"/meetings/{card.meeting_id}/speakers", carl(hub, card)

    def asks() -> list[html.HtmlElement]:
        form = f"//form[@action='{page}']"
        return html.fromstring(browser.get(page).text).xpath(f"{form}//input[@name='reason']")

    assert asks() == []
    assert send(browser, page, page, old="Speaker 2", new="Ben Okafor")[0] == 200
    revision = editing.current(hub.room, who, card.meeting_id).revision
    editing.keep_version(hub.room, who, card.meeting_id, revision=revision, reason="named")
    approving.submit(hub.room, who, card.meeting_id, 2)
    assert [one.get("required") is not None for one in asks()] == [True]
    status, shown = send(browser, page, page, old="Ben Okafor", new="Bo Okafor")
    assert (status, "say why they are changed" in shown) == (422, True)
    assert "Bo Okafor" not in {one.speaker for one in _spoken(hub, who, card)}
    assert send(browser, page, page, old="Ben Okafor", new="Bo Okafor", reason="Bo signs as Bo")[0] == 200
    assert "Bo Okafor" in {one.speaker for one in _spoken(hub, who, card)}
    [line] = [one for _, one, _ in hub.browser.trail(Wanted(field="speaker"), before=None, limit=9) if "Bo " in one.new]
    assert (line.reason, line.actor) == ("Bo signs as Bo", CARL)


def _spoken(hub: Hub, who: Principal, card: Card) -> tuple[Segment, ...]:
    return speakers.transcript(hub.room, who, card.meeting_id).transcript.segments


def test_a_passage_far_on_is_shown_again_and_signed_minutes_ask_why(hub: Hub, card: Card, browser: TestClient) -> None:
    page, who = f"/meetings/{card.meeting_id}", carl(hub, card)
    with held(hub.room, card.meeting_id, "hub") as work:
        kept = editing.transcript_of(work.unit, card.meeting_id)
        more = tuple(Segment(f"x{n}", "Anna Weber", 20.0 + n, 20.5 + n, "Yes.") for n in range(150))
        spoken = replace(kept.transcript, segments=(*kept.transcript.segments, *more))
        work.unit.put(replace(kept, transcript=spoken))
    status, shown = send(browser, page, f"{page}/speakers/passage", passage="x149", speaker="Speaker 2")
    [line] = html.fromstring(shown).xpath("//li[@id='x149']")
    assert (status, "Speaker 2" in line.text_content()) == (200, True)
    assert not html.fromstring(shown).xpath("//form[contains(@action, '/passage')]//input[@name='reason']")
    approving.submit(hub.room, who, card.meeting_id, 1)
    asks = html.fromstring(browser.get(page).text).xpath("//form[contains(@action, '/passage')]//input[@name='reason']")
    assert len(asks) == 1
    status, _ = send(browser, page, f"{page}/speakers/passage", passage="x1", speaker="Ben Okafor")
    assert status == 422
    why = {"passage": "x1", "speaker": "Ben Okafor", "reason": "it was Ben"}
    assert send(browser, page, f"{page}/speakers/passage", **why)[0] == 200


def test_what_was_rejected_does_not_count_and_a_day_reads_as_elsewhere(
    hub: Hub, card: Card, browser: TestClient
) -> None:
    page, who = f"/meetings/{card.meeting_id}", carl(hub, card)
    steps = [Correct("a1", {"due": date(2026, 7, 1)}), Reject("d1")]
    revision = editing.current(hub.room, who, card.meeting_id).revision
    draft = editing.edit(hub.room, who, card.meeting_id, steps, revision=revision, reason="said in jest")
    counted = html.fromstring(browser.get(page).text).xpath("//h3[@id='decisions-heading']")[0].text_content()
    assert counted.split() == ["Decisions", "0"]
    editing.keep_version(hub.room, who, card.meeting_id, revision=draft.revision, reason="corrected")
    shown = html.fromstring(browser.get(f"{page}/versions").text)
    [row] = [one for one in shown.xpath("//tr") if "Due" in one.text_content()]
    assert "1 Jul 2026" in row.text_content()
    assert not re.search(r"\d{4}-\d\d", row.text_content())


def test_the_distribution_page_says_who_waits_for_which_language_and_has_it_translated(
    hub: Hub, card: Card, browser: TestClient
) -> None:
    page = f"/meetings/{card.meeting_id}/distribution"
    with hub.room.shelf.writing() as unit:
        unit.put(DistributionRule(card.study or "", (Recipient("eva@asterion.test", locale="ja"),)))
    assert "they are not translated yet" in browser.get(page).text
    status, _ = send(browser, page, f"/meetings/{card.meeting_id}/languages")
    assert status == 200
    assert "waits until the translation is approved" in browser.get(page).text


def test_the_distribution_page_says_that_minutes_were_destroyed_or_not_made(
    hub: Hub, card: Card, browser: TestClient
) -> None:
    page = f"/meetings/{card.meeting_id}/distribution"
    with held(hub.room, card.meeting_id, "hub") as work:
        work.change(standing=Standing.EMPTY, version=0)
    assert "There are no minutes yet." in browser.get(page).text
    gone = Destruction("d1", card.meeting_id, RecordClass.MINUTES, "over", "a", AT, DestructionState.DONE)
    with hub.room.shelf.writing() as unit:
        unit.put(gone)
    shown = browser.get(page).text
    assert "The minutes were destroyed after their period." in shown
    assert "once they are approved" not in shown


def test_a_translation_is_asked_for_and_says_what_its_approval_waits_for(card: Card, browser: TestClient) -> None:
    page = f"/meetings/{card.meeting_id}/languages"
    assert "Choose a language below" in browser.get(page).text
    status, shown = send(browser, page, page, locale="ja")
    assert status == 200
    assert "once each of them was corrected or confirmed" in shown
    assert "Approve the translation" not in shown
