"""Single sign-on and the proof for a signature with a real identity provider."""

import shutil
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest

from tests.keycloak import SECRET, keycloak, through_its_form
from tests.people import person, quick_hub, served
from tests.services import need

pytestmark = pytest.mark.slow


@pytest.fixture
def issuer(tmp_path):
    need(
        "Keycloak", "apt-get install openjdk-17-jre-headless maven", bool(shutil.which("java") and shutil.which("mvn"))
    )
    with keycloak(tmp_path) as issuer:
        yield issuer


def test_a_person_of_keycloak_signs_in_and_proves_it_again(home, issuer):
    began = datetime.now(UTC)
    hub = quick_hub(oidc_issuer=issuer, oidc_client_secret=SECRET, clock=lambda: datetime.now(UTC))
    anna = person(hub, "anna@cro.example")
    with served(hub) as client:
        begun = client.get("/api/v1/session/sso", follow_redirects=False)
        back = urlsplit(through_its_form(begun.headers["location"]))
        answer = client.get(f"{back.path}?{back.query}", follow_redirects=False)
        assert answer.status_code == 303, answer.text
        assert client.get("/api/v1/session").json()["email"] == "anna@cro.example"
        [before] = hub.desk.sessions.sessions(anna.id)
        assert before.proved_at > began

        begun = client.get("/api/v1/session/sso", params={"purpose": "proof"}, follow_redirects=False)
        back = urlsplit(through_its_form(begun.headers["location"]))
        assert client.get(f"{back.path}?{back.query}", follow_redirects=False).status_code == 303
        [after] = hub.desk.sessions.sessions(anna.id)
        assert after.proved_at > before.proved_at
