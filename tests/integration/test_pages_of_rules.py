"""Pages that change rules and records, by form and without script: study rules, retention, identities, comments."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

import pytest
from fastapi.testclient import TestClient

from hub.domain.cards import Card, Standing
from hub.domain.people import Role
from hub.domain.retention import RecordClass, ends_at
from hub.services.review import retention, routes
from hub.services.review.room import held
from tests.people import PASSWORD, Clock, granted, person, quick_hub, served
from tests.review_kit import AT, STUDY, drafted
from tests.world import CRO, SPONSOR, World, furnish
from tests.world import STUDY as ATLAS

PM, ADA, BOB, AUD = "pm@cro.example", "ada@hub.example", "bob@hub.example", "aud@hub.example"


@pytest.fixture
def world(home: Path) -> Iterator[World]:
    del home
    made = furnish(quick_hub(clock=Clock(AT)))
    person(made.hub, PM, granted(Role.PROJECT_MANAGER, CRO), organization=CRO, name="Petra Maas")
    duties = (Role.ADMINISTRATOR, Role.INTEGRATION_ENGINEER)
    person(made.hub, ADA, *(granted(one, "*") for one in duties), name="Ada Byron")
    person(made.hub, BOB, granted(Role.ADMINISTRATOR, "*"), name="Bob Lund")
    person(made.hub, AUD, granted(Role.AUDITOR, "*"), name="Audrey Lane")
    yield made
    made.hub.close()


@pytest.fixture
def browser(world: World) -> Iterator[TestClient]:
    with served(world.hub) as client:
        client.follow_redirects = False
        yield client


def come(browser: TestClient, who: str) -> None:
    browser.cookies.clear()
    browser.post("/sign-in", data={"email": who, "password": PASSWORD})


def send(browser: TestClient, source: str, address: str, /, **fields: object) -> int:
    """Send a form with the token of the page *source*; return the status."""
    csrf = re.search(r'name="csrf" value="([0-9a-f]+)"', browser.get(source).text)
    assert csrf, source
    return browser.post(address, data={"csrf": csrf[1], **fields}).status_code


def test_the_route_of_a_study_is_set_from_its_page(browser: TestClient, world: World) -> None:
    come(browser, PM)
    page = f"/rules/{ATLAS}"
    assert ATLAS in browser.get("/rules").text
    rows = {
        "rows": "2", "revision": "0", "ordered": "yes", "reason": "as the plan says",
        "meaning-0": "review", "quorum-0": "2", "role-0": ["reviewer", "project_manager"],
        "meaning-1": "approval", "quorum-1": "1", "people-1": "peter@helios.example", "organization-1": SPONSOR,
    }  # fmt: skip
    assert send(browser, page, f"{page}/route", **rows) == 303
    first, last = routes.route(world.hub.room, ATLAS).steps
    assert (first.quorum, set(first.roles)) == (2, {"reviewer", "project_manager"})
    assert (last.people, last.organization) == (("peter@helios.example",), SPONSOR)
    assert 'value="peter@helios.example"' in browser.get(page).text
    assert send(browser, page, f"{page}/route", **rows) == 412, "somebody else has set it meanwhile"
    assert send(browser, page, f"{page}/route", **(rows | {"revision": "1", "quorum-0": "many"})) == 422


def test_recipients_are_set_with_their_language_and_taken_out_by_an_empty_address(
    browser: TestClient, world: World
) -> None:
    come(browser, PM)
    page = f"/rules/{ATLAS}"
    one = {
        "rows": "1", "revision": "0", "reason": "new liaison", "address-0": "maria@helios.example", "name-0": "María",
        "channel-0": "mail", "locale-0": "es", "attach-0": ["pdf", "docx"], "calendar-0": "yes",
    }  # fmt: skip
    assert send(browser, page, f"{page}/recipients", **one) == 303
    [kept] = routes.recipients(world.hub.room, ATLAS).recipients
    assert (kept.locale, kept.attach, kept.calendar, kept.unblinded) == ("es", ("pdf", "docx"), True, False)
    assert send(browser, page, f"{page}/recipients", **(one | {"revision": "1", "address-0": ""})) == 303
    assert routes.recipients(world.hub.room, ATLAS).recipients == ()
    come(browser, AUD)
    assert '<button class="primary">' not in browser.get(page).text
    assert browser.get("/rules/BOREAS-1").status_code == 200, "an auditor of every organization"


@pytest.fixture
def old(world: World) -> str:
    """A meeting with a transcript."""
    return drafted(world.hub.room).meeting_id


def test_a_period_a_hold_and_a_destruction_by_two_people_from_the_page(
    browser: TestClient, world: World, old: str
) -> None:
    hub, page = world.hub, "/administration/retention"
    come(browser, ADA)
    kept = {"study": STUDY, "record_class": "transcript", "months": "1", "revision": "0", "reason": "as agreed"}
    assert send(browser, page, f"{page}/periods", **kept) == 303
    assert retention.period(hub.room, RecordClass.TRANSCRIPT, STUDY).months == 1
    hub.clock.now = ends_at(AT, 1) + timedelta(days=40)
    come(browser, ADA)
    assert old in browser.get(page).text
    assert send(browser, page, f"{page}/holds", study=STUDY, meeting="", reason="an inspection is announced") == 303
    shown = browser.get(page).text
    assert "an inspection is announced" in shown
    assert f'value="{old}"' not in shown, "what is held is not offered for destruction"
    [hold] = re.findall(rf"{page}/holds/([\w-]+)", shown)
    assert send(browser, page, f"{page}/holds/{hold}", reason="closed") == 303
    asked = {"meeting": old, "record_class": "transcript", "reason": "its period is over"}
    assert send(browser, page, f"{page}/destructions", **asked) == 303
    assert "Another person has to approve it." in browser.get(page).text
    decided = asked | {"do": "approve", "reason": "checked"}
    assert send(browser, page, f"{page}/destructions/decide", **decided) == 409, "not by who asked"
    come(browser, BOB)
    assert send(browser, page, f"{page}/destructions/decide", **decided) == 303
    [address] = re.findall(rf'{page}/certificates/[^"]+', browser.get(page).text)
    told = browser.get(address).json()
    assert set(told) == {"certificate", "signature", "key"}
    assert old in told["certificate"]
    with hub.room.shelf.reading() as unit:
        assert unit.get(Card, old) is not None
    come(browser, PM)
    assert browser.get(page).status_code == 403
    assert browser.get(address).status_code == 403


def test_a_pair_is_looked_at_and_merged_and_what_a_system_holds_is_split_off_again(
    browser: TestClient, world: World
) -> None:
    come(browser, PM)
    pair = world.ids["identities"]
    assert "Protocol number" in browser.get("/sync/identities").text
    assert "ctms: xs2" in browser.get(f"/sync/identities/{pair}").text
    told = {"do": "confirm", "keep": "s1", "reason": "entered twice"}
    assert send(browser, f"/sync/identities/{pair}", f"/sync/identities/{pair}", **told) == 303
    record = browser.get("/sync/records/s1").text
    assert "entered twice" in record
    assert "Held twice now" in record
    assert (
        send(browser, "/sync/records/s1", "/sync/records/s1/split", off=["ctms xs2", "vault xs2"], reason="no") == 303
    )
    assert "Held twice now" in browser.get("/sync/records/s1").text, "the history stays"
    assert [one.action for one in world.hub.sync.identities.turns(record="s1")] == ["split", "merge"]
    assert send(browser, "/sync/records/s1", "/sync/records/s1/merge", gone="r2", reason="x") == 404, "a stranger's"
    come(browser, ADA)
    assert send(browser, "/sync/identities", "/sync/identities") == 303
    assert "Look for pairs" in browser.get("/sync/runs").text


def test_who_ticks_a_role_says_it_is_needed_and_the_rest_stands_in_the_record(
    browser: TestClient, world: World
) -> None:
    come(browser, ADA)
    page = browser.get("/administration/access-review").text
    seen = re.findall(r'name="seen" value="([\w-]+)"', page)
    assert len(seen) >= 5
    told = {"seen": seen, "needed": seen[1:], "findings": "one is not used any more"}
    assert send(browser, "/administration/access-review", "/administration/access-review", **told) == 303
    after = browser.get("/administration/access-review").text
    assert "1 role not confirmed" in after
    assert after.count("✓ ") == len(seen) - 1
    held = [kept.entry for kept in world.hub.audit.entries() if kept.entry.kind == "access review"]
    assert ADA in held[0].actor


def test_a_comment_on_an_item_is_answered_by_an_editor(browser: TestClient, world: World) -> None:
    hub = world.hub
    meeting = drafted(hub.room)
    with held(hub.room, meeting.meeting_id, "hub") as work:
        work.change(standing=Standing.DRAFT)
    person(hub, "carl@meridian.test", granted(Role.PROJECT_MANAGER, meeting.organizations[0]), name="Carl Weiss")
    come(browser, "carl@meridian.test")
    page = f"/meetings/{meeting.meeting_id}"
    said = {"version": str(meeting.version), "item": "a1", "text": "Which of the two forms?"}
    assert send(browser, page, f"{page}/remarks", **said) == 303
    shown = browser.get(page).text
    assert "Which of the two forms?" in shown
    [remark] = re.findall(rf"{page}/remarks/([\w-]+)", shown)
    assert send(browser, page, f"{page}/remarks/{remark}", item="a1") == 303
    assert f"{page}/remarks/{remark}" not in browser.get(page).text
    assert send(browser, page, f"{page}/redraft") == 303
    assert browser.post(f"{page}/remarks", data=said).status_code == 403, "without the form's token"


def test_kinds_and_fields_are_in_the_readers_words(browser: TestClient, world: World) -> None:
    come(browser, AUD)
    shown = browser.get("/audit?kind=site").text
    assert "Site: <span" in shown
    assert 'title="site name"' in shown
    page = browser.get("/sync/conflicts/d1").text
    assert "Site: Name" in page


def test_a_field_is_found_in_the_trail_where_its_first_value_came_with_others(
    browser: TestClient, world: World
) -> None:
    come(browser, AUD)
    shown = browser.get("/audit?field=name").text
    assert shown.count('title="site name"') >= 2
    assert "Riverside" in shown
    assert "treatment_arm" not in shown
    [box] = re.findall(r'<input[^>]*name="field"[^>]*>', shown)
    assert 'value="name"' in box


def test_a_search_of_the_trail_that_ends_before_its_beginning_goes_on_from_there(
    browser: TestClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    come(browser, AUD)
    monkeypatch.setattr(world.hub.trail, "_span", 2)
    shown = browser.get("/audit?kind=nothing").text
    assert "Nothing fits among the newer entries" in shown
    for _ in range(500):
        if (onward := re.search(r'href="([^"]*before=\d+[^"]*)"', shown)) is None:
            break
        shown = browser.get(urljoin("/audit", unescape(onward[1]))).text
    assert "Nothing fits this search" in shown
