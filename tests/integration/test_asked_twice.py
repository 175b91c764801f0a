"""What creates something may be asked for twice under one key, and is made once."""

from datetime import date

import pytest

from hub.domain.people import Role
from tests.people import PASSWORD, as_, granted, person, quick_hub
from tests.review_kit import AT

API = "/api/v1"
MAY_BE_ASKED_ANEW = {
    "/api/v1/session": "the answer is a session, whose secret is kept nowhere",
    "/api/v1/me/tokens": "the answer is a token's secret, which is kept nowhere",
    "/api/v1/me/second-factor": "the answer is a secret; beginning again takes the place of the first",
}
"""What takes no key, each with the reason."""
ADA, CARA = "ada@meridian.test", "cara@meridian.test"


@pytest.fixture
def hub(home):
    del home
    hub = quick_hub()
    person(hub, ADA, *(granted(one, "Meridian") for one in (Role.ADMINISTRATOR, Role.PROJECT_MANAGER, Role.AUDITOR)),
           organization="Meridian", name="Ada Byron")  # fmt: skip
    person(hub, CARA, granted(Role.CONTRIBUTOR, "Meridian"), organization="Meridian", name="Cara Lind")
    return hub


def creating(document):
    """Yield each path whose POST creates something or begins work, with what it takes in its headers."""
    for path, its in document["paths"].items():
        posted = its.get("post")
        if posted and {"201", "202"} & set(posted["responses"]):
            yield path, {one["name"] for one in posted.get("parameters", ()) if one["in"] == "header"}


def test_every_creation_takes_a_key_or_says_here_why_not(client):
    document = client.get("/api/v1/openapi.json").json()
    lacking = {path for path, headers in creating(document) if "idempotency-key" not in headers}
    assert lacking == set(MAY_BE_ASKED_ANEW)
    assert len(list(creating(document))) > 30


def twice(client, path, form, key="k1"):
    return [client.post(f"{API}{path}", json=form, headers={"Idempotency-Key": key}) for _ in range(2)]


def test_a_step_a_hold_and_a_training_are_made_once(client):
    as_(client, ADA)
    told = {"kind": "quality", "severity": "minor", "title": "A letter went astray", "what": "It held names.",
            "known_at": AT.isoformat()}  # fmt: skip
    reported = client.post(f"{API}/incidents", json=told).json()["id"]
    steps = twice(client, f"/incidents/{reported}/steps", {"text": "The other site was asked to destroy it."})
    assert [one.status_code for one in steps] == [201, 201]
    assert steps[0].json() == steps[1].json()
    assert len(client.get(f"{API}/incidents/{reported}").json()["steps"]) == 1
    holds = twice(client, "/studies/LH-302/holds", {"reason": "an inspection is announced"}, "k2")
    assert holds[0].json()["id"] == holds[1].json()["id"]
    [cara] = [one["id"] for one in client.get(f"{API}/users").json()["items"] if one["email"] == CARA]
    trained = {"name": "GCP", "on": date(2026, 5, 1).isoformat(), "evidence": "certificate 12"}
    noted = twice(client, f"/users/{cara}/qualifications", trained, "k3")
    assert noted[0].status_code == 201
    assert noted[0].json() == noted[1].json()


def test_a_key_is_of_one_request(client):
    as_(client, ADA)
    first, other = (
        client.post(f"{API}/studies/{study}/holds", json={"reason": "x"}, headers={"Idempotency-Key": "k"})
        for study in ("LH-302", "LH-303")
    )
    assert (first.status_code, other.status_code) == (201, 422)


def test_a_wrong_password_counts_under_a_key_too_and_leaves_the_key_free(hub, client):
    as_(client, ADA)
    form = {"version": hub.version, "evidence": "report 1"}
    wrong, right = form | {"password": "wrong wrong wrong"}, form | {"password": PASSWORD}
    refused = [one.status_code for one in twice(client, "/studies/LH-302/releases", wrong)]
    assert refused == [401, 401]
    assert len([one for one in hub.audit.entries() if one.entry.field == "sign-in refused"]) >= 2
    made = twice(client, "/studies/LH-302/releases", right)
    assert [one.status_code for one in made] == [201, 201]
    assert made[0].json() == made[1].json()
