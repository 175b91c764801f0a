"""Spans to a collector, by OTLP over HTTP."""

from collections.abc import Callable

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_INSTANCE_ID, SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Tracer


def open_tracing(endpoint: str, holder: str) -> tuple[Tracer, Callable[[], None]]:
    """Return a tracer that sends to *endpoint* (`/v1/traces` is put after it), and what ends it, sending the rest.

    A collector that is away costs spans and nothing else.
    """
    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: "liaison-hub", SERVICE_INSTANCE_ID: holder}))
    exporter = OTLPSpanExporter(endpoint=endpoint.rstrip("/") + "/v1/traces", timeout=5)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider.get_tracer("hub.sync"), provider.shutdown
