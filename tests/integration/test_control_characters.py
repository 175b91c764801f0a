"""No address holds characters that nobody writes: each route that takes text says so, and none breaks down."""

import re
from itertools import cycle

import pytest
from fastapi.routing import APIRoute

from hub.api.app import API
from hub.api.routers import ROUTERS
from hub.domain.people import EVERY, Role
from hub.web.views import ROUTERS as PAGES
from tests.people import as_, granted, person, quick_hub

ADA = "ada@cro.example"
UNWRITTEN = cycle(("%00", "%01", "%1B", "%7f"))


@pytest.fixture
def hub(home):
    del home
    hub = quick_hub()
    person(hub, ADA, granted(Role.ADMINISTRATOR, EVERY), granted(Role.PROJECT_MANAGER, EVERY))
    return hub


def read():
    """Return the paths and routes of all that is read."""
    every = [(API, ROUTERS), ("", PAGES)]
    found = [(where + route.path, route) for where, some in every for router in some for route in router.routes]
    return [(path, route) for path, route in found if isinstance(route, APIRoute) and "GET" in route.methods]


def test_a_path_with_a_character_that_nobody_writes_leads_nowhere(hub, client):
    as_(client, ADA)
    paths = [path for path, _ in read() if "{" in path]
    assert len(paths) > 50
    for path in paths:
        address = re.sub(r"{\w+(:path)?}", lambda _: f"a{next(UNWRITTEN)}b", path)
        assert client.get(address).status_code == 404, address


def test_a_query_with_one_is_told_to_leave_it_out(hub, client):
    as_(client, ADA)
    asked = [(path, one.alias) for path, route in read() for one in route.dependant.query_params]
    assert len(asked) > 50
    for path, name in [*asked, ("/meetings", "anything")]:
        answer = client.get(f"{re.sub(r'{.*?}', 'a', path)}?{name}=a{next(UNWRITTEN)}b")
        assert answer.status_code == 422, (path, name)
        assert "control characters" in answer.text


def test_texts_may_have_several_lines(hub, client):
    assert as_(client, ADA).get("/meetings?q=a%0D%0A%09b").status_code == 200
