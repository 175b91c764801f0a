"""Signing in at an identity provider: the way there and back, what is not believed, and proving it again."""

from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc.jwk import RSAKey

from hub.domain.errors import UnknownError
from hub.domain.people import Principal, Role
from hub.ports.review import Proof
from tests.identity_provider import SECRET, provided
from tests.people import Clock, granted, person, quick_hub, served, sign_in

START = "/api/v1/session/sso"


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def provider(clock):
    with provided(lambda: clock().timestamp()) as provider:
        yield provider


@pytest.fixture
def hub(home, clock, provider):
    return quick_hub(clock=clock, oidc_issuer=provider.issuer, oidc_client_secret=SECRET)


@pytest.fixture
def client(hub):
    person(hub, "anna@cro.example", granted(Role.PROJECT_MANAGER))
    with served(hub) as client:
        yield client


def there(client, **asked):
    """Go to the provider and return where it sends the browser back to."""
    begun = client.get(START, params=asked, follow_redirects=False)
    assert begun.status_code == 303, begun.text
    with httpx2.Client() as browser:
        return browser.get(begun.headers["location"]).headers["location"]


def came_back(client, address):
    parts = urlsplit(address)
    return client.get(f"{parts.path}?{parts.query}", follow_redirects=False)


def proved_at(client, hub):
    [session] = hub.desk.sessions.sessions(hub.desk.accounts.named(email="anna@cro.example").user.id)
    return session.proved_at


def test_one_who_signs_in_at_the_provider_is_known_here(client, hub):
    answer = came_back(client, there(client, then="/meetings?late=1"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/meetings?late=1")
    assert client.get("/api/v1/session").json()["email"] == "anna@cro.example"
    [entry] = [kept.entry for kept in hub.audit.entries() if kept.entry.field == "sign-in"]
    assert '"sso"' in entry.new


def test_later_the_subject_counts_and_not_the_address(client, provider):
    came_back(client, there(client))
    provider.person |= {"email": "weber@cro.example"}
    client.cookies.clear()
    assert came_back(client, there(client)).status_code == 303
    assert client.get("/api/v1/session").json()["email"] == "anna@cro.example"


@pytest.mark.parametrize(
    "who", [{"email": "nobody@cro.example"}, {"email_verified": False}, {"email_verified": "true"}]
)
def test_who_has_no_account_or_no_verified_address_is_not_let_in(client, provider, who):
    provider.person |= who
    assert came_back(client, there(client)).status_code == 401
    assert client.get("/api/v1/session").status_code == 401


def test_another_subject_does_not_get_an_account_that_is_linked(client, provider):
    came_back(client, there(client))
    provider.person["sub"] = "s-2"
    client.cookies.clear()
    assert came_back(client, there(client)).status_code == 401


@pytest.mark.parametrize(
    "lie",
    [
        {"iss": "https://other.example"},
        {"aud": "another"},
        {"aud": ["hub", "another"]},
        {"exp": 1_000_000_000},
        {"iat": 1_000_000_000},
        {"nonce": "another"},
        {"sub": ""},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_us_and_now_is_not_believed(client, provider, lie):
    provider.lie = lie
    answer = came_back(client, there(client))
    assert (answer.status_code, next(iter(lie)) in answer.text or "azp" in answer.text) == (401, True)


def test_a_token_signed_by_another_is_not_believed_and_a_new_key_of_the_providers_is(client, provider):
    came_back(client, there(client))
    right, provider.key = provider.key, RSAKey.generate_key(2048, parameters={"kid": "second"})
    client.cookies.clear()
    assert came_back(client, there(client)).status_code == 303, "the provider changed its key"
    address = there(client)
    thief = RSAKey.generate_key(2048, parameters={"kid": "second"})
    shown, provider.key = provider.key, thief
    client.cookies.clear()
    assert came_back(client, address).status_code == 401
    assert shown is not right


def test_what_was_not_begun_in_this_browser_is_not_finished_in_it(client, clock):
    address = there(client)
    sealed = client.cookies.get("hub-sso")
    client.cookies.clear()
    assert came_back(client, address).status_code == 401
    client.cookies.set("hub-sso", sealed)
    state = parse_qs(urlsplit(address).query)["state"][0]
    assert came_back(client, address.replace(state, "of-another")).status_code == 401
    assert client.get("/api/v1/session").status_code == 401


@pytest.mark.parametrize("then", ["https://evil.example", "//evil.example", "/\\evil.example", "/a\r\nSet-Cookie: x=1"])
def test_nobody_is_sent_elsewhere_afterwards(client, then):
    answer = came_back(client, there(client, then=then))
    assert answer.headers["location"] == "/"


def test_proving_it_again_asks_the_provider_for_the_password_anew(client, hub, clock, provider):
    came_back(client, there(client))
    clock.pass_on(minutes=20)
    assert came_back(client, there(client, purpose="proof")).status_code == 303
    assert proved_at(client, hub) == clock.now


def test_a_provider_that_asks_nobody_proves_nothing(client, hub, clock, provider):
    came_back(client, there(client))
    first, provider.ignores_prompt = clock.now, True
    clock.pass_on(minutes=20)
    assert came_back(client, there(client, purpose="proof")).status_code == 401
    assert proved_at(client, hub) == first


def test_another_person_cannot_prove_it_for_one(client, hub, clock, provider):
    came_back(client, there(client))
    first = clock.now
    clock.pass_on(minutes=20)
    provider.person = {"sub": "s-9", "email": "ben@cro.example", "email_verified": True}
    assert came_back(client, there(client, purpose="proof")).status_code == 401
    assert proved_at(client, hub) == first


def test_a_signature_takes_a_fresh_proof_at_the_provider_and_one_proof_serves_one(client, hub, clock):
    def signs(step_up="sso"):
        user = hub.desk.accounts.named(email="anna@cro.example").user
        [session] = hub.desk.sessions.sessions(user.id)
        return hub.reauthentication.prove(Principal(user, (), session.shown), Proof(step_up=step_up), at=clock())

    came_back(client, there(client))
    with pytest.raises(UnknownError):
        signs()
    clock.pass_on(minutes=1)
    came_back(client, there(client, purpose="proof"))
    assert signs() == "single sign-on, anew"
    with pytest.raises(UnknownError):
        signs()
    clock.pass_on(minutes=1)
    came_back(client, there(client, purpose="proof"))
    clock.pass_on(minutes=6)
    with pytest.raises(UnknownError):
        signs()


def test_without_a_provider_there_is_no_way_to_one(home):
    with served(quick_hub()) as client:
        assert client.get(START).status_code == 404


def test_a_provider_that_is_away_is_said_so(client, provider):
    address = there(client)
    provider.shutdown()
    provider.server_close()
    assert came_back(client, address).status_code == 503


def test_where_accounts_have_no_password_nobody_signs_in_with_one(client, hub):
    from hub.domain.people import User
    from hub.services.accounts import keeping

    keeping.create(hub.desk, User("u-sso", "ben@cro.example", "Ben", "Meridian CRO"), by="the test")
    assert sign_in(client, "ben@cro.example", "").status_code == 401
