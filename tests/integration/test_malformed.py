"""A thousand bodies that no client should send, made from a seed: no crash, no 5xx, no growth of memory."""

import json
import os
import random
from pathlib import Path

import pytest
from fastapi.routing import APIRoute

from hub.api.routers import ROUTERS
from hub.domain.people import EVERY, Grant, Role
from tests.people import MORNING, idle_jobs, quick_hub, served
from tests.world import furnish, named, token_of

MANY, SEED = 1000, 20260601
MOST_GROWTH = 30 * 2**20
WORDS = [
    "email",
    "password",
    "name",
    "reason",
    "take",
    "party",
    "id",
    "kinds",
    "scopes",
    "role",
    "until",
    "csrf",
    "file",
]
LEAVES = [
    None, True, -1, 10**400, 1e308, "", "\x00", "\ud800", "\u202e", "A" * 5000, "../../etc/passwd", "{{7*7}}", "%00",
    "' OR 1=1 --", "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "2026-13-45T99:99:99Z", "\r\nSet-Cookie: a=b", [], {},
]  # fmt: skip
KINDS = [
    "application/json", "application/json; charset=utf-16", "text/plain", "", "application/xml", "multipart/form-data",
    "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "application/merge-patch+json", "\x7f/\x7f",
]  # fmt: skip


def value(dice: random.Random, depth: int = 0) -> object:
    if depth > 4 or dice.random() < 0.4:
        return dice.choice(LEAVES)
    if dice.random() < 0.3:
        return [value(dice, depth + 1) for _ in range(dice.randrange(4))]
    return {dice.choice(WORDS): value(dice, depth + 1) for _ in range(dice.randrange(6))}


def body(dice: random.Random) -> bytes:
    text = json.dumps(value(dice)).encode()
    how = dice.randrange(9)
    if how == 0:
        return text[: dice.randrange(len(text) + 1)]
    if how == 1:
        return b"[" * 20_000
    if how == 2:
        return b'{"a":' * 5_000 + b"1" + b"}" * 5_000
    if how == 3:
        spoiled = bytearray(text or b"{")
        for _ in range(1 + len(spoiled) // 20):
            spoiled[dice.randrange(len(spoiled))] = dice.randrange(256)
        return bytes(spoiled)
    if how == 4:
        return b"\xff\xfe" + text.decode().encode("utf-16-le", "surrogatepass")
    if how == 5:
        part = f'--x\r\nContent-Disposition: form-data; name="{dice.choice(WORDS)}"; filename="../../x"\r\n\r\n'
        return part.encode() * dice.randrange(1, 30) + text
    if how == 6:
        return b"&".join(b"%s=%%%02x" % (dice.choice(WORDS).encode(), dice.randrange(256)) for _ in range(20))
    if how == 7:
        return dice.randbytes(dice.randrange(2000))
    return text


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.fixture
def world(home):
    hub = idle_jobs(quick_hub(clock=lambda: MORNING))
    made = furnish(hub)
    with served(hub) as client:
        yield made, client


def targets() -> list[tuple[str, str]]:
    found = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    return sorted(
        (method, route.path) for route in found for method in route.methods if method not in ("GET", "DELETE")
    )


def test_a_thousand_malformed_bodies_break_nothing_and_leave_nothing_behind(world):
    made, client = world
    roles = [Grant(role, EVERY, unblinded=True) for role in Role if role is not Role.INSPECTOR]
    token = token_of(made.hub, "all@people.example", *roles)
    dice, places, before, seen = random.Random(SEED), targets(), 0, set[int]()  # noqa: S311 - the same each time
    for number in range(MANY):
        if number == MANY // 4:
            before = resident()
        method, path = places[number % len(places)]
        address = named(path, made.ids)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": dice.choice(KINDS), "If-Match": '"x"'}
        answer = client.request(method, f"/api/v1{address}", content=body(dice), headers=headers)
        seen.add(answer.status_code)
        assert answer.status_code < 500, f"{number} {method} {path}: {answer.text}"
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
    assert resident() - before < MOST_GROWTH
    assert {412, 422} <= seen
    assert client.get("/health/ready").status_code == 200
