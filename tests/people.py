"""A hub that is served in the test's own process, and people who use it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx2
from fastapi.testclient import TestClient

from hub.bootstrap import Hub, build
from hub.domain.people import Grant, Role, User
from hub.services.accounts import keeping
from hub.settings import load_settings
from hub.storage.passwords import Argon2Passwords

PASSWORD = "a long walk by the river"  # noqa: S105 - of tests only
MORNING = datetime(2026, 6, 1, 9, tzinfo=UTC)


class Clock:
    """The present time of a test, moved by hand."""

    def __init__(self, now: datetime = MORNING) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_on(self, **much: float) -> None:
        self.now += timedelta(**much)


_NUMBERS = count(1)


def quick_hub(**settings: Any) -> Hub:
    """Return a hub whose passwords are hashed as cheaply as can be; *settings* may give a clock and other parts."""
    parts = {
        name: settings.pop(name) for name in ("clock", "job_kinds", "mailer", "poster", "announcer") if name in settings
    }
    known = load_settings(requests_per_s=10_000, **settings)
    return build(known, passwords=Argon2Passwords(memory_kib=64, rounds=1), **parts)


def idle_jobs(hub: Hub) -> Hub:
    """Let every kind of long work be done at once and come to nothing."""
    for kind in hub.job_kinds:
        hub.job_kinds[kind] = lambda _job, _tell: {}
    return hub


def person(hub: Hub, email: str, *grants: Grant, organization: str = "Meridian CRO", name: str = "Person") -> User:
    """Make an account with a password of the person's own, and give it *grants*."""
    user = User(f"u{next(_NUMBERS)}", email, name, organization)
    account = keeping.create(hub.desk, user, by="the test", password=PASSWORD, own=True)
    for grant in grants:
        keeping.give(hub.desk, account, grant, by="the test")
    return account.user


def granted(role: Role, organization: str = "Meridian CRO", **more: Any) -> Grant:
    """Return a grant; an inspector's ends in a month unless *more* says when."""
    if role is Role.INSPECTOR:
        more.setdefault("until", MORNING + timedelta(days=30))
    return Grant(role, organization, **more)


@contextmanager
def served(hub: Hub) -> Iterator[TestClient]:
    """Serve *hub* to a client; its jobs run."""
    from hub.api.app import create_app

    try:
        with TestClient(create_app(hub), raise_server_exceptions=False) as client:
            yield client
    finally:
        hub.close()


def as_(client: Any, email: str) -> Any:
    """Return the client with nobody but *email* signed in."""
    client.cookies.clear()
    client.headers.pop("X-CSRF-Token", None)
    assert sign_in(client, email).status_code == 201
    return client


def sign_in(client: Any, email: str, password: str = PASSWORD, *, new: str = "", code: str = "") -> httpx2.Response:
    """Sign somebody in, with a *new* password where one is due; the client sends cookie and token from now on."""
    told = {"email": email, "password": password, "code": code} | ({"new_password": new} if new else {})
    answer = client.post("/api/v1/session", json=told)
    if answer.status_code == 201:
        client.headers["X-CSRF-Token"] = answer.json()["csrf"]
    return answer
