"""Spans of the sync, carried through the bus in the event's `traceparent` (W3C Trace Context).

Spans hold names and ids of records, never their content, and of an error only its kind.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from opentelemetry.context import Context
from opentelemetry.trace import Link, Span, SpanKind, StatusCode, Tracer, get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_W3C = TraceContextTextMapPropagator()
_LINKS = 100


@contextmanager
def spanned(
    tracer: Tracer,
    name: str,
    *,
    kind: SpanKind,
    within: Context | None = None,
    links: Sequence[Link] = (),
    told: Mapping[str, str | int],
) -> Iterator[Span]:
    """Hold a span open for a step; *told* are its attributes."""
    with tracer.start_as_current_span(
        name,
        context=within,
        kind=kind,
        links=links,
        attributes=told,
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        try:
            yield span
        except Exception as error:
            span.set_attribute("error.type", type(error).__name__)
            span.set_status(StatusCode.ERROR)
            raise


def traceparent() -> str | None:
    """Return what an event made now carries, None where nothing is traced."""
    if not get_current_span().get_span_context().is_valid:
        return None
    carrier: dict[str, str] = {}
    _W3C.inject(carrier)
    return carrier.get("traceparent")


def context_of(headers: Mapping[str, str]) -> Context:
    """Return the context that a message was made in."""
    return _W3C.extract({name: headers[name] for name in ("traceparent",) if name in headers}, context=Context())


def links_to(messages: Sequence[Mapping[str, str]]) -> list[Link]:
    """Return links to what the messages with these headers were made in, the first hundred of them."""
    told = dict.fromkeys(headers["traceparent"] for headers in messages if "traceparent" in headers)
    contexts = [get_current_span(context_of({"traceparent": one})).get_span_context() for one in list(told)[:_LINKS]]
    return [Link(context) for context in contexts if context.is_valid]
