"""One suite for every meeting platform: Zoom, Teams and Webex, each against its server, keep the same promises."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from hub.connectors.rest.client import Limits
from hub.connectors.teams import Teams, TeamsAccess
from hub.connectors.webex import Webex, WebexAccess
from hub.connectors.zoom import Zoom, ZoomAccess
from hub.domain.errors import RejectedError, RetryableError
from hub.domain.platforms import best
from tests.connectors import faults
from tests.connectors.http_contract import AWAY
from tests.connectors.peer import running
from tests.connectors.vendors import graph, teams, webex, zoom
from tests.fakes import FakeTokens

HOST = "anna@meridian.test"
SINCE, UNTIL = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 6, 2, tzinfo=UTC)
LIMITS = Limits(60.0, 2**24)


@dataclass
class Stage:
    """A platform on its server."""

    server: Any
    platform: Any
    hold: Callable[[str, str], Any]
    """Keep a meeting with a transcript: key, beginning."""
    delete: Callable[[Any], None]
    """Have what was recorded of a meeting deleted there."""
    hosted_by: Callable[..., Any]
    """Return the same platform for other hosts."""


def hosts_of(platform):
    """The same platform for other hosts."""
    key = {"Zoom": "users", "Teams": "organizers", "Webex": "hosts"}[type(platform).__name__]

    def changed(*hosts):
        platform._access = platform._access.model_copy(update={key: hosts})
        return platform

    return changed


@contextmanager
def on_zoom() -> Iterator[Stage]:
    with running(zoom.ZoomServer()) as server:
        server.meetings[HOST] = []
        told = {"account_id": zoom.ACCOUNT, "client_id": zoom.CLIENT, "client_secret": "env:SECRET", "users": [HOST]}
        told |= {"base_url": f"{server.address}/v2", "login_url": server.address}
        made = Zoom(ZoomAccess.model_validate(told), name="it", clock=lambda: server.now, limits=LIMITS)
        yield Stage(
            server,
            made,
            lambda key, at: server.held(HOST, key, at, "TRANSCRIPT"),
            lambda one: server.delete(one.key),
            hosts_of(made),
        )


@contextmanager
def on_teams() -> Iterator[Stage]:
    with running(teams.TeamsServer(HOST)) as server:
        told = {"tenant": graph.TENANT, "client_id": "app", "client_secret": "env:SECRET", "organizers": [HOST]}
        told |= {"login_url": server.address, "base_url": server.base}
        made = Teams(TeamsAccess.model_validate(told), name="it", clock=lambda: server.now, limits=LIMITS)
        yield Stage(
            server,
            made,
            lambda key, at: server.call(f"m-{key}", key, at, "transcripts"),
            lambda one: server.delete(one.files[0].id),
            hosts_of(made),
        )


@contextmanager
def on_webex() -> Iterator[Stage]:
    with running(webex.WebexServer(HOST)) as server:
        told = {"client_id": webex.CLIENT, "client_secret": "env:SECRET", "refresh_token": "env:SEED", "hosts": [HOST]}
        access, kept = WebexAccess.model_validate(told | {"base_url": f"{server.address}/v1"}), FakeTokens()
        made = Webex(access, name="it", clock=lambda: UNTIL, tokens=lambda: kept, limits=LIMITS)
        yield Stage(
            server,
            made,
            lambda key, at: server.call(key, at, "transcript"),
            lambda one: server.delete(one.key),
            hosts_of(made),
        )


PLATFORMS = {
    "zoom": (on_zoom, {"SECRET": zoom.SECRET}),
    "teams": (on_teams, {"SECRET": graph.GraphServer().secret}),
    "webex": (on_webex, {"SECRET": webex.SECRET, "SEED": webex.SEED}),
}


@pytest.fixture(params=PLATFORMS)
def stage(request, monkeypatch):
    opened, secrets = PLATFORMS[request.param]
    for name, secret in secrets.items():
        monkeypatch.setenv(name, secret)
    with opened() as made:
        yield made
        made.platform.close()


def held(stage):
    return sorted(stage.platform.held(SINCE, UNTIL), key=lambda one: one.started_at)


def test_every_meeting_of_the_span_comes_once_with_its_time_and_file(stage):
    for number in range(7):
        stage.hold(f"k{number}", f"2026-05-{10 + number}T08:00:00Z")
    stage.hold("late", "2026-07-01T08:00:00Z")
    found = held(stage)
    assert [one.started_at for one in found] == [datetime(2026, 5, 10 + n, 8, tzinfo=UTC) for n in range(7)]
    assert len({one.meeting_id for one in found}) == 7
    assert {(one.title, best(one.files).kind) for one in found} == {("Weekly call", "transcript")}


def test_a_meeting_is_known_by_the_same_id_at_each_look(stage):
    stage.hold("k", "2026-05-10T08:00:00Z")
    assert [one.meeting_id for one in held(stage)] == [one.meeting_id for one in held(stage)]


def test_nothing_recorded_is_no_error(stage):
    assert held(stage) == []


@pytest.mark.parametrize("name", AWAY)
@pytest.mark.parametrize("place", [0, 1])
def test_after_an_outage_the_same_span_gives_all(stage, name, place):
    fault, wait_s = AWAY[name]
    stage.server.size = 2
    for number in range(4):
        stage.hold(f"k{number}", f"2026-05-{10 + number}T08:00:00Z")
    stage.server.fail("list", fault, after=place)
    with pytest.raises(RetryableError) as caught:
        held(stage)
    assert "\n" not in str(caught.value)
    assert caught.value.retry_after_s is not None if wait_s else True
    assert len(held(stage)) == 4


def test_a_token_that_ended_is_had_anew(stage):
    stage.hold("k", "2026-05-10T08:00:00Z")
    assert len(held(stage)) == 1
    stage.server.expire()
    assert len(held(stage)) == 1


def test_a_file_is_handed_over_and_one_that_is_too_long_is_refused(stage, tmp_path):
    stage.hold("k", "2026-05-10T08:00:00Z")
    [meeting] = held(stage)
    stage.platform.fetch(meeting.files[0], tmp_path / "f", most=10_000)
    assert b"We keep the" in (tmp_path / "f").read_bytes()
    with pytest.raises(RejectedError):
        stage.platform.fetch(meeting.files[0], tmp_path / "g", most=10)


def test_check_is_content_with_what_can_be_used(stage):
    stage.platform.check()


def test_what_was_deleted_there_is_known_and_what_is_there_is_not_taken_for_it(stage):
    stage.hold("k", "2026-05-10T08:00:00Z")
    stage.hold("l", "2026-05-11T08:00:00Z")
    first, second = held(stage)
    origins = [one.origin(one.files[0], "it") for one in (first, second)]
    assert [stage.platform.deleted(one) for one in origins] == [False, False]
    stage.delete(first)
    assert [stage.platform.deleted(one) for one in origins] == [True, False]
    assert [one.key for one in held(stage)] == [second.key]


@pytest.mark.parametrize("order", [1, -1])
def test_a_host_who_has_left_is_told_and_hides_none_of_the_others(stage, order):
    stage.hold("k", "2026-05-10T08:00:00Z")
    platform = stage.hosted_by(*[HOST, "gone@meridian.test"][::order])
    found = list(platform.held(SINCE, UNTIL))
    assert [type(one).__name__ for one in found] == ["HeldMeeting", "Unread"]
    assert found[1].where == "it: gone@meridian.test"
    with pytest.raises(RejectedError):
        list(stage.hosted_by("gone@meridian.test").held(SINCE, UNTIL))


def test_an_outage_says_nothing_of_what_was_deleted(stage):
    stage.hold("k", "2026-05-10T08:00:00Z")
    [one] = held(stage)
    stage.delete(one)
    stage.server.fail("list", faults.status(503))
    with pytest.raises(RetryableError):
        stage.platform.deleted(one.origin(one.files[0], "it"))
