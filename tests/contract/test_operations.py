"""What operators and tools read: health, metrics, the interface's own description; the boot."""

import json
import re

import jsonschema
import pytest
import redis

from archgen.advisor import advise
from archgen.requirements import parse
from tests.contract.waiting import until

ROUTES = {
    "/v1/jobs": {"get", "post"},
    "/v1/jobs/{id}": {"get", "delete"},
    "/v1/jobs/{id}/events": {"get"},
    "/v1/dead-letters": {"get"},
    "/v1/dead-letters/{id}/replay": {"post"},
    "/v1/usage": {"get"},
    "/v1/job-types": {"get"},
}
METRIC = re.compile(r"\b(?:http|jobs?|worker|database|nodejs)_\w+")


@pytest.mark.parametrize("kind", ["live", "ready"])
def test_every_process_is_healthy(service, kind):
    assert {process.health(kind) for process in service.processes} == {200}


def test_every_process_has_metrics(service):
    for process in service.processes:
        answer = process.ops.get("/metrics")
        assert answer.headers["content-type"].startswith("text/plain")
        assert "\nprocess_cpu_seconds_total " in answer.text


def test_requests_are_measured_by_route_and_not_by_path(client, apis):
    for _ in apis:
        client.get("/v1/jobs/00000000-0000-7000-8000-000000000000")
    for api in apis:
        assert 'status="404"' in api.ops.get("/metrics").text
        assert "00000000-0000-7000" not in api.ops.get("/metrics").text


def test_the_briefs_success_metrics_read_what_is_there(service, client, text):
    """Every metric, and every label by which it is picked, exists once something has run."""
    client.wait_for(client.submit(text)["id"], "succeeded")
    exported = "".join(process.ops.get("/metrics").text for process in service.processes)
    for metric in advise(parse({})).metrics:
        names = set(METRIC.findall(metric.promql))
        assert names, metric.promql
        assert [name for name in names if not re.search(rf"^{name}[ {{]", exported, re.M)] == []
        labels = re.findall(r"(\w+)=~?\"", metric.promql)
        assert [label for label in labels if f"{label}=" not in exported] == []


def test_operations_are_not_on_the_public_port(client):
    for path in ("/metrics", "/health/live", "/health/ready", "/board", "/board/api/queues"):
        assert client.get(path).status_code == 404


def test_the_board_is_there_for_admins_where_there_is_a_queue_in_redis(service):
    queue = "REDIS_URL" in service.env
    keys = {"admin": 200, "jobs:read": 403}
    wanted = {service.key("main", scope): code if queue else 404 for scope, code in keys.items()}
    for process in service.processes:
        assert process.ops.get("/board/").status_code == (401 if queue else 404)
        for key, code in wanted.items():
            answer = process.ops.get("/board/api/queues", auth=("anybody", key))
            assert answer.status_code == code


def test_job_types_are_public_with_the_schema_of_their_input(service):
    answer = service.client(None).get("/v1/job-types")
    (summarize,) = [one for one in answer.json()["items"] if one["type"] == "summarize"]
    validator = jsonschema.Draft202012Validator(summarize["input"])
    assert validator.is_valid({"text": "a text"})
    assert not validator.is_valid({"text": ""})
    cache = answer.headers["cache-control"]
    assert all(word in cache for word in ("public", "s-maxage", "stale-while-revalidate"))


def test_openapi_describes_every_route(service):
    document = service.client(None).get("/openapi.json").json()
    assert document["openapi"].startswith("3.1.")
    assert {path: set(item) for path, item in document["paths"].items()} == ROUTES
    assert document == json.loads((service.repository / "openapi.json").read_text())


def test_it_is_not_ready_before_its_migrations(new_service):
    api = new_service.launch("start:api")
    until(lambda: api.health("live") == 200, "live")
    assert api.health("ready") == 503
    new_service.run("migrate")
    api.wait_until_ready()


def test_migrating_again_changes_nothing(service, client, text):
    id = client.submit(text)["id"]
    service.run("migrate")
    client.wait_for(id, "succeeded")


def test_every_problem_of_its_configuration_is_said_at_once(new_service):
    wrong = {"DATABASE_URL": "", "AI_BASE_URL": "no url", "JOB_LEASE_S": "soon"}
    for script in ("start:api", "start:worker"):
        process = new_service.launch(script, **wrong)
        assert process.wait() != 0
        assert all(name in process.said() for name in wrong)


def test_an_evicting_redis_is_refused(new_service):
    queue = redis.Redis.from_url(new_service.env["REDIS_URL"])
    queue.config_set("maxmemory-policy", "allkeys-lru")
    try:
        for script in ("start:api", "start:worker"):
            process = new_service.launch(script)
            assert process.wait() != 0
            assert "maxmemory-policy" in process.said()
    finally:
        queue.config_set("maxmemory-policy", "noeviction")
