"""A text with control characters is refused where it comes in, on either database, and says where it stands."""

import json

import pytest

from hub.domain.people import Role
from tests.people import MORNING, granted, idle_jobs, quick_hub, served
from tests.world import CRO, furnish, token_of

API = "/api/v1"


@pytest.fixture
def world(home):
    return furnish(idle_jobs(quick_hub(clock=lambda: MORNING)))


@pytest.fixture
def client(world):
    with served(world.hub) as client:
        token = token_of(world.hub, "pm@people.example", granted(Role.PROJECT_MANAGER))
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


@pytest.mark.parametrize("bad", ["\x00", "\x0b", "\x1f", "\x7f", "\ud800"])
def test_a_control_character_is_refused_with_the_field_that_holds_it(client, bad):
    told = {
        "title": f"Weekly{bad} call",
        "organizations": [CRO],
        "participants": [{"name": "Ben"}, {"name": f"A{bad}"}],
    }
    kind = {"Content-Type": "application/json"}
    answer = client.post(f"{API}/meetings", content=json.dumps(told).encode(), headers=kind)
    assert answer.status_code == 422
    code = f"U+{ord(bad):04X}".lower()
    assert f"title: holds the control character {code}" in answer.json()["detail"].lower()
    assert f"participants.1.name: holds the control character {code}" in answer.json()["detail"].lower()
    assert all(card["title"] == "Weekly call" for card in client.get(f"{API}/meetings").json()["items"])


def test_the_name_of_a_field_may_hold_none_either(client):
    answer = client.post(f"{API}/meetings", json={"title": "T", "organizations": [CRO], "a\x00": 1})
    assert (answer.status_code, "control character" in answer.json()["detail"]) == (422, True)


def test_tabs_and_the_ends_of_lines_stay(client):
    tag = client.get(f"{API}/meetings/m1").headers["etag"]
    told = {"title": "Monthly call", "reason": "one\tline\r\nand another"}
    answer = client.patch(f"{API}/meetings/m1", json=told, headers={"If-Match": tag})
    assert answer.status_code == 200, answer.text


def test_a_body_that_is_no_json_is_told_so_as_before(client):
    sent = {"content": b'{"title": ', "headers": {"Content-Type": "application/json"}}
    assert "json" in client.post(f"{API}/meetings", **sent).json()["detail"].lower()
