"""Traces, as a collector gets them: request, queue, AI call, webhook."""

import json
import re
import time

import httpx
import pytest

from archgen.services import ports
from tests.contract.collector import Collector
from tests.contract.receiver import Receiver
from tests.contract.waiting import until

CALLER = "b7ad6b7169203331"
GRACE_S = 20
# Says at boot what of OpenTelemetry a process loads, and denies it all but its API.
WITHOUT_SDK = """
import { registerHooks } from 'node:module';
registerHooks({ resolve(specifier, context, next) {
  if (/^@opentelemetry\\/(?!api)/.test(specifier)) throw new Error(`${specifier} is loaded`);
  return next(specifier, context);
} });
"""


@pytest.fixture(scope="module")
def collector():
    collector = Collector()
    yield collector
    collector.close()


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture(scope="module", params=["unbroken", "postgres_alone"])
def traced(request, make_service, collector):
    """A service that records every trace, over each transport."""
    service = make_service(request.getfixturevalue(request.param))
    service.env |= {
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint,
        "OTEL_TRACES_SAMPLER_ARG": "1",
        "OTEL_SERVICE_NAME": "traced",
        "WEBHOOK_ALLOW_CIDRS": "127.0.0.0/8",
    }
    service.run("migrate")
    service.start("start:api")
    service.start("start:worker")
    yield service
    service.close()


@pytest.fixture(scope="module")
def traced_client(traced):
    traced.run("webhook-secret", "create", "--tenant", "traced")
    return traced.client(traced.key("traced"))


def sampled(number, flags="01"):
    """A caller's trace id, and its header."""
    trace_id = f"{number:032x}"
    return trace_id, {"traceparent": f"00-{trace_id}-{CALLER}-{flags}"}


@pytest.fixture
def number():
    return time.time_ns()


def lines(process, trace_id):
    said = (json.loads(line) for line in process.said().splitlines())
    return [line for line in said if line.get("trace_id") == trace_id]


def test_a_job_is_one_trace(traced_client, traced, collector, ai, receiver, text):
    job = traced_client.submit(text, webhook={"url": receiver.url})
    receiver.message()
    trace_id = ai.call(text).headers["traceparent"].split("-")[1]

    request = collector.wait_for(trace_id, "POST /v1/jobs")
    run = collector.wait_for(trace_id, "process summarize")
    call = collector.wait_for(trace_id, "call ai")
    webhook = collector.wait_for(trace_id, "webhook")
    kinds = [span.kind for span in (request, run, call, webhook)]
    assert kinds == ["server", "consumer", "client", "client"]
    parents = [span.parent for span in (request, run, call, webhook)]
    assert parents == ["", request.id, run.id, request.id]
    for name, parent in [("jobs.create", request), ("jobs.finish", run)]:
        assert collector.wait_for(trace_id, name).parent == parent.id

    assert request.attributes["http.route"] == "/v1/jobs"
    assert request.attributes["http.response.status_code"] == 202
    described = [run.attributes[f"job.{name}"] for name in ("id", "type", "run", "status")]
    assert described == [job["id"], "summarize", 1, "succeeded"]
    assert call.attributes["outgoing.outcome"] == "ok"
    assert webhook.attributes["webhook.outcome"] == "delivered"
    assert not any(span.failed for span in collector.trace(trace_id))
    assert {span.resource["service.name"] for span in collector.trace(trace_id)} == {"traced"}

    assert ai.call(text).headers["traceparent"] == f"00-{trace_id}-{call.id}-01"
    for process, message in zip(traced.processes, ["request", "webhook settled"], strict=True):
        until(
            lambda p=process, m=message: m in [line["msg"] for line in lines(p, trace_id)], message
        )


def test_a_caller_is_the_parent(traced_client, collector, text, number):
    trace_id, headers = sampled(number)
    traced_client.submit(text, headers)
    assert collector.wait_for(trace_id, "POST /v1/jobs").parent == CALLER


