"""The large store that `bench/service.py` measures is one as the hub itself would have made it."""

import sys
from pathlib import Path

import pytest

from hub.domain.cards import CardQuery, Standing
from hub.domain.people import EVERY, Grant, Role
from tests.people import quick_hub

BENCH = Path(__file__).parents[2] / "bench"


@pytest.fixture
def service_store(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCH))
    import service_store

    yield service_store
    sys.modules.pop("service_store", None)


def test_the_store_of_the_benchmark_verifies_and_is_found(service_store, tmp_path):
    hub = quick_hub(home=tmp_path)
    service_store.fill(hub, service_store.Filling(meetings=120, entries=1200, records=40))
    verdict, sight = hub.audit.verify(), (Grant(Role.AUDITOR, EVERY, unblinded=True),)
    found = hub.room.shelf.cards(CardQuery(sight, text=service_store.RARE_WORD)).cards
    failed = hub.room.shelf.cards(CardQuery(sight, standing=Standing.FAILED)).cards
    with hub.room.shelf.reading() as unit:
        marked = unit.several(type(found[0]), meeting_id=(found[0].meeting_id,))
    hub.close()
    assert verdict.whole
    assert 1100 <= verdict.entries <= 1300
    assert [card.meeting_id for card in found] == ["m-0000011"]
    assert [card.meeting_id for card in failed] == ["m-0000005"]
    assert marked[0].items == 6
