"""What tests of the sync share."""

import pytest

from hub.settings import load_settings
from tests.integration.test_sync_flow import Bench


@pytest.fixture(params=["sqlite", "postgresql"])
def bench(request, home):
    """A hub between two systems, on SQLite and on PostgreSQL."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    made = Bench(load_settings(home=home, database=url))
    yield made
    made.hub.close()
