"""The worker's times are a histogram that Prometheus reads."""

from prometheus_client import CollectorRegistry, generate_latest

from hub.connectors.metrics.stages import Stages


def test_times_are_counted_up_to_each_bound_also_many_at_once() -> None:
    registry, stages = CollectorRegistry(), Stages()
    registry.register(stages)
    stages.took("pull", "cro", 0.01)
    stages.took("pull", "cro", 0.3, 4)
    stages.took("pull", "cro", 1000.0)
    stages.took("deliver", "sponsor", 2.0)
    told = generate_latest(registry).decode()
    for bound, count in (("0.01", 1), ("0.25", 1), ("0.5", 5), ("300.0", 5), ("+Inf", 6)):
        assert f'hub_stage_seconds_bucket{{le="{bound}",stage="pull",system="cro"}} {count}.0' in told
    assert 'hub_stage_seconds_count{stage="pull",system="cro"} 6.0' in told
    assert 'hub_stage_seconds_sum{stage="pull",system="cro"} 1001.21' in told
    assert 'hub_stage_seconds_count{stage="deliver",system="sponsor"} 1.0' in told
