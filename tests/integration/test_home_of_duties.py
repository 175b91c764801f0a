"""What waits on the home page is what somebody's own duties can do something about."""

import pytest

from hub.domain.people import Role
from tests.pages_kit import filled
from tests.people import PASSWORD, quick_hub, served


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUB_HOME", str(tmp_path_factory.mktemp("duties") / "home"))
        hub = quick_hub()
        filled(hub)
        for _ in range(20):
            hub.sync.gates.failed("ctms", retry_after_s=None)
            hub.sync.gates.failed("theirs", retry_after_s=None)
        with served(hub) as one:
            yield one


def home(client, role):
    client.cookies.clear()
    assert client.post("/sign-in", data={"email": f"{role}@each.example", "password": PASSWORD}).status_code < 400
    return client.get("/").text


def test_connections_that_fail_are_told_to_whoever_operates_them_and_no_other_partys(client):
    for role in (Role.INTEGRATION_ENGINEER, Role.ADMINISTRATOR):
        shown = home(client, role)
        assert "Connections that fail" in shown, role
        assert ">ctms</a>" in shown
        assert ">theirs</a>" not in shown
    assert "Connections that fail" not in home(client, Role.CONTRIBUTOR)


def test_dead_letters_wait_for_operators_drafts_for_editors_signatures_for_signers(client):
    sections = ("Dead letters", "Drafts to check", "To sign")
    expected = {
        Role.INTEGRATION_ENGINEER: (True, False, False),
        Role.CONTRIBUTOR: (False, True, False),
        Role.REVIEWER: (False, False, True),
        Role.PROJECT_MANAGER: (False, True, True),
        Role.AUDITOR: (False, False, False),
    }
    for role, those in expected.items():
        shown = home(client, role)
        assert tuple(f">{one}</h2>" in shown for one in sections) == those, role


def test_a_meeting_without_minutes_does_not_say_that_they_are_being_drafted(client):
    home(client, Role.CONTRIBUTOR)
    shown = client.get("/meetings/m1").text
    assert "There are no minutes" in shown
    assert "being drafted" not in shown


def test_actions_are_found_by_owner_and_the_log_of_the_own_study_can_be_taken_along(client):
    home(client, Role.PROJECT_MANAGER)
    assert "Send the delegation log" in client.get("/actions", params={"owner": "Speaker 2"}).text
    assert "Send the delegation log" not in client.get("/actions", params={"owner": "Anna Weber"}).text
    assert "/api/v1/communications/export?study=ATLAS-3" in client.get("/communications").text
