"""Other services are told how jobs end, by a real RabbitMQ."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime

import pytest

from archgen.services import Running
from tests.contract.service import Client, Service
from tests.contract.waiting import until
from tests.rabbitmq import Subscriber, channel, started

UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"


@pytest.fixture(scope="module")
def servers() -> Iterator[Running]:
    with started({"postgres", "rabbitmq"}) as running:
        yield running


@pytest.fixture(scope="module", params=["fastify-redis", "nestjs-bullmq"])
def service(request, servers, make_service) -> Iterator[Service]:
    """With two workers, and an exchange of its own."""
    service = make_service(servers, blueprint=request.param)
    service.env["BUS_NAME"] = request.param
    service.run("migrate")
    for script in ("start:api", "start:worker", "start:worker"):
        service.start(script)
    yield service
    service.close()


@pytest.fixture(scope="module")
def client(service) -> Client:
    return service.client(service.key("main"))


@pytest.fixture
def subscriber(servers, service) -> Iterator[Subscriber]:
    with channel(servers.env["RABBITMQ_URL"]) as opened:
        yield Subscriber(opened, f"{service.env['BUS_NAME']}.events")


def told(subscriber: Subscriber, *expected: tuple[str, str]) -> None:
    """Waits for these (job, type), and for no others of theirs."""
    wanted = Counter(expected)
    jobs = {job for job, _ in expected}

    def seen() -> Counter[tuple[str, str]]:
        by_id = {one.body["id"]: one for one in subscriber.look()}  # at least once each
        ends = [(one.body["data"]["id"], one.body["type"]) for one in by_id.values()]
        return Counter(end for end in ends if end[0] in jobs)

    until(lambda: wanted <= seen(), f"{wanted} told")
    assert seen() == wanted


def cancelled(client: Client, text: str) -> str:
    id = client.submit(text, delay_ms=60_000)["id"]
    assert client.delete(f"/v1/jobs/{id}").status_code == 200
    return id


def test_each_end_is_told_once(client, ai, text, subscriber):
    ai.reply(f"{text} dies", [400])
    dead = client.submit(f"{text} dies")["id"]
    ai.reply(f"{text} fails", [500, 500])
    retried = client.submit(f"{text} fails")["id"]
    done = [client.submit(f"{text} {n}")["id"] for n in range(10)]
    taken_back = cancelled(client, text)
    told(
        subscriber,
        (dead, "job.dead"),
        *[(id, "job.succeeded") for id in [retried, *done]],
        (taken_back, "job.cancelled"),
    )


def test_a_replayed_job_is_told_of_again(client, ai, text, subscriber):
    ai.reply(text, [400])
    id = client.wait_for(client.submit(text)["id"], "dead")["id"]
    (letter,) = [one for one in client.all("/v1/dead-letters") if one["job_id"] == id]
    client.post(f"/v1/dead-letters/{letter['id']}/replay")
    client.wait_for(id, "succeeded")
    told(subscriber, (id, "job.dead"), (id, "job.succeeded"))


def test_the_message_is_as_promised(service, text, subscriber):
    client = service.client(service.key("told"))
    id = client.submit(text, headers={"traceparent": TRACE})["id"]
    job = client.wait_for(id)
    told(subscriber, (id, "job.succeeded"))
    message = next(one for one in subscriber.look() if one.body["data"]["id"] == id)
    body, properties = message.body, message.properties
    assert body.keys() == {"id", "type", "timestamp", "tenant", "data"}
    assert UUID7.fullmatch(body["id"])
    assert (body["type"], body["tenant"], body["data"]) == ("job.succeeded", "told", job)
    at = datetime.fromisoformat(body["timestamp"])
    assert properties.timestamp == int(at.timestamp())
    assert message.routing_key == properties.type == body["type"]
    assert properties.message_id == body["id"]
    assert (properties.delivery_mode, properties.content_type) == (2, "application/json")
    assert properties.app_id == "myservice"
    assert properties.headers["traceparent"] == TRACE


def test_a_worker_that_does_not_reach_rabbitmq_is_ready_and_stops_when_told(service):
    nowhere = service.start("start:worker", RABBITMQ_URL="amqp://nobody:wrong@127.0.0.1:1")
    assert nowhere.health("ready") == 200
    assert "bus_up 0" in nowhere.ops.get("/metrics").text
    assert nowhere.stop() == 0
