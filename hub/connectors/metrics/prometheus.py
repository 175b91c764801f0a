"""The worker's figures for Prometheus: counted as they happen, what waits read when it is asked for."""

from collections.abc import Callable, Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, start_http_server
from prometheus_client.core import GaugeMetricFamily

from hub.connectors.metrics.stages import Stages
from hub.domain.errors import FatalError

BREAKERS = {"closed": 0, "half-open": 1, "open": 2}


class Metrics:
    """Figures of one worker. A name that ends in `_seconds` is a latency, `lag` a level, any other a count."""

    def __init__(self, *, counts: Callable[[], Mapping[str, int]], breakers: Callable[[], Mapping[str, str]]) -> None:
        """*counts* gives what waits by name, *breakers* the state of each system's breaker."""
        self.registry = CollectorRegistry()
        self._stages = Stages()
        self._events = Counter("hub_events", "What happened", ["event", "system"], registry=self.registry)
        self._lag = Gauge("hub_lag", "Messages still to be delivered", ["system"], registry=self.registry)
        self._counts, self._breakers = counts, breakers
        self.registry.register(self._stages)
        self.registry.register(self)

    def told(self, name: str, system: str, value: float, count: int = 1) -> None:
        """Note a figure; see `Told`."""
        if name.endswith("_seconds"):
            self._stages.took(name.removesuffix("_seconds"), system, value, count)
        elif name == "lag":
            self._lag.labels(system).set(value)
        else:
            self._events.labels(name, system).inc(value)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Return what waits now; called by the registry for each scrape."""
        waiting = GaugeMetricFamily("hub_waiting", "What waits in the hub", labels=["what"])
        for name, count in self._counts().items():
            waiting.add_metric([name], count)
        yield waiting
        states = GaugeMetricFamily("hub_breaker", "0 closed, 1 half-open, 2 open", labels=["system"])
        for system, state in self._breakers().items():
            states.add_metric([system], BREAKERS[state])
        yield states

    def serve(self, host: str, port: int) -> Callable[[], None]:
        """Serve them at http://host:port/metrics; returns what ends it. FatalError where that cannot be listened on."""
        try:
            server, thread = start_http_server(port, addr=host, registry=self.registry)
        except OSError as error:
            raise FatalError(
                f"{host}:{port}: cannot be listened on ({error.strerror}); choose another HUB_METRICS_PORT"
            ) from error

        def stop() -> None:
            server.shutdown()
            server.server_close()
            thread.join(5)

        return stop
