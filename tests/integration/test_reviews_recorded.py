"""Looking through the trail and through who has access are acts of their own, with a record."""

import json
import re

import pytest

from hub.domain.people import EVERY, Role
from tests.people import Clock, granted, person, quick_hub, served, sign_in


@pytest.fixture
def hub(home):
    return quick_hub(clock=Clock())


@pytest.fixture
def client(hub):
    for role in (Role.AUDITOR, Role.INSPECTOR, Role.ADMINISTRATOR):
        person(hub, f"{role}@cro.example", granted(role, EVERY if role is Role.ADMINISTRATOR else "Meridian CRO"))
    with served(hub) as client:
        client.follow_redirects = False
        yield client


def sent(client, who, page, address, **form):
    client.cookies.clear()
    assert sign_in(client, f"{who}@cro.example").status_code == 201
    csrf = client.headers.pop("X-CSRF-Token")
    assert client.get(page).status_code == 200
    return client.post(address, data=form | {"csrf": csrf}, headers={"accept": "application/json"})


def recorded(hub, text):
    return [kept.entry for kept in hub.audit.entries() if text in f"{kept.entry.new} {kept.entry.reason}"]


def test_a_review_of_the_trail_is_recorded_with_span_scope_and_findings(client, hub):
    form = {"since": "2026-05-01", "until": "2026-05-31", "scope": "sign-ins", "findings": "two locks, both explained"}
    assert sent(client, Role.AUDITOR, "/audit/reviews", "/audit/reviews", **form).status_code == 303
    [entry] = recorded(hub, "two locks, both explained")
    assert entry.actor == "auditor@cro.example"
    assert {"2026-05-01", "2026-05-31", "sign-ins"} <= set(re.findall(r"[\w-]+", json.dumps(entry.new)))
    assert "two locks, both explained" in client.get("/audit/reviews").text


def test_who_only_reads_the_trail_records_no_review(client, hub):
    form = {"since": "2026-05-01", "until": "2026-05-31", "scope": "all", "findings": "nothing"}
    assert sent(client, Role.INSPECTOR, "/audit/reviews", "/audit/reviews", **form).status_code == 403
    assert recorded(hub, '"findings": "nothing"') == []


def test_a_review_of_access_is_recorded(client, hub):
    page = "/administration/access-review"
    assert sent(client, Role.ADMINISTRATOR, page, page, findings="one role taken back").status_code == 303
    [entry] = recorded(hub, "one role taken back")
    assert entry.actor == "administrator@cro.example"
