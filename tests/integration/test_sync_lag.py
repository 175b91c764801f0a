"""How far behind deliveries are: told by who delivers, also in an outage, and shown for each system."""

import pytest
from prometheus_client import generate_latest

from hub.domain.errors import RetryableError
from hub.services.sync.worker import tasks


@pytest.fixture
def deliverer(bench):
    bench.seed()
    bench.agree()
    bench.round()
    told = []
    object.__setattr__(bench.sync, "told", lambda *figure: told.append(figure))
    [task] = [one for one in tasks(bench.sync) if one.name == "deliver.sponsor"]
    yield task, told
    task.close()


def more(bench) -> None:
    """Have two messages on the bus that the sponsor has not been told of."""
    from hub.services.sync.steps import pull, relay_once

    bench.cro.put("study", "st1", title="Two")
    bench.cro.put("site", "c14", name="Graz University")
    for kind in ("study", "site"):
        pull(bench.sync, bench.sync.systems["cro"], kind)
    relay_once(bench.sync)


def test_what_is_still_to_be_delivered_is_known_in_an_outage(bench, deliverer):
    task, told = deliverer
    more(bench)
    bench.sponsor.faults.append(RetryableError("away"))
    with pytest.raises(RetryableError, match="away"):
        task.step()
    assert {name: lag.messages for name, lag in bench.sync.ledger.lags().items()} == {"sponsor": 2}
    assert ("lag", "sponsor", 2) in told


@pytest.mark.parametrize("bench", ["sqlite"], indirect=True)
def test_once_all_is_delivered_nothing_is_behind(bench, deliverer):
    task, _ = deliverer
    more(bench)
    task.step()
    lag = bench.sync.ledger.lags()["sponsor"]
    assert (lag.messages, lag.at) == (0, bench.now)


@pytest.mark.parametrize("bench", ["sqlite"], indirect=True)
def test_looking_whether_there_is_something_to_deliver_takes_nothing_of_a_systems_budget(bench, deliverer):
    task, _ = deliverer
    asked = []
    bench.sync.gates.wait = lambda system, requests=1: asked.append(requests) or 0.0
    task.step()
    assert asked
    assert set(asked) == {0}


@pytest.mark.parametrize("bench", ["sqlite"], indirect=True)
def test_every_stage_of_a_flow_is_timed_and_counted(bench):
    bench.seed()
    bench.agree()
    bench.sponsor.faults = [RetryableError("away")]
    bench.round()
    bench.round()
    told = generate_latest(bench.hub.metrics.registry).decode()
    for stage, system in (
        ("pull", "cro"),
        ("relay", "hub"),
        ("deliver", "sponsor"),
        ("change_to_other_side", "sponsor"),
    ):
        assert f'hub_stage_seconds_count{{stage="{stage}",system="{system}"}}' in told
    for name, system in (
        ("messages_delivered", "sponsor"),
        ("messages_relayed", "hub"),
        ("records_read", "cro"),
        ("retries", "sponsor"),
    ):
        assert f'hub_events_total{{event="{name}",system="{system}"}}' in told
    assert 'hub_waiting{what="dead_letters"} 0.0' in told
    assert 'hub_breaker{system="sponsor"} 0.0' in told
