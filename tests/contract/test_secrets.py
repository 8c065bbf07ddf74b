"""What is secret, or a tenant's own, reaches no log, span, metric or problem.

A job's input stays in Postgres, and goes to the AI API; a webhook's URL is for its receiver."""

import json
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest

from archgen.services import ports
from tests.contract.ai import AI
from tests.contract.collector import Collector
from tests.contract.receiver import Receiver
from tests.contract.waiting import until

MARK = "s3cret"
"""What every secret of ours has in it."""
SAID = f"Wrong key: sk-{MARK}. The prompt was: {MARK}"
COMPLAINT = json.dumps({"error": {"message": SAID, "type": "invalid_request_error", "code": MARK}})
WRONG_REPLIES = [(500, COMPLAINT), (429, SAID), SAID, json.dumps({"choices": SAID})]

REFUSED = {
    "a wrong key": ("GET", "/v1/jobs", {"headers": {"authorization": f"Bearer {MARK}"}}, 401),
    "another scheme": ("GET", "/v1/jobs", {"headers": {"authorization": f"Basic {MARK}"}}, 401),
    "a query": ("GET", f"/v1/jobs?limit={MARK}", {}, 422),
    "a cursor": ("GET", f"/v1/jobs?cursor={MARK}", {}, 422),
    "a path": ("GET", f"/v1/jobs/{MARK}?token={MARK}", {}, 404),
    "no route": ("GET", f"/{MARK}?token={MARK}", {}, 404),
    "no method": ("PUT", f"/v1/jobs?token={MARK}", {}, 405),
    "no UTF-8": ("GET", f"/v1/jobs/%ff{MARK}?token={MARK}", {}, 400),
    "no JSON": ("POST", "/v1/jobs", {"content": f'{{"a": {MARK}'}, 400),
    "cut JSON": ("POST", "/v1/jobs", {"content": f'{{"a": "{MARK}'}, 400),
    "no type": ("POST", "/v1/jobs", {"json": {"type": MARK, "input": {"text": MARK}}}, 422),
    "no input": ("POST", "/v1/jobs", {"json": {"type": "summarize", "input": MARK}}, 422),
    "another type": ("POST", "/v1/jobs", {"content": MARK, "headers": {"content-type": MARK}}, 415),
}
EVERYTHING = ["logs", "spans", "problems", "metrics"]


def job(text=MARK, **fields):
    return {"type": "summarize", "input": {"text": text}, **fields}


@pytest.fixture(scope="module")
def collector():
    collector = Collector()
    yield collector
    collector.close()


@pytest.fixture(scope="module")
def secretive(unbroken, make_service, collector):
    """All of it is recorded and logged, and it has secrets wherever it can have them."""
    ai = AI()
    service = make_service(unbroken)
    service.ai = ai
    service.env |= {
        "AI_BASE_URL": ai.base_url,
        "AI_API_KEY": f"sk-{MARK}",
        "LOG_LEVEL": "trace",
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint,
        "OTEL_EXPORTER_OTLP_HEADERS": f"authorization=Bearer {MARK}",
        "OTEL_TRACES_SAMPLER_ARG": "1",
        "WEBHOOK_ALLOW_CIDRS": "127.0.0.0/8",
        "WEBHOOK_SCHEDULE_MS": "50",
    }
    service.run("migrate")
    service.start("start:api")
    service.start("start:worker")
    yield service
    service.close()
    ai.close()


@pytest.fixture(scope="module")
def caller(secretive):
    """Its ``problems`` are the bodies of all its refusals."""
    client = secretive.client(secretive.key("secretive"))
    client.headers.update({"x-token": MARK, "cookie": f"session={MARK}", "user-agent": MARK})
    client.problems = []

    def keep(answer):
        if answer.is_error:
            client.problems.append(answer.read().decode())

    client.event_hooks["response"].append(keep)
    return client


@pytest.fixture(scope="module")
def told(secretive, caller, collector):
    """All that the service said to others than its tenant, after much has gone wrong."""
    webhook_secret = secretive.run("webhook-secret", "create", "--tenant", "secretive")
    refuse(caller)
    let_jobs_die(caller, secretive.ai)
    deliver(caller)
    lose_servers(secretive)
    metrics = [process.ops.get("/metrics").text for process in secretive.processes[:2]]
    for process in secretive.processes:
        if process.is_running():
            assert process.stop() == 0
    return SimpleNamespace(
        secrets=[MARK, caller.headers["authorization"].split()[1], webhook_secret.split()[-1]],
        logs=[process.said() for process in secretive.processes],
        spans=[body.decode("latin-1") for body in collector.bodies],
        problems=caller.problems,
        metrics=metrics,
    )


