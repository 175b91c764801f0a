"""The rest connector keeps the contract, with each way of paging, of saying who it is and of naming a version."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from hub.connectors.rest.system import open_rest
from hub.domain.changes import Capabilities
from tests.connectors.contract import drained
from tests.connectors.http_contract import NOW, HttpTargetContract, paced
from tests.connectors.peer import Peer, running

YAML = """
connector: rest
name: peer
base_url: {address}
timeout_s: 0.4
auth: {auth}
kinds:
  action_item:
    list: {{path: items, items: items, paging: {paging}, size: 3, param: {param}, next: next}}
    since: {{param: since, until: until}}
    complete_listing: true
    version: rev
    version_as: {version_as}
    changed_at: changed
    deleted: {{field: gone}}
    fields: {{title: {{field: what, required: true}}}}
    create: {{method: POST, path: items}}
    update: {{method: PATCH, path: "items/{{id}}"}}
    delete: {{method: DELETE, path: "items/{{id}}"}}
"""
PARAM = {"offset": "offset", "page": "page"}


class Kept:
    """Refresh tokens in memory."""

    def __init__(self) -> None:
        self.kept: str | None = None

    @contextmanager
    def turn(self, name: str, seed: str) -> Iterator["Kept"]:
        yield self

    def keep(self, credentials: str) -> None:
        self.kept = credentials


class RestContract(HttpTargetContract):
    paging = "cursor"
    auth = "none"
    told = "{type: none}"
    version_as = "if_match"

    @pytest.fixture
    def world(self):
        with running(Peer(paging=self.paging, auth=self.auth)) as peer:
            yield peer

    @pytest.fixture
    def opened(self, world, monkeypatch, request):
        monkeypatch.setenv("PEER_SECRET", world.password)
        monkeypatch.setenv("PEER_SEED", world.refresh[0])
        kept, systems = Kept(), []
        text = YAML.format(
            address=world.address,
            auth=self.told.replace("TOKEN", f"{world.address}/token"),
            paging=self.paging,
            param=PARAM.get(self.paging, "after"),
            version_as=self.version_as,
        )

        text = paced(text, request)

        def build():
            systems.append(open_rest(text, clock=lambda: NOW, tokens=lambda: kept))
            return systems[-1]

        yield build
        for system in systems:
            system.close()

    def test_an_interval_ends_before_its_end_over_several_pages(self, world, opened):
        for number in range(7):
            world.enter(f"do {number}")
        system = opened()
        whole, _, _ = drained(system, "action_item")
        times = sorted(one.changed_at for one in whole)
        changes, _, _ = drained(system, "action_item", system.between("action_item", times[1], times[5]))
        assert sorted(one.changed_at for one in changes) == times[1:5]
        assert any("until" in asked.params for asked in world.asked)


ALL = Capabilities(complete_listing=True, deletes=True, versions=True, writable=frozenset({"action_item"}))


class TestCursorAndClientCredentials(RestContract):
    capabilities = ALL
    auth = "bearer"
    told = "{type: client_credentials, token_url: TOKEN, client_id: hub, client_secret: env:PEER_SECRET}"
    renews = True


class TestLinkAndRefreshToken(RestContract):
    capabilities = ALL
    paging = "link"
    auth = "bearer"
    told = (
        "{type: refresh_token, token_url: TOKEN, client_id: hub, client_secret: env:PEER_SECRET, "
        "refresh_token: env:PEER_SEED}"
    )
    renews = True
    rotates = True


class TestOffsetAndBasic(RestContract):
    capabilities = ALL
    paging = "offset"
    auth = "basic"
    told = "{type: basic, user: hub, password: env:PEER_SECRET}"
    version_as = "field"


class TestPageAndApiKey(RestContract):
    capabilities = ALL
    paging = "page"
    auth = "api_key"
    told = "{type: api_key, header: X-Api-Key, key: env:PEER_SECRET}"


class TestNextUrlAndApiKeyInTheQuery(RestContract):
    capabilities = ALL
    paging = "next_url"
    auth = "api_key_query"
    told = "{type: api_key, query: key, key: env:PEER_SECRET}"
    version_as = "field"


class TestOnePage(RestContract):
    capabilities = ALL
    paging = "none"
