"""A second factor: set up, asked for, used once, lost, removed."""

from base64 import b32decode
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from hub.domain.errors import UsageError
from hub.domain.people import Role
from tests.people import PASSWORD, Clock, granted, person, quick_hub, served, sign_in
from tests.world import token_for

ANNA = "anna@cro.example"


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def hub(home, clock):
    return quick_hub(clock=clock)


@pytest.fixture
def client(hub):
    person(hub, ANNA, granted(Role.PROJECT_MANAGER), name="Anna Weber")
    with served(hub) as client:
        sign_in(client, ANNA)
        yield client


def authenticator(address, clock):
    secret = parse_qs(urlsplit(address).query)["secret"][0]
    totp = TOTP(b32decode(secret + "=" * (-len(secret) % 8)), 6, SHA1(), 30)  # noqa: S303 - what authenticators speak
    return lambda: totp.generate(int(clock().timestamp())).decode()


@pytest.fixture
def device(client, clock):
    """An authenticator that has taken in the address; gives the code of now."""
    told = client.post("/api/v1/me/second-factor", json={"password": PASSWORD}).json()
    assert told["qr_svg"].startswith("<svg")
    return authenticator(told["address"], clock)


@pytest.fixture
def recovery(client, device):
    confirmed = client.post("/api/v1/me/second-factor/confirm", json={"code": device()})
    assert confirmed.status_code == 200, confirmed.text
    return confirmed.json()["codes"]


def test_a_factor_that_never_worked_is_not_asked_for(client, device):
    assert client.post("/api/v1/me/second-factor/confirm", json={"code": "000000"}).status_code == 401
    assert sign_in(client, ANNA).status_code == 201


def test_once_it_works_the_password_alone_opens_nothing(client, recovery, device, clock):
    due = sign_in(client, ANNA)
    assert (due.status_code, due.json()["type"]) == (401, "urn:hub:code-due")
    assert sign_in(client, ANNA, code="000000").status_code == 401
    clock.pass_on(seconds=30)
    assert sign_in(client, ANNA, code=device()).status_code == 201


def test_a_code_works_once(client, recovery, device, clock):
    clock.pass_on(seconds=30)
    code = device()
    assert sign_in(client, ANNA, code=code).status_code == 201
    assert sign_in(client, ANNA, code=code).status_code == 401


def test_a_code_of_five_minutes_ago_does_not_work(client, recovery, device, clock):
    clock.pass_on(seconds=30)
    code = device()
    clock.pass_on(minutes=5)
    assert sign_in(client, ANNA, code=code).status_code == 401


def test_wrong_codes_lock_as_wrong_passwords_do(client, recovery):
    for _ in range(5):
        sign_in(client, ANNA, code="000000")
    right = sign_in(client, ANNA, code=recovery[0])
    assert right.status_code == 401  # it is locked, in the words for an address that nobody has


def test_each_recovery_code_opens_once_however_it_is_typed(client, recovery, hub):
    assert len(set(recovery)) == 10
    assert sign_in(client, ANNA, code=recovery[0].upper().replace("-", " ")).status_code == 201
    assert sign_in(client, ANNA, code=recovery[0]).status_code == 401
    assert sign_in(client, ANNA, code=recovery[1]).status_code == 201
    used = [kept.entry.new for kept in hub.audit.entries() if kept.entry.field == "recovery code used"]
    assert used == ['{"left": 9}', '{"left": 8}']


def test_nothing_that_makes_codes_is_readable_in_the_database(client, recovery, device, home, hub):
    written = b"".join(path.read_bytes() for path in home.glob("hub.db*"))
    assert ANNA.encode() in written
    assert not any(code.encode() in written or code.replace("-", "").encode() in written for code in recovery)
    address = hub.codes.address(hub.desk.accounts.named(email=ANNA).secret, ANNA)
    assert address.split("secret=")[1].split("&")[0].encode() not in written


