"""What an inspector or auditor looks at is in the trail; what others look at is not; nobody's page waits for it."""

import json
import threading

import pytest

from hub.domain.errors import RetryableError
from hub.domain.people import Role
from hub.services.accounts.reads import Reads
from tests.people import Clock, granted, person, quick_hub, served
from tests.world import CRO, SPONSOR, STUDY, furnish, token_of


@pytest.fixture
def world(home):
    return furnish(quick_hub(clock=Clock()))


def reads(hub):
    found = [kept.entry for kept in hub.audit.entries() if kept.entry.field == "read"]
    return [(one.actor, one.kind, one.record_id, json.loads(one.new)["asked"]) for one in found]


def looked(world, role, *paths, organization=SPONSOR):
    """Have somebody look at *paths* of a served hub, which is stopped in the end."""
    token = token_of(world.hub, f"{role}@x.example", granted(role, organization), organization="Authority")
    with served(world.hub) as client:
        client.headers["Authorization"] = f"Bearer {token}"
        return [client.get(path).status_code for path in paths]


@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.AUDITOR])
def test_each_look_is_kept_with_its_record_and_once_in_ten_minutes(world, role):
    paths = ("/api/v1/meetings/m1", "/api/v1/meetings/m1", "/api/v1/records/r1", "/meetings/m1", "/api/v1/meetings/x")
    looked(world, role, *paths)
    found = reads(world.hub)
    assert [one[1:] for one in found][:2] == [
        ("meeting", "m1", "GET /api/v1/meetings/m1"),
        ("user", found[1][2], "GET /api/v1/records/r1"),
    ]
    assert len(found) == len(set(found))
    assert all(one[0].startswith(f"{role}@x.example") for one in found)
    assert ("meeting", "m1", "GET /meetings/m1") in [one[1:] for one in found], "pages as well"


def test_others_read_unwatched(world):
    assert looked(world, Role.PROJECT_MANAGER, "/api/v1/meetings/m1", organization=CRO) == [200]
    assert reads(world.hub) == []


def test_nobody_waits_for_the_database_and_what_could_not_be_written_is_written_later(world):
    hub, there, away = world.hub, threading.Event(), [RetryableError("away"), RetryableError("away")]
    written = hub.desk.accounts.note

    def note(entries):
        if away:
            raise away.pop()
        written(entries)
        there.set()

    hub.desk.accounts.note = note
    kept = Reads(hub.desk)
    user = person(hub, "ines@x.example", granted(Role.INSPECTOR, CRO, study=STUDY))
    from hub.domain.people import Principal

    inspector = Principal(user, (granted(Role.INSPECTOR, CRO, study=STUDY),), "s")
    kept.note(inspector, path="GET /a", meeting="m1")  # nothing runs yet, and it returns
    kept.start()
    assert there.wait(60)
    kept.note(inspector, path="GET /b", meeting="m1")
    kept.stop()
    assert [one[3] for one in reads(hub)] == ["GET /a", "GET /b"]
    hub.close()
