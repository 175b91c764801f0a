"""A certified copy is marked, says who verified it and when, keeps what is known of its original, and is known again."""

import json

import pytest

from hub.domain.people import Role
from hub.services.review.exporting import check
from tests.people import PASSWORD, Clock, granted, person, quick_hub, served, sign_in
from tests.review_kit import AT, STUDY, drafted

API = "/api/v1"
BEN, IVO = "ben@asterion.test", "ivo@asterion.test"


@pytest.fixture
def hub(home):
    made = quick_hub(clock=Clock(AT))
    person(made, BEN, granted(Role.REVIEWER, "Asterion", study=STUDY), organization="Asterion", name="Ben Okafor")
    person(made, IVO, granted(Role.INSPECTOR, "Asterion"), organization="Authority", name="Ivo Tanner")
    return made


@pytest.fixture
def client(hub):
    with served(hub) as client:
        assert sign_in(client, BEN).status_code == 201
        yield client


@pytest.fixture
def path(hub):
    return f"{API}/meetings/{drafted(hub.room).meeting_id}/versions/1"


def certified(client, path, format="pdf", **changed):
    told = {"sha256": client.get(path).json()["sha256"], "format": format, "password": PASSWORD}
    return client.post(f"{path}/certified-copies", json=told | changed)


def checked(hub, file):
    return check(hub.room, file, verify=hub.audit.signed, key=hub.audit.public_key())


@pytest.mark.parametrize("format", ["pdf", "md", "json"])
def test_a_copy_is_marked_with_who_verified_it_and_known_by_its_bytes(hub, client, path, format):
    made = certified(client, path, format)
    assert made.status_code == 201, made.text
    told = made.json()
    assert (told["name"], told["at"], told["method"]) == ("Ben Okafor", "2026-06-01T09:00:00Z", "password")
    assert told["original"]["title"] == "Weekly call"
    assert told["original"]["sha256"] == client.get(path).json()["sha256"]
    file = client.get(f"{path}/certified-copies/{told['id']}/file").content
    assert len(file) == told["size"]
    if format != "pdf":
        assert b"certified copy" in file
        assert b"Ben Okafor" in file
    found = checked(hub, file)
    assert found.differs == ()
    assert "certified copy" in found.by[-1]
    assert [one["id"] for one in client.get(f"{path}/certified-copies").json()["items"]] == [told["id"]]
    [line] = [kept.entry for kept in hub.audit.entries() if kept.entry.kind == "certified copy"]
    assert (line.actor, json.loads(line.new)["sha256"]) == (BEN, told["sha256"])


def test_a_certification_that_the_hub_does_not_know_is_found_out(hub, client, path):
    told = certified(client, path).json()
    file = client.get(f"{path}/certified-copies/{told['id']}/file").content
    with hub.database.begin() as connection:
        connection.exec_driver_sql("DELETE FROM certified_copies")
    assert any("no signature of Ben Okafor" in one for one in checked(hub, file).differs)
    assert client.get(f"{path}/certified-copies/{told['id']}/file").status_code == 404


def test_nobody_certifies_without_proof_or_what_they_did_not_look_at(client, path):
    assert certified(client, path, password="wrong").status_code == 401  # noqa: S106 - nobody's
    assert certified(client, path, sha256="0" * 64).status_code == 412
    assert certified(client, path, locale="de").status_code == 404
    assert client.get(f"{path}/certified-copies").json()["items"] == []


def test_an_inspector_takes_a_copy_and_makes_none(client, path):
    told = certified(client, path, "md").json()
    client.cookies.clear()
    sign_in(client, IVO)
    assert client.get(f"{path}/certified-copies/{told['id']}/file").status_code == 200
    assert certified(client, path).status_code == 403
