"""Slack and Teams are told that minutes are approved: once, with a way back, without a word of them."""

import json
from datetime import UTC, datetime

import pytest

from hub.connectors.chat import Chats
from hub.connectors.rest.client import Limits
from hub.domain.errors import FatalError, RejectedError, RetryableError, UsageError
from hub.ports.review import Announcement
from tests.connectors import faults
from tests.connectors.openapi import contracts
from tests.connectors.peer import running
from tests.connectors.vendors.chats import SIG, TOKEN, ChatServer

MESSAGE = Announcement(
    "Minutes: <!channel> & call",
    ("Signed by Anna Weber.", "Decisions: 2"),
    "https://hub.test/meetings/m-1",
    "Meeting",
    "k1",
)


@pytest.fixture
def server():
    with running(ChatServer()) as served:
        yield served


@pytest.fixture
def chats(server, tmp_path, monkeypatch):
    monkeypatch.setenv("SLACK_TOKEN", TOKEN)
    monkeypatch.setenv("TEAMS_URL", f"{server.address}/workflows/abc/triggers/manual/paths/invoke?sig={SIG}")
    (tmp_path / "slack.yaml").write_text(
        "name: study-channel\nchat: slack\nslack:\n  token: env:SLACK_TOKEN\n  channel: C012AB3CD\n"
        f"  base_url: {server.address}/api\n"
    )
    (tmp_path / "teams.yaml").write_text(
        "name: oversight\nchat: teams\nteams:\n  address: env:TEAMS_URL\n  here: true\n"
    )
    return Chats(tmp_path, clock=lambda: datetime(2026, 6, 1, tzinfo=UTC), limits=Limits(2.0, 2**20))


def test_slack_gets_one_message_with_a_button_and_no_mention(server, chats):
    assert chats.announce("study-channel", MESSAGE) == "Slack message 1780000000.000100 in C012AB3CD"
    [body] = server.posted
    assert body["text"] == "Minutes: &lt;!channel&gt; &amp; call"
    assert body["blocks"][0]["text"] == {"type": "plain_text", "text": "Minutes: <!channel> & call"}
    assert body["blocks"][-1]["elements"][0]["url"] == "https://hub.test/meetings/m-1"


def test_the_message_has_only_fields_that_slack_knows(server, chats):
    chats.announce("study-channel", MESSAGE)
    document = json.loads((contracts() / "slack" / "slack-web.trimmed.swagger2.json").read_text())
    known = {one["name"] for one in document["paths"]["/chat.postMessage"]["post"]["parameters"]}
    # metadata came after the file of 2021
    assert set(server.posted[0]) - known <= {"metadata"}


def test_teams_gets_a_card_with_a_button(server, chats):
    assert "202" in chats.announce("oversight", MESSAGE)
    [body] = server.posted
    [attachment] = body["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert attachment["content"]["actions"][0]["url"] == "https://hub.test/meetings/m-1"


@pytest.mark.parametrize(
    ("error", "kind", "advice"),
    [
        ("not_in_channel", FatalError, "invite the app"),
        ("token_revoked", FatalError, "install the app again"),
        ("ratelimited", RetryableError, "ratelimited"),
        ("msg_too_long", RejectedError, "msg_too_long"),
    ],
)
def test_what_slack_says_with_status_200_is_told_by_what_to_do(server, chats, error, kind, advice):
    server.error = error
    with pytest.raises(kind, match=advice):
        chats.announce("study-channel", MESSAGE)
    assert server.posted == []


@pytest.mark.parametrize("name", ["study-channel", "oversight"])
def test_an_outage_is_one_to_come_again_for_with_the_wait_that_was_asked(server, chats, name):
    server.faults = [faults.status(429, Retry_After="9")]
    with pytest.raises(RetryableError) as raised:
        chats.announce(name, MESSAGE)
    assert raised.value.retry_after_s == 9.0
    server.faults = [faults.status(503)]
    with pytest.raises(RetryableError):
        chats.announce(name, MESSAGE)


def test_a_page_of_upkeep_is_not_taken_for_an_answer_of_slack(server, chats):
    server.faults = [faults.body(faults.HTML)]
    with pytest.raises(RetryableError, match="not Slack's"):
        chats.announce("study-channel", MESSAGE)


@pytest.mark.parametrize("status", [401, 404, 410])
def test_a_workflow_that_is_gone_needs_a_person_and_its_address_is_not_told(server, chats, status):
    server.faults = [faults.status(status)]
    with pytest.raises(FatalError, match="make a new one") as raised:
        chats.announce("oversight", MESSAGE)
    assert SIG not in str(raised.value)


def test_a_workflow_address_elsewhere_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("TEAMS_URL", f"https://evil.example/workflows?sig={SIG}")
    (tmp_path / "teams.yaml").write_text("name: oversight\nchat: teams\nteams:\n  address: env:TEAMS_URL\n")
    with pytest.raises(FatalError, match="no https address of a workflow") as raised:
        Chats(tmp_path, clock=lambda: datetime(2026, 6, 1, tzinfo=UTC)).announce("oversight", MESSAGE)
    assert SIG not in str(raised.value)


def test_a_chat_that_nobody_described_is_named(chats):
    with pytest.raises(UsageError, match="no chat of this name"):
        chats.announce("another", MESSAGE)


def test_a_file_that_describes_it_wrongly_is_named_without_its_secret(tmp_path):
    (tmp_path / "slack.yaml").write_text(f"name: x\nchat: slack\nslack: {{token: {TOKEN}, channel: C012AB3CD}}\n")
    wrong = Chats(tmp_path, clock=lambda: datetime(2026, 6, 1, tzinfo=UTC))
    with pytest.raises(UsageError, match=r"slack\.yaml") as raised:
        wrong.names()
    assert TOKEN not in str(raised.value)
    with pytest.raises(RetryableError, match=r"slack\.yaml") as raised:
        wrong.announce("x", MESSAGE)
    assert TOKEN not in str(raised.value)
