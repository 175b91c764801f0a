"""Signing in, being known, and being shown out, over HTTP."""

import pytest

from hub.domain.people import Role
from tests.people import PASSWORD, Clock, granted, person, quick_hub, served, sign_in


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def hub(home, clock):
    return quick_hub(clock=clock)


@pytest.fixture
def client(hub):
    person(hub, "anna@cro.example", granted(Role.PROJECT_MANAGER), name="Anna Weber")
    with served(hub) as client:
        yield client


def trail(hub, field):
    return [kept.entry for kept in hub.audit.entries() if kept.entry.field == field]


def test_one_who_signs_in_is_known_until_signing_out(client):
    assert client.get("/api/v1/session").status_code == 401
    assert sign_in(client, "Anna@CRO.example").status_code == 201
    told = client.get("/api/v1/session").json()
    assert (told["email"], told["name"]) == ("anna@cro.example", "Anna Weber")
    assert "minutes:sign" in told["grants"][0]["rights"]
    assert client.delete("/api/v1/session").status_code == 204
    assert client.get("/api/v1/session").status_code == 401


def test_wrong_address_and_wrong_password_are_told_in_the_same_words(client):
    first, second = sign_in(client, "nobody@cro.example"), sign_in(client, "anna@cro.example", "not the password")
    assert first.status_code == second.status_code == 401
    assert first.json() == second.json()
    assert first.headers["content-type"] == "application/problem+json"


def test_five_wrong_passwords_lock_the_account_for_a_quarter_of_an_hour(client, hub, clock):
    for _ in range(5):
        assert sign_in(client, "anna@cro.example", "wrong wrong wrong").status_code == 401
    assert sign_in(client, "anna@cro.example").status_code == 401
    assert len(trail(hub, "lock")) == 1
    assert len(trail(hub, "sign-in refused")) == 6
    clock.pass_on(minutes=16)
    assert sign_in(client, "anna@cro.example").status_code == 201


def test_a_locked_account_is_answered_as_an_address_that_nobody_has(client):
    for _ in range(6):
        answers = [sign_in(client, one, "wrong wrong wrong") for one in ("anna@cro.example", "nobody@cro.example")]
        assert answers[0].status_code == answers[1].status_code == 401
        assert answers[0].json() == answers[1].json()


def test_a_session_that_is_not_used_ends_and_so_does_one_that_lasted_a_day(client, hub, clock):
    sign_in(client, "anna@cro.example")
    clock.pass_on(minutes=29)
    assert client.get("/api/v1/session").status_code == 200
    clock.pass_on(minutes=29)
    assert client.get("/api/v1/session").status_code == 200
    clock.pass_on(minutes=31)
    assert client.get("/api/v1/session").status_code == 401
    assert trail(hub, "sign-out")[-1].reason == "not used any more"
    sign_in(client, "anna@cro.example")
    for _ in range(27):
        clock.pass_on(minutes=27)
        last = client.get("/api/v1/session").status_code
    assert last == 401


def test_a_change_without_the_sessions_token_is_refused(client):
    sign_in(client, "anna@cro.example")
    del client.headers["X-CSRF-Token"]
    refused = client.delete("/api/v1/session")
    assert (refused.status_code, refused.headers["content-type"]) == (403, "application/problem+json")
    assert client.delete("/api/v1/session", headers={"X-CSRF-Token": "0" * 64}).status_code == 403
    assert client.get("/api/v1/session").status_code == 200


def test_an_old_password_is_to_be_changed_and_none_is_taken_twice(client, clock):
    clock.pass_on(days=366)
    due = sign_in(client, "anna@cro.example")
    assert (due.status_code, due.json()["type"]) == (409, "urn:hub:password-due")
    assert sign_in(client, "anna@cro.example", new=PASSWORD).status_code == 422
    assert sign_in(client, "anna@cro.example", new="short").status_code == 422
    assert sign_in(client, "anna@cro.example", new="weber-goes-to-work").status_code == 422
    assert sign_in(client, "anna@cro.example", new="seven green boats").status_code == 201
    assert sign_in(client, "anna@cro.example").status_code == 401
    assert sign_in(client, "anna@cro.example", "seven green boats").status_code == 201


def test_every_answer_forbids_what_pages_do_not_need(client):
    for path in ("/api/v1/session", "/health/live", "/nowhere"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"


def test_a_cookie_is_out_of_reach_for_scripts_and_where_it_leaves_the_machine_for_tls_only(home):
    hub = quick_hub(public_url="https://hub.example", clock=Clock())
    person(hub, "anna@cro.example")
    with served(hub) as client:
        cookie = sign_in(client, "anna@cro.example").headers["set-cookie"]
    assert cookie.startswith("__Host-hub=")
    assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
