"""What tests share: a client of the hub of a module, and the bench of the sync."""

import pytest

from hub.settings import load_settings
from tests.integration.test_sync_flow import Bench
from tests.people import served


@pytest.fixture
def client(hub):
    """A client of the module's `hub`, served."""
    with served(hub) as client:
        yield client


@pytest.fixture(params=["sqlite", "postgresql"])
def bench(request, home):
    """A hub between two systems, on SQLite and on PostgreSQL."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    made = Bench(load_settings(home=home, database=url))
    yield made
    made.hub.close()
