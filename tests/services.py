"""Fixtures of real servers: Kafka and PostgreSQL, started once for a test run by `scripts/services`."""

import json
import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from hub.storage.engine import open_engine
from tests.greenmail import MAILBOXES, Green, greenmail, installed

SCRIPT = Path(__file__).resolve().parent.parent / "scripts" / "services"


def pytest_configure(config: pytest.Config) -> None:
    """Let kafka-python read its own schemas as Python 3.11 would rather not have it."""
    for name in ("read_text", "open_text"):
        config.addinivalue_line("filterwarnings", f"ignore:{name} is deprecated:DeprecationWarning")


@dataclass(frozen=True)
class Services:
    """Servers that run under a folder."""

    folder: Path
    addresses: dict[str, str]

    def command(self, action: str, *names: str) -> None:
        """Do `kill`, `restart` or `stop` with *names* (broker1, postgres...)."""
        _services(action, self.folder, *names)


def started(*options: object) -> Iterator[Services]:
    """Start what *options* of `scripts/services start` say, give it, and end it."""
    # another user runs PostgreSQL, and may not enter the folders that pytest makes
    folder = Path(tempfile.mkdtemp(prefix="liaison-services-"))
    try:
        yield Services(folder, json.loads(_services("start", *options, folder)))
    finally:
        _services("stop", folder)
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def kafka_services() -> Iterator[Services]:
    """One Kafka broker of this test run; a test that ends it brings it up again."""
    need("Kafka", "apt-get install openjdk-17-jre-headless maven", bool(shutil.which("java") and shutil.which("mvn")))
    yield from started("--only", "kafka")


@pytest.fixture(scope="session")
def kafka_servers(kafka_services: Services) -> str:
    """The address of the broker, host:port."""
    return kafka_services.addresses["kafka"]


@pytest.fixture(scope="session")
def postgres_services() -> Iterator[Services]:
    """The PostgreSQL server of this test run."""
    need("PostgreSQL", "apt-get install postgresql", any(Path("/usr/lib/postgresql").glob("*/bin/initdb")))
    yield from started("--only", "postgres")


@pytest.fixture
def postgres_url(postgres_services: Services) -> Iterator[str]:
    """The SQLAlchemy address of a database of the test's own, empty."""
    yield from _made(postgres_services)


def _made(postgres_services: Services) -> Iterator[str]:
    server = make_url(postgres_services.addresses["postgres"])
    name = f"test_{uuid.uuid4().hex}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield server.set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared_engine(request, tmp_path_factory) -> Iterator[Engine]:
    """The database of a hub, on SQLite and on PostgreSQL, for all tests of a module: each has rows of its own."""
    made = iter([f"sqlite:///{tmp_path_factory.mktemp('shared')}/hub.db"])
    if request.param == "postgresql":
        made = _made(request.getfixturevalue("postgres_services"))
    engine = open_engine(next(made))
    yield engine
    engine.dispose()
    next(made, None)


@pytest.fixture(scope="session")
def green(tmp_path_factory) -> Iterator[Green]:
    """The mail server of this test run; tests that count mails do so in a mailbox or folder of their own."""
    need("GreenMail", "apt-get install openjdk-17-jre-headless maven", installed())
    with greenmail(tmp_path_factory.mktemp("green"), *MAILBOXES) as server:
        yield server


@pytest.fixture
def postgres_apart() -> Iterator[tuple[Services, str]]:
    """A PostgreSQL server of the test's own, to be stopped and started, and its address for SQLAlchemy."""
    need("PostgreSQL", "apt-get install postgresql", any(Path("/usr/lib/postgresql").glob("*/bin/initdb")))
    for services in started("--only", "postgres"):
        yield services, services.addresses["postgres"]


def need(what: str, install: str, installed: bool) -> None:
    """Leave the test out where *what* is absent; in CI it is to be there, so the test runs and fails."""
    if not installed and os.environ.get("CI") != "true":
        pytest.skip(f"{what} is not installed here: {install}")


def _services(*arguments: object) -> str:
    done = subprocess.run([SCRIPT, *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request, tmp_path):
    """The database of a hub, on SQLite and on PostgreSQL."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else f"sqlite:///{tmp_path}/hub.db"
    engine = open_engine(url)
    yield engine
    engine.dispose()