def test_it_is_removed_with_password_and_code_by_its_owner_or_by_an_administrator_with_a_reason(client, recovery, hub):
    assert client.post("/api/v1/me/second-factor/remove", json={"password": PASSWORD}).status_code == 401
    proof = {"password": PASSWORD, "code": recovery[0]}
    assert client.post("/api/v1/me/second-factor/remove", json=proof).status_code == 204
    assert sign_in(client, ANNA).status_code == 201
    client.post("/api/v1/me/second-factor", json={"password": PASSWORD})
    admin = person(hub, "admin@cro.example", granted(Role.ADMINISTRATOR))
    headers = {"Authorization": f"Bearer {token_for(hub, admin)}"}
    anna = hub.desk.accounts.named(email=ANNA).user.id
    path = f"/api/v1/users/{anna}/second-factor/remove"
    assert client.post(path, headers=headers, json={"reason": " "}).status_code == 422
    assert client.post(path, headers=headers, json={"reason": "telephone lost"}).status_code == 200


def test_sessions_are_listed_and_one_is_ended_from_another(client, hub):
    here = client.get("/api/v1/me/sessions").json()["items"]
    assert [one["current"] for one in here] == [True]
    cookies = dict(client.cookies)
    client.cookies.clear()
    sign_in(client, ANNA)
    assert len(client.get("/api/v1/me/sessions").json()["items"]) == 2
    assert client.delete(f"/api/v1/me/sessions/{here[0]['id']}").status_code == 204
    client.cookies.clear()
    client.cookies.update(cookies)
    assert client.get("/api/v1/session").status_code == 401


def test_a_new_password_ends_the_other_sessions(client, hub):
    first = dict(client.cookies)
    client.cookies.clear()
    sign_in(client, ANNA)
    form = {"password": PASSWORD, "new_password": "seven green boats"}
    assert client.post("/api/v1/me/password", json=form | {"password": "wrong wrong wrong"}).status_code == 401
    assert client.post("/api/v1/me/password", json=form).status_code == 204
    assert client.get("/api/v1/session").status_code == 200
    client.cookies.clear()
    client.cookies.update(first)
    assert client.get("/api/v1/session").status_code == 401


def test_a_token_cannot_change_how_its_person_signs_in(client, hub):
    headers = {"Authorization": f"Bearer {token_for(hub, hub.desk.accounts.named(email=ANNA).user)}"}
    client.cookies.clear()
    form = {"password": PASSWORD, "new_password": "seven green boats"}
    assert client.post("/api/v1/me/password", headers=headers, json=form).status_code == 403
    assert client.post("/api/v1/me/second-factor", headers=headers, json=form).status_code == 403


def test_a_role_that_a_second_factor_guards_opens_with_it_and_not_before(home, clock):
    hub = quick_hub(clock=clock, second_factor_for="administrator")
    person(hub, ANNA, granted(Role.ADMINISTRATOR), granted(Role.REVIEWER))
    with served(hub) as client:
        told = sign_in(client, ANNA).json()
        assert ([one["role"] for one in told["grants"]], told["second_factor_due"]) == (["reviewer"], True)
        assert client.get("/api/v1/users").status_code == 403
        begun = client.post("/api/v1/me/second-factor", json={"password": PASSWORD}).json()
        device = authenticator(begun["address"], clock)
        assert client.post("/api/v1/me/second-factor/confirm", json={"code": device()}).status_code == 200
        assert client.get("/api/v1/users").status_code == 403, "this session began without it"
        clock.pass_on(seconds=30)
        assert sign_in(client, ANNA, code=device()).json()["second_factor_due"] is False
        assert client.get("/api/v1/users").status_code == 200


def test_a_setting_that_names_no_role_is_told(home):
    with pytest.raises(UsageError, match=r"HUB_SECOND_FACTOR_FOR.*king is no role"):
        quick_hub(second_factor_for="administrator,king")
