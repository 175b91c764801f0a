"""One suite for every channel of an announcer: Slack by a bot and Teams by a workflow keep the same promises."""

import pytest

from hub.connectors.chat import Chats
from hub.connectors.rest.client import Limits
from hub.domain.errors import FatalError, RetryableError, UsageError
from tests.connectors.http_contract import AWAY, NOW
from tests.connectors.peer import Answer, running, told
from tests.connectors.test_chat import MESSAGE
from tests.connectors.vendors.chats import SIG, TOKEN, ChatServer

FILES = {
    "slack": "name: slack\nchat: slack\nslack: {token: env:TOKEN, channel: C012AB3CD, base_url: ADDRESS/api}\n",
    "teams": "name: teams\nchat: teams\nteams: {address: env:URL, here: true}\n",
}
SHUT_OUT = {"slack": told(200, {"ok": False, "error": "invalid_auth"}), "teams": Answer(401, b"")}


@pytest.fixture
def server():
    with running(ChatServer()) as served:
        yield served


@pytest.fixture
def chats(server, tmp_path, monkeypatch):
    monkeypatch.setenv("TOKEN", TOKEN)
    monkeypatch.setenv("URL", f"{server.address}/workflows/abc/triggers/manual/paths/invoke?sig={SIG}")
    for name, text in FILES.items():
        (tmp_path / f"{name}.yaml").write_text(text.replace(": ADDRESS", f": {server.address}"))
    return Chats(tmp_path, clock=lambda: NOW, limits=Limits(60.0, 2**20))


@pytest.fixture(params=FILES)
def name(request):
    return request.param


def test_a_message_stands_there_once_with_its_way_back_and_nothing_of_the_minutes(server, chats, name):
    assert chats.announce(name, MESSAGE)
    [posted] = server.posted
    assert MESSAGE.link in str(posted)


@pytest.mark.parametrize("how", [how for how in AWAY if how[0] in "45"])
def test_an_outage_is_one_to_come_again_for_with_its_wait_and_nothing_was_posted(server, chats, name, how):
    fault, wait_s = AWAY[how]
    server.faults = [fault]
    with pytest.raises(RetryableError) as raised:
        chats.announce(name, MESSAGE)
    assert raised.value.retry_after_s == wait_s
    assert server.posted == []
    chats.announce(name, MESSAGE)
    assert len(server.posted) == 1


def test_a_chat_that_shuts_us_out_needs_a_person_and_no_secret_is_told(server, chats, name):
    server.faults = [lambda *_: SHUT_OUT[name]]
    with pytest.raises(FatalError) as raised:
        chats.announce(name, MESSAGE)
    assert TOKEN not in str(raised.value)
    assert SIG not in str(raised.value)


def test_a_channel_that_nobody_described_is_named(chats):
    with pytest.raises(UsageError, match="another"):
        chats.announce("another", MESSAGE)
