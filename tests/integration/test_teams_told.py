"""Graph tells of a transcript: the hub's address proves itself, the call has the meeting taken in, lives are kept."""

import httpx2
import pytest

from hub.cli.worker import sweeps
from hub.domain.cards import Card
from hub.domain.people import Role
from tests.connectors.peer import BEGAN, running
from tests.connectors.vendors.graph import TENANT
from tests.connectors.vendors.teams import TeamsServer
from tests.pages_kit import served_site
from tests.people import Clock, granted, idle_jobs, person, quick_hub

CRO, SPONSOR = "Meridian CRO", "Helios Pharma"
ORGANIZER = "0f3c2f6e-1111-4a2b-8c3d-000000000001"
STATE = "state-planted-7731"
PLATFORM = """\
name: teams
platform: teams
take:
  organizations: [Meridian CRO, Helios Pharma]
  account: teams@meridian.example
  consent: Teams says so to all
teams:
  tenant: {tenant}
  client_id: app
  client_secret: env:GRAPH_SECRET
  organizers: [{organizer}]
  login_url: {server}
  base_url: {server}/v1.0
  notify: {{url: {hub}/webhooks/teams, client_state: env:GRAPH_STATE}}
"""


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("GRAPH_STATE", STATE)
    with running(TeamsServer(ORGANIZER)) as served:
        monkeypatch.setenv("GRAPH_SECRET", served.secret)
        served.reaches = True
        yield served


@pytest.fixture
def site(server, tmp_path):
    (tmp_path / "webhooks").mkdir()
    (tmp_path / "platforms").mkdir()
    (tmp_path / "webhooks" / "teams.yaml").write_text("system: teams\nvendor: graph\nsecrets: [env:GRAPH_STATE]\n")
    hub = idle_jobs(quick_hub(home=tmp_path, clock=Clock(BEGAN)))
    person(hub, "teams@meridian.example", granted(Role.CONTRIBUTOR, CRO), organization=CRO)
    with served_site(hub) as site:
        told = PLATFORM.format(tenant=TENANT, organizer=ORGANIZER, server=server.address, hub=site.address)
        (tmp_path / "platforms" / "teams.yaml").write_text(told)
        yield site
        hub.platforms["teams"].platform.close()


def titles(hub):
    with hub.room.shelf.reading() as unit:
        return sorted(card.title for card in unit.several(Card))


def test_what_graph_tells_of_is_taken_in_at_once_and_its_subscriptions_live(server, site):
    hub, clock = site.hub, site.hub.clock
    [task] = sweeps(hub)
    task.step()
    assert sorted(one["resource"].rpartition("/")[2] for one in server.subscriptions) == [
        "getAllRecordings",
        "getAllTranscripts",
    ]
    assert all(one["notificationUrl"] == one["lifecycleNotificationUrl"] for one in server.subscriptions)

    server.call("m1", "call-1", "2026-03-02T07:00:00Z", "transcripts", subject="Weekly call")
    task.step()
    assert titles(hub) == [], "its turn has not come"
    server.notify("getAllTranscripts", changeType="created")
    assert server.told == [204]
    task.step()
    assert titles(hub) == ["Weekly call"]
    server.notify("getAllTranscripts", changeType="created")
    task.step()
    assert titles(hub) == ["Weekly call"], "told twice, taken in once"

    server.remove("getAllTranscripts")
    assert len(server.subscriptions) == 1
    task.step()
    assert len(server.subscriptions) == 2, "one that Graph ended is made anew"

    server.notify("getAllRecordings", lifecycleEvent="reauthorizationRequired")
    task.step()
    assert [one for one in server.subscriptions if one.get("reauthorized")] == server.subscriptions[:1]

    server.call("m2", "call-2", "2026-03-02T07:30:00Z", "transcripts", subject="Missed call")
    server.notify("getAllTranscripts", lifecycleEvent="missed")
    task.step()
    assert titles(hub) == ["Missed call", "Weekly call"]

    ends = [one["expirationDateTime"] for one in server.subscriptions]
    clock.pass_on(minutes=3000)
    server.now = clock.now
    server.notify("getAllTranscripts", changeType="created")
    task.step()
    assert len(server.subscriptions) == 2
    assert all(one["expirationDateTime"] > before for one, before in zip(server.subscriptions, ends, strict=True))
    assert set(server.told) == {204}


def test_who_does_not_know_the_state_is_refused(server, site):
    del server
    body = {"value": [{"subscriptionId": "s0", "clientState": "guessed"}]}
    assert httpx2.post(f"{site.address}/webhooks/teams", json=body, timeout=30).status_code == 401
    assert site.hub.sync.calls.waiting("teams") == []


def test_an_address_that_graph_cannot_reach_stops_no_sweep(server, site):
    server.longest *= 0
    server.call("m1", "call-1", "2026-03-02T07:00:00Z", "transcripts", subject="Weekly call")
    [task] = sweeps(site.hub)
    task.step()
    assert server.subscriptions == []
    assert titles(site.hub) == ["Weekly call"]