def refuse(caller):
    for method, path, request, status in REFUSED.values():
        typed = {"headers": {"content-type": "application/json"}} | request
        assert caller.request(method, path, **typed).status_code == status, path
    keyed = {"idempotency-key": MARK}
    assert caller.post("/v1/jobs", json=job(), headers=keyed).status_code == 202
    assert caller.post("/v1/jobs", json=job("another"), headers=keyed).status_code == 422


def let_jobs_die(caller, ai):
    """With replies that quote what they were sent."""
    for number, reply in enumerate([*WRONG_REPLIES, (400, COMPLAINT), (401, SAID)]):
        text = f"{MARK} {number}"
        ai.reply(text, [reply] * 5)
        assert caller.wait_for(caller.submit(text)["id"])["status"] == "dead"


def deliver(caller):
    """Webhooks that are refused, that nobody takes, and that come about."""
    receiver = Receiver(500)
    url = f"http://127.0.0.1:{ports.free()}/{MARK}?token={MARK}"
    for webhook in (f"http://{MARK}:{MARK}@127.0.0.1/", f"{MARK}://127.0.0.1/"):
        answer = caller.post("/v1/jobs", json=job(webhook={"url": webhook}))
        assert answer.status_code == 422
    for webhook in (f"{receiver.url}?token={MARK}", url):
        id = caller.submit(f"{MARK}: a text", webhook={"url": webhook})["id"]
        until(lambda id=id: undelivered(caller, id), "a dead letter")
    receiver.status = 200
    caller.submit(f"{MARK}: a text", webhook={"url": f"{receiver.url}?token={MARK}"})
    receiver.message(3)
    receiver.close()


def undelivered(caller, id):
    letters = caller.all("/v1/dead-letters")
    return [one for one in letters if one["job_id"] == id and "Webhook" in one["error"]["name"]]


def lose_servers(service):
    """Processes whose servers do not answer, or do not let them in."""
    nowhere = f"nobody:{MARK}@127.0.0.1:{ports.free()}"
    postgres, redis = (urlsplit(service.env[name]) for name in ("DATABASE_URL", "REDIS_URL"))
    for lost in (
        {"DATABASE_URL": f"postgres://{nowhere}/db"},
        {"DATABASE_URL": f"postgres://nobody:{MARK}@{host(postgres)}{postgres.path}"},
        {"REDIS_URL": f"redis://{nowhere}"},
        {"REDIS_URL": f"redis://nobody:{MARK}@{host(redis)}{redis.path}"},
        {"CACHE_REDIS_URL": f"redis://{nowhere}"},
    ):
        (name,) = lost
        for script in ("start:api", "start:worker"):
            process = service.launch(script, PORT=ports.free(), **lost)
            heard = "Redis" if "REDIS" in name else "postgres"
            if script == "start:api" or name == "REDIS_URL":
                until(lambda p=process, h=heard: troubled(p, h), f"{name} {process.said()}")
    for wrong in ({"DATABASE_URL": f"{MARK}://x"}, {"DATABASE_URL": f"postgres://x:%zz{MARK}@h/"}):
        process = service.launch("start:api", **wrong)
        assert process.wait() != 0


def host(url):
    return f"{url.hostname}:{url.port}"


def troubled(process, heard):
    if not process.is_running():
        return True
    if heard == "Redis":
        return "Redis is lost" in process.said()
    return process.health("ready") == 503


@pytest.mark.parametrize("place", EVERYTHING)
def test_nothing_secret_is_told(told, place):
    texts = getattr(told, place)
    assert any(texts)
    for secret in told.secrets:
        assert [line for text in texts for line in text.splitlines() if secret in line] == []


def test_what_was_told_is_of_all_that_happened(told):
    """So that the silence means something."""
    logs = "".join(told.logs)
    assert "invalid_request_error" in logs
    assert "job failed" in logs
    assert "webhook failed" in logs
    assert "Redis is lost" in logs
    assert "ECONNREFUSED" in logs
    spans = "".join(told.spans)
    assert all(name in spans for name in ("AiError", "call ai", "webhook", "jobs.create"))
    assert len(told.problems) >= len(REFUSED) + 3
