"""The pages and the API of the sync: how far behind a system is, and days that are to be read again."""

import pytest

from hub.domain.people import Role
from hub.domain.sync import Dispute, Effects
from hub.ports import System
from hub.services.upkeep import BACKFILL
from tests.integration.test_pages_of_rules import ADA, AT, send
from tests.people import PASSWORD, Clock, granted, person, quick_hub, served, sign_in
from tests.world import furnish

DUTIES = (Role.ADMINISTRATOR, Role.INTEGRATION_ENGINEER, Role.PROJECT_MANAGER)


@pytest.fixture
def hub(home):
    del home
    made = furnish(quick_hub(clock=Clock(AT))).hub
    made.__dict__["systems"] = {"ctms": System("ctms", ("site",))}
    object.__setattr__(made.sync, "systems", made.systems)
    person(made, ADA, *(granted(one, "*") for one in DUTIES), name="Ada Byron")
    yield made
    made.close()


@pytest.fixture
def browser(hub):
    with served(hub) as client:
        client.follow_redirects = False
        client.post("/sign-in", data={"email": ADA, "password": PASSWORD})
        yield client


def test_how_far_behind_a_system_is_stands_on_the_page_and_in_the_api(browser, hub):
    assert "Still to be delivered" in browser.get("/sync").text
    hub.sync.ledger.lagging("ctms", {0: 300, 1: 41})
    hub.sync.ledger.lagging("ctms", {1: 42})
    assert '<span class="num">342</span>' in browser.get("/sync").text
    [system] = browser.get("/api/v1/sync/status").json()["systems"]
    assert (system["name"], system["behind"], system["behind_at"]) == ("ctms", 342, "2026-06-01T09:00:00Z")


def test_days_are_read_again_from_the_page_of_an_agreement_both_included(browser, hub):
    page, to = "/sync/agreements/a1", "/sync/runs/agreements/a1"
    assert send(browser, page, to, since="2026-05-01", until="2026-05-03") == 303
    [job] = hub.jobs.jobs.jobs(None, kinds=(BACKFILL,), before=None, limit=9)
    assert job.argument["since"] == "2026-05-01T00:00:00+00:00"
    assert job.argument["until"] == "2026-05-04T00:00:00+00:00"
    assert "Read again" in browser.get("/sync/runs").text
    assert send(browser, page, to, since="2026-05-03", until="2026-05-01") == 422
    assert send(browser, page, to, since="yesterday") == 422
    assert send(browser, page, "/sync/runs/agreements/none", since="2026-05-01") == 404


def test_an_interval_asked_for_by_the_api_ends_after_it_begins(browser):
    sign_in(browser, ADA)
    times = {"since": "2026-05-03T00:00:00Z", "until": "2026-05-01T00:00:00Z"}
    assert browser.post("/api/v1/agreements/a1/backfills", json=times).status_code == 422


def test_a_value_that_was_refused_is_shown_and_restored_from_its_page(browser, hub):
    [study] = [one for one, _ in hub.sync.ledger.everything("study") if one.id == "s1"]
    lost = Dispute(
        "d-refused", "s1", "study", "vault", "title", None, "One", "Eins", "refused", "ctms owns it", "a1@1", AT
    )
    with hub.sync.ledger.unit() as unit:
        unit.save(Effects(disputes=(lost,)))
    page = browser.get("/sync").text
    assert "Values that were refused" in page
    assert "/sync/conflicts/d-refused" in page
    shown = browser.get("/sync/conflicts/d-refused").text
    assert 'value="take"' in shown
    assert 'value="keep"' not in shown
    assert (
        send(browser, "/sync/conflicts/d-refused", "/sync/conflicts/d-refused", do="take", reason="theirs is right")
        == 303
    )
    with hub.sync.ledger.unit() as unit:
        assert unit.records([study.id])[study.id].fields["title"] == "Eins"
