"""What tests share: a client of the hub of a module, and the bench of the sync."""

import shutil

import pytest

from hub.settings import load_settings
from hub.storage.engine import open_engine
from tests.integration.test_sync_flow import Bench
from tests.people import served


@pytest.fixture
def client(hub):
    """A client of the module's `hub`, served."""
    with served(hub) as client:
        yield client


@pytest.fixture(scope="session")
def empty_home(tmp_path_factory):
    """A folder with the database of a hub that holds nothing: to copy it takes a tenth of the time that it took to make."""
    folder = tmp_path_factory.mktemp("empty")
    open_engine(load_settings(home=folder, database=None).database_url).dispose()  # a hub that is built opens none yet
    assert any(folder.iterdir())
    return folder


@pytest.fixture(params=["sqlite", "postgresql"])
def bench(request, home, empty_home):
    """A hub between two systems, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        shutil.copytree(empty_home, home, dirs_exist_ok=True)
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    made = Bench(load_settings(home=home, database=url))
    yield made
    made.hub.close()
