"""The frame of the pages: signing in, errors as pages, languages, and what no page may hold."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from hub.bootstrap import Hub
from hub.domain.people import Principal, Role
from hub.services.review.meetings import About, open_meeting
from hub.web.pages import HERE
from hub.web.reader import locale_of, zone_of
from tests.people import PASSWORD, granted, person, quick_hub, served

ANNA = {"email": "anna@cro.example", "password": PASSWORD}


@pytest.fixture
def hub(home: Path) -> Hub:
    del home
    hub = quick_hub()
    person(hub, ANNA["email"], granted(Role.PROJECT_MANAGER), name="Anna Weber")
    return hub


@pytest.fixture
def browser(hub: Hub) -> Iterator[TestClient]:
    with served(hub) as client:
        client.follow_redirects = False
        yield client


def test_who_is_not_signed_in_is_asked_to_and_comes_back_to_the_page(browser: TestClient) -> None:
    asked = browser.get("/sync?x=1")
    assert (asked.status_code, asked.headers["location"]) == (303, "/sign-in?next=/sync%3Fx%3D1")
    came = browser.post("/sign-in", data=ANNA | {"next": "/sync?x=1"})
    assert (came.status_code, came.headers["location"]) == (303, "/sync?x=1")
    assert "Anna Weber" in browser.get("/sync").text


@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nX: y"])
def test_nobody_is_sent_elsewhere_after_signing_in(browser: TestClient, elsewhere: str) -> None:
    assert browser.post("/sign-in", data=ANNA | {"next": elsewhere}).headers["location"] == "/"


def test_a_wrong_password_says_nothing_of_what_was_wrong(browser: TestClient) -> None:
    wrong = browser.post("/sign-in", data=ANNA | {"password": "not this one"})
    nobody = browser.post("/sign-in", data={"email": "nobody@cro.example", "password": "not this one"})
    said = "Address, password or code is wrong"
    assert (wrong.status_code, nobody.status_code) == (401, 401)
    assert said in wrong.text
    assert said in nobody.text


def test_a_form_without_the_sessions_token_is_refused_and_with_it_ends_the_session(browser: TestClient) -> None:
    browser.post("/sign-in", data=ANNA)
    assert browser.post("/sign-out").status_code == 403
    csrf = re.search(r'name="csrf" value="([0-9a-f]+)"', browser.get("/sync").text)
    assert csrf
    assert browser.post("/sign-out", data={"csrf": csrf[1]}).headers["location"] == "/sign-in?done=out"
    assert browser.get("/sync").status_code == 303


def test_errors_are_pages_for_people_and_problems_for_programs(browser: TestClient) -> None:
    page = browser.get("/nowhere", headers={"accept-language": "de-CH,en;q=0.5"})
    assert page.status_code == 404
    assert 'lang="de"' in page.text
    assert browser.get("/nowhere", headers={"accept": "application/json"}).json()["status"] == 404
    assert browser.get("/api/v1/session").headers["content-type"] == "application/problem+json"


def test_a_page_before_sign_in_is_in_the_language_that_was_chosen_on_it(browser: TestClient) -> None:
    browser.post("/locale", data={"locale": "ar", "next": "/sign-in"})
    page = browser.get("/sign-in").text
    assert '<html lang="ar" dir="rtl">' in page
    assert "تسجيل الدخول" in page


def test_no_page_holds_script_or_style_within_itself() -> None:
    for template in (HERE / "templates").glob("*.html"):
        text = template.read_text(encoding="utf-8")
        assert not re.search(r"<[^>{]*\s(style|on[a-z]+)=|<style|javascript:", text), template.name
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), template.name


def test_locale_and_zone_of_a_reader_fall_back_to_what_there_is() -> None:
    assert locale_of("pt;q=0.8, fr-CA;q=0.9, x") == "fr"
    assert locale_of("zh-TW") == "zh-Hans"
    assert locale_of(";;q=,") == "en"
    assert zone_of("Mars/Olympus").key == "UTC"


def test_the_trail_about_minutes_is_for_those_whose_meeting_it_is(home: Path) -> None:
    del home
    hub = quick_hub()
    manager = person(hub, "anna@cro.example", granted(Role.PROJECT_MANAGER), granted(Role.AUDITOR))
    person(hub, "zoe@other.example", granted(Role.AUDITOR, "Other Research"), organization="Other Research")
    grants = tuple(one.grant for one in hub.desk.accounts.held(manager.id))
    open_meeting(hub.room, Principal(manager, grants, "s"), About("Weekly call", ("Meridian CRO",)))
    with served(hub) as client:
        seen = {}
        for who in ("anna@cro.example", "zoe@other.example"):
            client.post("/sign-in", data={"email": who, "password": PASSWORD})
            seen[who] = client.get("/audit?kind=meeting").text
    assert "Weekly call" in seen["anna@cro.example"]
    assert "Weekly call" not in seen["zoe@other.example"]


def test_a_review_of_the_trail_is_a_record_in_it(browser: TestClient, hub: Hub) -> None:
    person(hub, "aud@cro.example", granted(Role.AUDITOR))
    browser.post("/sign-in", data={"email": "aud@cro.example", "password": PASSWORD})
    csrf = re.search(r'name="csrf" value="([0-9a-f]+)"', browser.get("/audit/reviews").text)
    assert csrf
    told = {"since": "2026-05-01", "until": "2026-05-31", "scope": "signatures", "findings": "Nothing to object to"}
    assert browser.post("/audit/reviews", data={"csrf": csrf[1], **told}).status_code == 303
    assert "Nothing to object to" in browser.get("/audit/reviews").text
    assert "audit review" in browser.get("/audit").text
