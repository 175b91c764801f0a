"""A change is one trace from the pull to each delivery, over the bus; what is told of it holds ids and no content."""

import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from hub.bootstrap import build
from hub.domain.errors import RetryableError
from hub.settings import load_settings
from tests.integration.test_sync_flow import Bench


@pytest.fixture
def spans():
    """What was told so far, oldest first."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    exporter.tracer = provider.get_tracer("hub.sync")
    yield exporter
    provider.shutdown()


def traced(settings, tracer) -> Bench:
    bench = Bench(settings)
    systems = bench.hub.systems
    bench.hub.close()
    bench.hub = build(settings, systems=systems, clock=lambda: bench.now, tracer=tracer)
    bench.sync = bench.hub.sync
    return bench


@pytest.mark.parametrize("bus", ["sql", "kafka"])
def test_a_delivery_is_part_of_the_trace_that_read_the_change(bus, home, request, spans):
    wire = {}
    if bus == "kafka":
        servers = request.getfixturevalue("kafka_servers")
        wire = {"kafka_servers": servers, "kafka_security": "PLAINTEXT", "kafka_replication": 1}
    bench = traced(load_settings(home=home, bus=bus, **wire), spans.tracer)
    bench.seed()
    bench.agree()
    bench.round()
    told = spans.get_finished_spans()
    delivered = [span for span in told if span.name == "deliver" and span.attributes["hub.outcome"] == "delivered"]
    assert len(delivered) == 2
    for span in delivered:
        assert span.attributes["hub.system"] == "sponsor"
        [origin] = [one for one in told if one.context.span_id == span.parent.span_id]
        assert (origin.name, origin.attributes["hub.system"]) == ("pull", "cro")
        assert origin.context.trace_id == span.context.trace_id
    relayed = [span for span in told if span.name == "relay"]
    assert {link.context.trace_id for span in relayed for link in span.links} >= {
        span.context.trace_id for span in delivered
    }
    bench.hub.close()


def test_an_outage_is_a_failed_span_without_its_words(home, spans):
    bench = traced(load_settings(home=home), spans.tracer)
    bench.seed()
    bench.agree()
    bench.sponsor.faults.append(RetryableError("P-1 of Graz is away"))
    bench.round()
    [failed] = [span for span in spans.get_finished_spans() if span.status.status_code is StatusCode.ERROR]
    assert failed.name == "deliver"
    assert failed.attributes["error.type"] == "RetryableError"
    assert not failed.events
    bench.hub.close()


def test_spans_hold_no_content(home, spans):
    bench = traced(load_settings(home=home), spans.tracer)
    bench.seed()
    bench.agree()
    bench.round()
    text = " ".join(span.to_json() for span in spans.get_finished_spans())
    assert "Graz" not in text
    assert "P-1" not in text
    bench.hub.close()


def test_a_collector_is_sent_the_spans(home):
    came = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            came.append((self.path, body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Collector)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    bench = Bench(load_settings(home=home, otlp_endpoint=f"http://127.0.0.1:{server.server_port}"))
    bench.seed()
    bench.agree()
    bench.round()
    bench.hub.close()
    server.shutdown()
    server.server_close()
    assert {path for path, _ in came} == {"/v1/traces"}
    sent = [ExportTraceServiceRequest.FromString(body) for _, body in came]
    names = {
        span.name for one in sent for group in one.resource_spans for scope in group.scope_spans for span in scope.spans
    }
    assert names == {"pull", "relay", "deliver"}
    assert len(bench.sponsor.log) == 2


def test_a_collector_that_is_away_costs_spans_and_nothing_else(home, caplog):
    bench = Bench(load_settings(home=home, otlp_endpoint="http://127.0.0.1:9"))
    bench.seed()
    bench.agree()
    bench.round()
    assert len(bench.sponsor.log) == 2
    began = time.monotonic()
    bench.hub.close()
    assert time.monotonic() - began < 15
