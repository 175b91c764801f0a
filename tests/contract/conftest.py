"""What several contract suites begin with."""

import uuid

import pytest

from hub.storage.ledger import SqlLedger
from tests.contract.ledger_kit import NOW


@pytest.fixture
def ledger(shared_engine):
    return SqlLedger(shared_engine, clock=lambda: NOW)


@pytest.fixture
def name() -> str:
    """A name that no other test has."""
    return uuid.uuid4().hex[:12]