def test_a_caller_that_does_not_record_is_followed(
    traced_client, traced, collector, ai, text, number
):
    trace_id, headers = sampled(number, flags="00")
    traced_client.wait_for(traced_client.submit(text, headers)["id"], "succeeded")
    recorded, headers = sampled(number + 1)
    traced_client.get("/v1/job-types", headers=headers)
    collector.wait_for(recorded, "GET /v1/job-types")  # what came before it would be there
    assert collector.trace(trace_id) == []
    assert trace_id in ai.call(text).headers["traceparent"]
    assert all(lines(process, trace_id) for process in traced.processes)


def test_each_run_is_a_span_and_tells_what_it_failed_with(
    traced_client, collector, ai, text, number
):
    trace_id, headers = sampled(number)
    ai.reply(text, [500])
    traced_client.wait_for(traced_client.submit(text, headers)["id"], "succeeded")

    def run(number):
        is_it = lambda span: span.attributes["job.attempt"] == number  # noqa: E731
        return collector.wait_for(trace_id, "process summarize", is_it)

    first, second = run(1), run(2)
    assert (first.failed, first.attributes["job.status"]) == (True, "retrying")
    assert first.events["exception"]["exception.type"] == "AiError"
    assert "500" in first.events["exception"]["exception.message"]
    assert (second.failed, second.attributes["job.status"]) == (False, "succeeded")
    call = collector.wait_for(trace_id, "call ai", lambda span: span.parent == first.id)
    assert call.failed
    assert call.attributes["http.response.status_code"] == 500
    assert call.attributes["outgoing.outcome"] == "failed"


def test_a_refusal_is_a_span_of_its_route(traced_client, collector, number):
    trace_id, headers = sampled(number)
    assert traced_client.get("/v1/jobs?limit=0", headers=headers).status_code == 422
    span = collector.wait_for(trace_id, "GET /v1/jobs")
    assert span.attributes["http.response.status_code"] == 422
    assert not span.failed


def test_what_is_stopped_sends_its_last_spans(traced, traced_client, collector, number):
    api = traced.start("start:api", PORT=ports.free())
    trace_id, headers = sampled(number)
    port = api.environment["PORT"]
    httpx.get(f"http://127.0.0.1:{port}/v1/job-types", headers=headers)
    assert api.stop() == 0
    assert collector.trace(trace_id)


@pytest.mark.parametrize("trouble", ["hangs", "is away"])
def test_a_collector_in_trouble_harms_nothing(traced, traced_client, text, trouble):
    collector = Collector()
    collector.held.clear()
    endpoint = collector.endpoint if trouble == "hangs" else f"http://127.0.0.1:{ports.free()}"
    settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "SHUTDOWN_GRACE_S": GRACE_S}
    port = ports.free()
    api = traced.start("start:api", PORT=port, **settings)
    worker = traced.start("start:worker", **settings)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=traced_client.headers) as client:
        # More than the 512 that leave at once.
        assert {client.get("/v1/job-types").status_code for _ in range(600)} == {200}
        body = {"type": "summarize", "input": {"text": text}}
        jobs = [client.post("/v1/jobs", json=body).json()["id"] for _ in range(20)]
    for job in jobs:
        traced_client.wait_for(job, "succeeded")
    for process in (api, worker):
        began = time.monotonic()
        assert process.stop() == 0  # 1 when the grace is over
        assert time.monotonic() - began < GRACE_S
    collector.close()


def test_without_a_collector_nothing_of_the_sdk_is_loaded(traced, tmp_path):
    (tmp_path / "deny.mjs").write_text(WITHOUT_SDK)
    denying = {"NODE_OPTIONS": f"--import={tmp_path}/deny.mjs"}
    untraced = denying | {"OTEL_EXPORTER_OTLP_ENDPOINT": ""}
    for script in ("start:api", "start:worker"):
        process = traced.start(script, PORT=ports.free(), **untraced)
        assert process.stop() == 0
        refused = traced.launch(script, PORT=ports.free(), **denying)
        assert refused.wait() != 0
        assert re.search(r"@opentelemetry/\S+ is loaded", refused.said())
