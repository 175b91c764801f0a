"""Zoom by a marketplace app: each refresh token works once, and the next one is kept before it is needed."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from hub.connectors.platforms import load_platforms
from hub.connectors.rest.client import Limits
from hub.connectors.zoom import Zoom, ZoomAccess
from hub.domain.errors import FatalError, RetryableError
from hub.domain.platforms import HeldMeeting
from tests.connectors import faults
from tests.connectors.peer import running
from tests.connectors.vendors.zoom import CLIENT, SECRET, SEED, VTT, ZoomServer
from tests.fakes import FakeTokens

SINCE, UNTIL = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 6, 2, tzinfo=UTC)


@pytest.fixture
def server():
    with running(ZoomServer()) as served:
        served.held("me", "a", "2026-05-03T08:00:00Z", "TRANSCRIPT")
        yield served


@pytest.fixture
def kept():
    return FakeTokens()


@pytest.fixture
def zoom(server, monkeypatch, kept):
    monkeypatch.setenv("ZOOM_SECRET", SECRET)
    monkeypatch.setenv("ZOOM_REFRESH", SEED)
    made = []

    def build(**more):
        told = {"refresh_token": "env:ZOOM_REFRESH", "client_id": CLIENT, "client_secret": "env:ZOOM_SECRET"}
        told |= {"users": ["me"], "base_url": f"{server.address}/v2", "login_url": server.address} | more
        access, limits = ZoomAccess.model_validate(told), Limits(60.0, 2**24)
        one = Zoom(access, name="zoom", clock=lambda: server.now, tokens=lambda: kept, limits=limits)
        made.append(one)
        return one

    yield build
    for one in made:
        one.close()


def found(zoom):
    return [meeting.key for meeting in zoom.held(SINCE, UNTIL) if isinstance(meeting, HeldMeeting)]


def test_the_next_refresh_token_is_kept_over_a_restart(server, zoom):
    assert found(zoom()) == ["a"]
    assert (server.tokens, server.refresh) == (1, "zoom-refresh-1")
    assert found(zoom()) == ["a"]
    assert server.tokens == 1, "the token that is still good serves"
    server.now += timedelta(hours=2)
    assert found(zoom()) == ["a"]
    assert server.refresh == "zoom-refresh-2"


def test_a_system_of_the_same_name_voids_nothing(server, zoom, kept):
    assert found(zoom()) == ["a"]
    with kept.turn("zoom", "seed of a system") as turn:
        assert turn.kept is None
        turn.keep("of the system")
    server.now += timedelta(hours=2)
    assert found(zoom()) == ["a"]
    with kept.turn("zoom", "seed of a system") as turn:
        assert turn.kept == "of the system"


def test_a_token_that_is_refused_is_had_anew_also_for_a_download(server, zoom, tmp_path):
    one = zoom()
    [meeting] = one.held(SINCE, UNTIL)
    server.expire()
    one.fetch(meeting.files[0], tmp_path / "f.vtt", most=1000)
    assert (tmp_path / "f.vtt").read_bytes() == VTT
    assert server.tokens == 2
    server.expire()
    assert found(one) == ["a"]
    assert server.tokens == 3


def test_a_refresh_token_that_was_used_elsewhere_is_told_and_a_new_one_goes_on(server, zoom, monkeypatch):
    server.refresh = "signed in anew"
    with pytest.raises(FatalError, match="sign in again and give the new one") as raised:
        zoom().check()
    assert not [one for one in (SECRET, SEED) if one in str(raised.value)]
    monkeypatch.setenv("ZOOM_REFRESH", "signed in anew")
    zoom().check()


def test_an_outage_of_the_token_address_uses_up_nothing(server, zoom):
    server.fail("token", faults.status(503, Retry_After="7"))
    one = zoom()
    with pytest.raises(RetryableError):
        found(one)
    assert found(one) == ["a"]


@pytest.mark.parametrize("more", [{"account_id": "acc-1"}, {"refresh_token": None}])
def test_one_way_of_signing_in_is_named(zoom, more):
    with pytest.raises(ValueError, match=r"account_id .* or refresh_token"):
        zoom(**more)


def test_it_is_set_up_by_its_file(server, tmp_path, monkeypatch):
    monkeypatch.setenv("ZOOM_SECRET", SECRET)
    monkeypatch.setenv("ZOOM_REFRESH", SEED)
    text = f"""
name: zoom
platform: zoom
take: {{organizations: [Meridian CRO], account: zoom@meridian.test, consent: told at the start}}
zoom:
  refresh_token: env:ZOOM_REFRESH
  client_id: {CLIENT}
  client_secret: env:ZOOM_SECRET
  users: [me]
  base_url: {server.address}/v2
  login_url: {server.address}
"""
    (tmp_path / "zoom.yaml").write_text(text)
    tokens = FakeTokens()
    connected = load_platforms(tmp_path, clock=lambda: server.now, tokens=lambda: tokens).found["zoom"]
    assert found(connected.platform) == ["a"]
    connected.platform.close()
    (tmp_path / "zoom.yaml").write_text(text.replace("  refresh_token: env:ZOOM_REFRESH\n", ""))
    wrong = load_platforms(tmp_path, clock=lambda: server.now).wrong["zoom.yaml"]
    assert re.search(r"account_id .* or refresh_token", wrong)
