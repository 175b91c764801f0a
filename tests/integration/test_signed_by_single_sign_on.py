"""Minutes signed in the page by somebody who has no password here: sent to the provider, and back to sign."""

import re
from urllib.parse import urlsplit

import httpx2
import pytest

from hub.domain.people import Role
from hub.services.oversight import releases
from hub.services.review.approving import submit
from tests.identity_provider import SECRET, provided
from tests.people import Clock, granted, person, quick_hub, served
from tests.review_kit import CARA, STUDY, drafted

ANNA = "anna@cro.example"


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def provider(clock):
    with provided(lambda: clock().timestamp()) as provider:
        yield provider


@pytest.fixture
def hub(home, clock, provider):
    return quick_hub(clock=clock, oidc_issuer=provider.issuer, oidc_client_secret=SECRET)


@pytest.fixture
def browser(hub):
    with served(hub) as client:
        client.follow_redirects = False
        yield client


def through(browser, address):
    begun = browser.get(address)
    with httpx2.Client() as elsewhere:
        back = urlsplit(elsewhere.get(begun.headers["location"]).headers["location"])
    return browser.get(f"{back.path}?{back.query}")


def link(page, part):
    found = re.search(rf'href="(/api/v1/session/sso[^"]*{part}[^"]*)"', page.text)
    return found[1].replace("&amp;", "&") if found else None


def test_a_signature_by_a_fresh_sign_in_at_the_provider(browser, hub, clock):
    person(
        hub, ANNA, granted(Role.PROJECT_MANAGER, "Meridian", study=STUDY), organization="Meridian", name="Anna Weber"
    )
    card = drafted(hub.room)
    submit(hub.room, CARA, card.meeting_id, 1)
    page = f"/meetings/{card.meeting_id}/sign"
    came = through(browser, link(browser.get("/sign-in", params={"next": page}), "then"))
    assert (came.status_code, came.headers["location"]) == (303, page)
    clock.pass_on(minutes=10)

    shown = browser.get(page)
    assert 'name="password"' not in shown.text
    assert 'name="step_up"' not in shown.text, "nothing was proved anew yet"
    csrf, sha256 = (re.search(rf'name="{name}" value="(\w+)"', shown.text)[1] for name in ("csrf", "sha256"))
    form = {"csrf": csrf, "version": "1", "sha256": sha256, "meaning": "review", "step_up": "sso"}
    assert browser.post(page, data=form).status_code == 401

    assert through(browser, link(shown, "proof")).headers["location"] == page
    assert 'name="step_up"' in browser.get(page).text
    assert browser.post(page, data=form).status_code == 303
    [entry] = [kept.entry for kept in hub.audit.entries() if kept.entry.kind == "signature"]
    assert (entry.actor, "single sign-on, anew" in entry.new) == (ANNA, True)
    assert browser.post(page, data=form).status_code in (401, 409), "one proof, one signature"


def test_a_release_approved_by_a_fresh_sign_in_at_the_provider(browser, hub, clock):
    person(hub, ANNA, granted(Role.AUDITOR, "Meridian", study=STUDY), organization="Meridian", name="Anna Weber")
    drafted(hub.room)
    page = f"/oversight/studies?study={STUDY}"
    came = through(browser, link(browser.get("/sign-in", params={"next": page}), "then"))
    assert (came.status_code, came.headers["location"]) == (303, page)
    clock.pass_on(minutes=10)

    shown = browser.get(page)
    assert 'name="password"' not in shown.text
    form = {"csrf": re.search(r'name="csrf" value="(\w+)"', shown.text)[1], "version": "1.0", "evidence": "VP-17"}
    approve = f"/oversight/studies/{STUDY}/releases"
    assert browser.post(approve, data=form | {"step_up": "sso"}).status_code == 401, "nothing was proved anew yet"
    assert through(browser, link(shown, "proof")).headers["location"] == page
    assert 'name="step_up"' in browser.get(page).text
    assert browser.post(approve, data=form | {"step_up": "sso"}).status_code == 303
    [made] = releases.releases(hub.room, STUDY)
    assert (made.version, made.approved_by, made.method) == ("1.0", ANNA, "single sign-on, anew")
