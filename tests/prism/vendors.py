"""Connectors through Prism to our servers: every request and every answer is held to the vendor's own file.

Run by `make test-contracts`; Prism is fetched from npm once, into the folder of HUB_PRISM or `.prism`.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import httpx2
import pytest

from hub.connectors.chat import Chats
from hub.connectors.odm.definitions import UsdmSystem
from hub.connectors.odm.definitions import read_config as read_usdm
from hub.connectors.rest.client import Limits
from hub.connectors.sharepoint.system import open_sharepoint
from hub.connectors.teams import Teams, TeamsAccess
from hub.connectors.veeva.system import open_veeva
from hub.connectors.webex import Webex, WebexAccess
from hub.connectors.zoom import Zoom, ZoomAccess
from tests.connectors import test_zoom as zooms
from tests.connectors.contract import drained
from tests.connectors.http_contract import NOW
from tests.connectors.openapi import contracts
from tests.connectors.peer import running
from tests.connectors.test_chat import MESSAGE
from tests.connectors.test_sharepoint import YAML as SHAREPOINT
from tests.connectors.test_teams import ORGANIZER
from tests.connectors.test_usdm import YAML as USDM
from tests.connectors.test_veeva_contract import YAML as VEEVA
from tests.connectors.vendors import webex as webexes
from tests.connectors.vendors.chats import TOKEN, ChatServer
from tests.connectors.vendors.graph import TENANT
from tests.connectors.vendors.graph_drives import DriveServer
from tests.connectors.vendors.teams import TeamsServer
from tests.connectors.vendors.usdm import Repository
from tests.connectors.vendors.veeva import VaultServer
from tests.connectors.vendors.zoom import ACCOUNT, CLIENT, SECRET, ZoomServer
from tests.fakes import FakeTokens
from tests.prism.proxy import Between, fetched, prism

ROOT = Path(__file__).resolve().parents[2]
SINCE, UNTIL = zooms.SINCE, zooms.UNTIL
LIMITS = Limits(60.0, 2**24)


@pytest.fixture(scope="session")
def command() -> Path:
    return fetched(Path(os.environ.get("HUB_PRISM") or ROOT / ".prism"))


@pytest.fixture
def between(command, tmp_path, monkeypatch):
    """What puts Prism with a contract before an upstream, and holds at the end that nothing broke the contract."""
    monkeypatch.setenv("SECRET", SECRET)
    made: list[Between] = []
    opened: list[Iterator[Between]] = []

    def put(contract: str, upstream: str) -> str:
        one = prism(command, contracts() / contract, upstream, tmp_path)
        made.append(one.__enter__())
        opened.append(one)
        return made[-1].address

    yield SimpleNamespace(put=put, broken=lambda: [line for one in made for line in one.broken()])
    for one in opened:
        one.__exit__(None, None, None)


def test_zoom(between):
    with running(ZoomServer()) as server:
        server.meetings[zooms.ANNA] = []
        server.people["a/b=="] = [{"name": "Anna Weber"}]
        server.held(zooms.ANNA, "a/b==", "2026-05-03T08:00:00Z", "TRANSCRIPT")
        base = between.put("zoom/zoom-meetings.trimmed.openapi.json", f"{server.address}/v2")
        told = {"account_id": ACCOUNT, "client_id": CLIENT, "client_secret": "env:SECRET", "users": [zooms.ANNA]}
        told |= {"base_url": base, "login_url": server.address}
        zoom = Zoom(ZoomAccess.model_validate(told), name="zoom", clock=lambda: server.now, limits=LIMITS)
        assert [one.key for one in zoom.held(SINCE, UNTIL)] == ["a/b=="]
        zoom.close()
    assert between.broken() == []


def test_teams(between, monkeypatch):
    with running(TeamsServer(ORGANIZER)) as server:
        monkeypatch.setenv("GRAPH_SECRET", server.secret)
        server.call("m1", "c1", "2026-05-05T08:00:00Z", "transcripts", "recordings")
        base = between.put("microsoft-graph/graph-v1.subset.openapi.json", server.base)
        told = {"tenant": TENANT, "client_id": "app", "client_secret": "env:GRAPH_SECRET", "organizers": [ORGANIZER]}
        told |= {"base_url": base, "login_url": server.address}
        teams = Teams(TeamsAccess.model_validate(told), name="teams", clock=lambda: server.now, limits=LIMITS)
        assert len(list(teams.held(SINCE, UNTIL))) == 1
        teams.close()
    assert between.broken() == []


def test_webex(between, monkeypatch):
    monkeypatch.setenv("SECRET", webexes.SECRET)
    monkeypatch.setenv("SEED", webexes.SEED)
    with running(webexes.WebexServer(zooms.ANNA)) as server:
        server.call("m1", "2026-05-05T08:00:00Z", "transcript", "recording")
        server.people["m1"] = [{"displayName": "Anna Weber", "email": zooms.ANNA}]
        base = between.put("webex/webex-meeting.trimmed.openapi.json", f"{server.address}/v1")
        told = {"client_id": webexes.CLIENT, "client_secret": "env:SECRET", "refresh_token": "env:SEED"}
        access = WebexAccess.model_validate({**told, "hosts": [zooms.ANNA], "base_url": base})
        webex = Webex(access, name="webex", clock=lambda: UNTIL, tokens=FakeTokens, limits=LIMITS)
        [meeting] = webex.held(SINCE, UNTIL)
        assert len(meeting.files) == 2
        webex.close()
    # the file has no path for tokens, of which one is had: Webex describes that on a page of its own
    [unknown] = between.broken()
    assert "Selected route not found" in unknown


class Behind(DriveServer):
    """A library whose links lead back through what stands before it."""

    before = ""

    @property
    def base(self) -> str:
        return self.before or super().base


def test_sharepoint(between, monkeypatch):
    with running(Behind()) as server:
        monkeypatch.setenv("GRAPH_SECRET", server.secret)
        server.enter("Plan.pdf")
        server.before = base = between.put("microsoft-graph/graph-v1.subset.openapi.json", server.base)
        text = SHAREPOINT.replace("base_url: ADDRESS/v1.0", f"base_url: {base}").replace("ADDRESS", server.address)
        portal = open_sharepoint(text, clock=lambda: server.now)
        assert len(drained(portal, "document")[0]) == 1
        portal.close()
    assert between.broken() == []


def test_usdm(between):
    with running(Repository()) as server:
        for number, path in enumerate(sorted((contracts() / "cdisc-usdm" / "examples").glob("*.json")), 1):
            server.studies[f"d-{number}"] = json.loads(path.read_text())
        base = between.put("cdisc-usdm/USDM_API.openapi.json", server.address)
        text = USDM.format(address=base, studies=", ".join(server.studies)).replace("timeout_s: 20", "timeout_s: 120")
        definitions = UsdmSystem(read_usdm(text), lambda: NOW)
        assert len(drained(definitions, "study")[0]) == len(server.studies)
        definitions.close()
    assert between.broken() == []


def test_slack(between, tmp_path, monkeypatch):
    monkeypatch.setenv("SLACK_TOKEN", TOKEN)
    with running(ChatServer()) as server:
        base = between.put("slack/slack-web.trimmed.swagger2.json", f"{server.address}/api")
        folder = tmp_path / "chats"
        folder.mkdir()
        (folder / "slack.yaml").write_text(
            f"name: s\nchat: slack\nslack: {{token: env:SLACK_TOKEN, channel: C012AB3CD, base_url: '{base}'}}\n"
        )
        assert Chats(folder, clock=lambda: NOW, limits=LIMITS).announce("s", MESSAGE).startswith("Slack message")
    # the file is of 2021: Slack takes JSON and a token in Authorization, as its pages say
    old = ("Supported content types", "required property 'token'")
    assert [line for line in between.broken() if not any(one in line for one in old)] == []


def test_veeva(between, monkeypatch):
    with running(VaultServer()) as server:
        monkeypatch.setenv("VAULT_PASSWORD", server.password)
        server.enter("do it")
        base = between.put("veeva-vault/veeva-vault-v25.2.from-reference.openapi.json", server.address)
        text = VEEVA.replace("ADDRESS", base).replace("timeout_s: 0.4", "timeout_s: 60")
        vault = open_veeva(text, clock=lambda: NOW)
        assert len(drained(vault, "action_item")[0]) == 1
        vault.close()
    assert between.broken() == []


def test_prism_tells_of_a_request_that_the_contract_does_not_allow(between):
    with running(ZoomServer()) as server:
        base = between.put("zoom/zoom-meetings.trimmed.openapi.json", f"{server.address}/v2")
        httpx2.get(f"{base}/users/x/recordings", params={"page_size": "many"})
    assert between.broken()
