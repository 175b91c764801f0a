"""What a hostile page, client or file may try against the service."""

import asyncio
import json
from itertools import chain, repeat

import pytest
from fastapi import FastAPI, Request
from structlog.testing import capture_logs

from hub.api import problems
from hub.domain.people import Role
from tests.people import granted, person, quick_hub, served, sign_in
from tests.world import furnish, token_of

ANNA = "anna@cro.example"


@pytest.fixture
def hub(home):
    return quick_hub()


@pytest.fixture
def client(hub):
    person(hub, ANNA, granted(Role.PROJECT_MANAGER))
    with served(hub) as client:
        yield client


def test_a_change_that_another_site_asks_for_is_refused_even_with_the_token(client):
    sign_in(client, ANNA)
    for site in ("cross-site", "same-site"):
        assert client.delete("/api/v1/session", headers={"Sec-Fetch-Site": site}).status_code == 403
    assert client.delete("/api/v1/session", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 204


def test_the_token_of_one_session_does_not_serve_another(client):
    sign_in(client, ANNA)
    stolen = client.headers["X-CSRF-Token"]
    client.cookies.clear()
    sign_in(client, ANNA)
    assert client.delete("/api/v1/session", headers={"X-CSRF-Token": stolen}).status_code == 403


def test_a_bearer_token_needs_no_csrf_and_a_broken_one_does_not_fall_back_to_the_cookie(client, hub):
    sign_in(client, ANNA)
    assert client.get("/api/v1/session", headers={"Authorization": "Bearer hub_nothing"}).status_code == 401
    assert client.get("/api/v1/session", headers={"Authorization": "Basic YTpi"}).status_code == 401
    token = token_of(hub, "t@cro.example", granted(Role.PROJECT_MANAGER))
    client.cookies.clear()
    del client.headers["X-CSRF-Token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert client.delete("/api/v1/session", headers=headers).status_code == 204


def test_no_page_of_another_origin_reads_answers(client):
    sign_in(client, ANNA)
    headers = client.get("/api/v1/session", headers={"Origin": "https://evil.example"}).headers
    assert "access-control-allow-origin" not in headers
    assert headers["cross-origin-resource-policy"] == "same-origin"


def test_a_body_that_is_too_long_is_refused_whether_it_tells_its_length_or_not(client):
    def drops():
        for _ in range(20):
            yield b"x" * 100_000

    for content in (b"x" * 2_000_000, drops()):
        answer = client.post("/api/v1/session", content=content, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")


def test_a_person_who_asks_too_often_is_told_to_wait_and_others_are_not(home):
    from hub.bootstrap import build
    from hub.settings import load_settings
    from hub.storage.passwords import Argon2Passwords

    hub = build(load_settings(requests_per_s=1), passwords=Argon2Passwords(memory_kib=64, rounds=1))
    tokens = [token_of(hub, f"{name}@x.example", granted(Role.AUDITOR)) for name in ("a", "b")]
    with served(hub) as client:
        first = [client.get("/api/v1/session", headers={"Authorization": f"Bearer {tokens[0]}"}) for _ in range(15)]
        assert first[0].status_code == 200
        assert (first[-1].status_code, int(first[-1].headers["retry-after"]) >= 1) == (429, True)
        assert client.get("/api/v1/session", headers={"Authorization": f"Bearer {tokens[1]}"}).status_code == 200


def test_one_address_cannot_try_passwords_as_fast_as_it_likes(client):
    came = [sign_in(client, f"{number}@x.example", "wrong wrong wrong").status_code for number in range(30)]
    assert came[0] == 401
    assert came[-1] == 429


@pytest.mark.parametrize("path", ["../hub.db", "..%2fhub.db", "%2e%2e/hub.db", "....//hub.db", "/etc/passwd", "%00"])
def test_no_path_leads_out_of_what_is_served(client, path):
    for base in ("/static/", "/api/v1/records/", "/api/v1/", "/webhooks/", "/"):
        answer = client.get(f"{base}{path}")
        assert answer.status_code in (401, 404, 405), f"{base}{path}: {answer.status_code}"
        assert b"SQLite" not in answer.content


def test_nothing_that_is_told_comes_back_as_a_header(client, hub):
    furnish(hub)
    token = token_of(hub, "t@cro.example", granted(Role.AUDITOR), granted(Role.ADMINISTRATOR))
    headers = {"Authorization": f"Bearer {token}"}
    for path in ("/api/v1/records/x%0d%0aSet-Cookie:%20a=b", "/api/v1/audit/export?record=x%0d%0aSet-Cookie:%20a=b"):
        answer = client.get(path, headers=headers)
        assert "set-cookie" not in answer.headers
        assert "\n" not in str(answer.headers.get("content-disposition", ""))
    form = {"email": "x@x.example\r\nBcc: y@y.example", "name": "X", "organization": "Meridian CRO"}
    assert client.post("/api/v1/users", headers=headers, json=form).status_code == 422
    assert (
        client.post(
            "/api/v1/users", headers=headers, json=form | {"email": "x@x.example", "name": "X\r\nY"}
        ).status_code
        == 422
    )


def test_an_export_for_a_spreadsheet_holds_no_formula(client, hub):
    admin = token_of(hub, "t@cro.example", granted(Role.ADMINISTRATOR))
    headers = {"Authorization": f"Bearer {admin}"}
    anna = hub.desk.accounts.named(email=ANNA).user.id
    form = {"reason": '=HYPERLINK("https://evil.example")'}
    assert client.post(f"/api/v1/users/{anna}/deactivate", headers=headers, json=form).status_code == 200
    told = client.get("/api/v1/audit/export?format=csv", headers=headers).text
    assert "HYPERLINK" in told
    assert ",=HYPERLINK" not in told
    assert ',"=HYPERLINK' not in told


def test_what_broke_tells_nothing_of_the_inside(client, hub, monkeypatch):
    token = token_of(hub, "t@cro.example", granted(Role.AUDITOR))
    monkeypatch.setattr(type(hub.browser), "trail", lambda *_a, **_k: 1 / 0)
    with capture_logs() as logged:
        answer = client.get("/api/v1/audit/entries", headers={"Authorization": f"Bearer {token}"})
    assert [(one["event"], one["path"]) for one in logged] == [("request_broke", "/api/v1/audit/entries")]
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "ZeroDivision" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_deactivated_person_is_out_at_once_with_cookie_and_token(client, hub):
    sign_in(client, ANNA)
    account = hub.desk.accounts.named(email=ANNA)
    from tests.world import token_for

    theirs = token_for(hub, account.user)
    admin = {"Authorization": f"Bearer {token_of(hub, 't@cro.example', granted(Role.ADMINISTRATOR))}"}
    assert (
        client.post(f"/api/v1/users/{account.user.id}/deactivate", headers=admin, json={"reason": "left"}).status_code
        == 200
    )
    assert client.get("/api/v1/session").status_code == 401
    assert client.get("/api/v1/session", headers={"Authorization": f"Bearer {theirs}"}).status_code == 401
    assert sign_in(client, ANNA).status_code == 401


def test_neither_passwords_nor_secrets_stand_in_the_trail_or_the_answers(client, hub):
    sign_in(client, ANNA, "a secret that is wrong")
    sign_in(client, ANNA)
    made = client.post("/api/v1/me/tokens", json={"name": "x", "scopes": ["records:read"], "days": 1}).json()
    listed = client.get("/api/v1/me/tokens").text
    trail = json.dumps([(kept.entry.old, kept.entry.new, kept.entry.reason) for kept in hub.audit.entries()])
    for secret in ("a secret that is wrong", made["secret"], client.cookies["hub"], "argon2"):
        assert secret not in trail
        assert secret not in listed


def test_a_line_that_breaks_is_no_error_of_the_hub():
    app = FastAPI()
    problems.install(app)
    come = chain([{"type": "http.request", "body": b"half", "more_body": True}], repeat({"type": "http.disconnect"}))

    @app.post("/taken")
    async def taken(request: Request) -> int:
        return len(b"".join([piece async for piece in request.stream()]))

    async def receive():
        return next(come)

    async def send(_message):
        pass

    scope = {"type": "http", "method": "POST", "path": "/taken", "query_string": b"", "headers": [], "scheme": "http"}
    with capture_logs() as said:
        asyncio.run(problems.Unbroken(app)(scope | {"app": app}, receive, send))
    assert [(one["event"], one["log_level"]) for one in said] == [("caller_gone", "info")]
