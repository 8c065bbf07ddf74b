"""A collector of traces: OTLP over HTTP, as OpenTelemetry's own protobuf messages."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1 import trace_pb2

from tests.contract.loopback import LoopbackServer
from tests.contract.waiting import until


@dataclass(frozen=True)
class Span:
    """A span that was received; ids are hexadecimal, ``parent`` is empty at a root."""

    trace_id: str
    id: str
    parent: str
    name: str
    kind: str
    failed: bool
    attributes: dict[str, Any]
    events: dict[str, dict[str, Any]]
    resource: dict[str, Any]


class Collector:
    """Keeps what comes. ``held`` cleared: it takes requests and answers none."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.bodies: list[bytes] = []
        self.held = threading.Event()
        self.held.set()
        self._server = LoopbackServer(_handler(self))

    @property
    def endpoint(self) -> str:
        return self._server.base_url

    def trace(self, trace_id: str) -> list[Span]:
        return [span for span in list(self.spans) if span.trace_id == trace_id]

    def wait_for(self, trace_id: str, name: str, which: Callable[[Span], bool] = bool) -> Span:
        """The trace's one span of that name, waited for."""
        found = until(
            lambda: [s for s in self.trace(trace_id) if s.name == name and which(s)],
            f"span {name} of {trace_id} among {[span.name for span in self.trace(trace_id)]}",
        )
        (span,) = found
        return span

    def receive(self, body: bytes) -> None:
        self.bodies.append(body)
        for group in ExportTraceServiceRequest.FromString(body).resource_spans:
            resource = _values(group.resource.attributes)
            for scope in group.scope_spans:
                self.spans += [_span(span, resource) for span in scope.spans]

    def close(self) -> None:
        self.held.set()
        self._server.close()


def _span(span: trace_pb2.Span, resource: dict[str, Any]) -> Span:
    return Span(
        trace_id=span.trace_id.hex(),
        id=span.span_id.hex(),
        parent=span.parent_span_id.hex(),
        name=span.name,
        kind=trace_pb2.Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_").lower(),
        failed=span.status.code == trace_pb2.Status.STATUS_CODE_ERROR,
        attributes=_values(span.attributes),
        events={event.name: _values(event.attributes) for event in span.events},
        resource=resource,
    )


def _values(attributes: list[KeyValue]) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in attributes}


def _handler(collector: Collector) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/traces"
            body = b"".join(self._chunks())
            collector.held.wait()
            collector.receive(body)
            with suppress(ConnectionError):
                self._answer()

        def _chunks(self) -> Iterator[bytes]:
            assert self.headers["transfer-encoding"] == "chunked"
            while size := int(self.rfile.readline(), 16):
                yield self.rfile.read(size)
                self.rfile.readline()

        def _answer(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "application/x-protobuf")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    return Handler
