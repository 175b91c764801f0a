"""An inbox, a clock that stands still, and sources over both."""

import pytest
import yaml

from hub.connectors.files.source import open_files
from tests.contract.files.kit import SITE, HeldClock


@pytest.fixture
def inbox(tmp_path):
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


@pytest.fixture
def clock():
    return HeldClock()


@pytest.fixture
def opened(inbox, clock):
    sources = []

    def build(site=SITE, **top):
        top = {"folder": str(inbox)} | top
        text = yaml.safe_dump({"name": "acme", "kinds": {"site": site}} | top)
        sources.append(open_files(text, clock=clock, page_rows=1000))
        return sources[-1]

    yield build
    for source in sources:
        source.close()
