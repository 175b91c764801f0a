"""The checker of requests finds what is wrong; the vendors' files hold together."""

import json

import pytest

from tests.connectors.openapi import OpenApi, vendor
from tests.connectors.peer import Asked

CONTRACT = OpenApi(
    {
        "openapi": "3.0.3",
        "paths": {
            "/things/{id}": {
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}],
                "post": {
                    "parameters": [{"name": "deep", "in": "query", "required": True, "schema": {"type": "boolean"}}],
                    "requestBody": {
                        "required": True,
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Thing"}},
                            "application/x-www-form-urlencoded": {
                                "schema": {"required": ["q"], "properties": {"n": {"type": "integer"}}}
                            },
                        },
                    },
                },
            },
            "/things/me": {"get": {"responses": {"200": {"content": {"application/json": {"example": {"a": 1}}}}}}},
        },
        "components": {
            "schemas": {
                "Thing": {
                    "type": "object",
                    "required": ["name"],
                    "properties": {
                        "name": {"type": "string", "nullable": True},
                        "of": {"$ref": "#/components/schemas/Thing"},
                    },
                }
            }
        },
    }
)
JSON = {"content-type": "application/json; charset=utf-8"}
FORM = {"content-type": "application/x-www-form-urlencoded"}


def asked(path="/things/7", params=None, body=b'{"name": "a"}', method="POST", headers=JSON):
    return Asked(method, path, {"deep": "true"} if params is None else params, headers, body)


@pytest.mark.parametrize("body", [b'{"name": "a"}', b'{"name": null, "of": {"name": "b"}}', b'[{"name": "a"}]'])
def test_what_the_contract_allows_is_no_problem(body):
    assert CONTRACT.problems(asked(body=body)) == []


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (asked("/other"), "not in the contract"),
        (asked(method="PUT"), "not in the contract"),
        (asked("/things/seven"), "path id: 'seven' is no integer"),
        (asked(params={}), "parameter deep is missing"),
        (asked(params={"deep": "yes"}), "parameter deep: 'yes' is no boolean"),
        (asked(params={"deep": "true", "wide": "1"}), "parameter wide is not in the contract"),
        (asked(body=b""), "the body is missing"),
        (asked(body=b"{}"), "'name' is a required property"),
        (asked(body=b'{"name": 7}'), "body.name"),
        (asked(body=b'{"name": "a", "of": {}}'), "body.of"),
        (asked(headers={"content-type": "text/csv"}), "content type text/csv"),
        (asked(headers=FORM, body=b"n=1"), "field q is missing"),
        (asked(headers=FORM, body=b"q=1&n=one"), "field n: 'one' is no integer"),
        (asked("/things/me", method="GET", params={}), "a body is sent"),
    ],
)
def test_what_it_does_not_allow_is_told(request_, said):
    assert said in "\n".join(CONTRACT.problems(request_))


def test_a_literal_path_goes_before_one_with_a_place():
    assert CONTRACT.problems(asked("/things/me", method="GET", params={}, body=b"")) == []
    assert list(CONTRACT.examples()) == [("GET /things/me", {"a": 1})]


@pytest.mark.parametrize(
    ("name", "request_"),
    [
        ("slack/slack-web.trimmed.swagger2.json", ("POST", "/api/chat.postMessage", {"channel": "C1", "text": "a"})),
        ("zoom/zoom-meetings.trimmed.openapi.json", ("GET", "/meetings/123/recordings", None)),
        ("webex/webex-messaging.trimmed.openapi.json", ("POST", "/messages", {"roomId": "a", "text": "b"})),
        ("microsoft-graph/graph-v1.subset.openapi.json", ("GET", "/sites/a/drives", None)),
    ],
)
def test_a_vendors_file_can_be_asked(name, request_):
    method, path, body = request_
    sent = json.dumps(body).encode() if body else b""
    headers = {**JSON, "token": "t", "authorization": "Bearer t"}
    assert vendor(name).problems(Asked(method, path, {}, headers, sent)) == []
    assert vendor(name).problems(Asked(method, path + "x/y/z", {}, headers, sent))
