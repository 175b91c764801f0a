"""Two meetings of a series over HTTP and on the pages: what the first left open is closed by the second, by a person."""

import json
import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from hub.bootstrap import Hub
from hub.domain.versions import Version
from hub.services.review.board import enter
from hub.services.review.room import held
from tests.integration import test_review_api as story
from tests.integration.test_review_api import ANNA, API, IVO, as_
from tests.people import PASSWORD

SERIES = "Weekly operations"
LATER = json.dumps(
    {
        "meeting": {"id": "y", "title": "Next call", "participants": []},
        "language": "en",
        "segments": [
            {"id": "s1", "speaker": "Anna Weber", "start": 0, "end": 4, "text": "The delegation log for the site?"},
            {"id": "s2", "speaker": "Ben Okafor", "start": 4, "end": 8, "text": "We sent it on Monday."},
        ],
    }
).encode()
QUOTE = "The delegation log for the site? We sent it on Monday."

here, client = story.here, story.client


def meeting(client: TestClient, content: bytes, day: str, monkeypatch: pytest.MonkeyPatch) -> str:
    form = story.FORM | {"series": SERIES, "started_at": f"{day}T09:00:00+00:00"}
    with monkeypatch.context() as patch:
        patch.setattr(story, "FORM", form)
        patch.setattr(story.uploaded, "__defaults__", (content,))
        return story.drafted(client)


@pytest.fixture
def two(here: Hub, client: TestClient, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, str]]:
    as_(client, ANNA)
    first = meeting(client, story.TRANSCRIPT, "2026-06-01", monkeypatch)
    with held(here.room, first, "hub") as work:
        version = work.unit.get(Version, first, 1)
        assert version is not None
        enter(work, version)
    return first, meeting(client, LATER, "2026-06-15", monkeypatch)


def test_a_person_agrees_and_the_action_is_closed_with_its_passage(
    here: Hub, client: TestClient, two: tuple[str, str]
) -> None:
    first, second = two
    [one] = client.get(f"{API}/meetings/{second}/minutes").json()["minutes"]["carried"]
    assert (one["meeting_id"], one["late_days"], one["state"]) == (first, 10, "said_done")
    assert one["said"]["quote"] == QUOTE
    there = f"{API}/actions/{one['id']}"
    answer = client.get(there)
    assert (answer.json()["state"], answer.json()["closing"]["state"]) == ("open", "proposed")
    as_(client, IVO)
    refused = client.post(f"{there}/closing", json={"agree": True}, headers={"If-Match": answer.headers["etag"]})
    assert refused.status_code == 403
    as_(client, ANNA)
    assert client.post(f"{there}/closing", json={"agree": True}).status_code == 428
    done = client.post(f"{there}/closing", json={"agree": True}, headers={"If-Match": answer.headers["etag"]}).json()
    assert (done["state"], done["closing"]["quote"], done["closing"]["by"]) == ("done", QUOTE, ANNA)
    [now] = client.get(f"{API}/meetings/{second}/minutes").json()["minutes"]["carried"]
    assert now["state"] == "done"
    again = client.post(
        f"{there}/closing", json={"agree": True}, headers={"If-Match": client.get(there).headers["etag"]}
    )
    assert again.status_code == 409
    assert here.audit.verify().whole


def signed_in(client: TestClient, email: str) -> None:
    client.cookies.clear()
    client.headers.pop("x-csrf-token", None)  # pages send it in their forms
    client.post("/sign-in", data={"email": email, "password": PASSWORD})


def page(client: TestClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_the_pages_show_what_was_said_and_take_the_answer(client: TestClient, two: tuple[str, str]) -> None:
    first, second = two
    signed_in(client, IVO)
    assert "Agree: it is done" not in page(client, f"/meetings/{second}")  # an inspector reads only
    signed_in(client, ANNA)
    shown = page(client, f"/meetings/{second}")
    for part in ("Open actions from earlier meetings", "10 days late", "said to be done", "We sent it on Monday."):
        assert part in shown
    form = re.search(
        r'action="(/actions/[^"]+/closing)".*?name="csrf" value="([0-9a-f]+)".*?name="version" value="(\d+)"',
        shown,
        re.DOTALL,
    )
    assert form is not None
    assert "Said to be done" in page(client, "/actions")
    told = {"csrf": form[2], "do": "agree", "version": form[3], "back": second}
    came = client.post(form[1], data=told, follow_redirects=False)
    assert (came.status_code, came.headers["location"].partition("#")[0]) == (303, f"/meetings/{second}")
    board = page(client, "/actions?state=done")
    assert "Closed by" in board
    assert "We sent it on Monday." in board
    assert f"/meetings/{first}" in board
    assert f'<option value="{SERIES}">' in page(client, "/meetings/new")  # offered for the next one
