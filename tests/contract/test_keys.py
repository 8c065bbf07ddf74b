"""Who may do what: keys, scopes, tenants."""

import pytest

from tests.contract.waiting import until

SCOPES = ("jobs:read", "jobs:write", "usage:read", "admin")
ROUTES = [
    ("GET", "/v1/jobs", "jobs:read"),
    ("GET", "/v1/jobs/{id}", "jobs:read"),
    ("GET", "/v1/jobs/{id}/events", "jobs:read"),
    ("POST", "/v1/jobs", "jobs:write"),
    ("DELETE", "/v1/jobs/{id}", "jobs:write"),
    ("GET", "/v1/dead-letters", "admin"),
    ("POST", "/v1/dead-letters/{id}/replay", "admin"),
    ("GET", "/v1/usage", "usage:read"),
]
ABSENT = "00000000-0000-7000-8000-000000000000"


@pytest.fixture(scope="module")
def by_scope(service):
    return {scope: service.client(service.key("scoped", scope)) for scope in SCOPES}


def request(client, method, path, id=ABSENT):
    job = {"type": "summarize", "input": {"text": "a text"}} if path == "/v1/jobs" else None
    return client.request(method, path.format(id=id), json=job if method == "POST" else None)


@pytest.mark.parametrize(("method", "path", "_"), ROUTES)
@pytest.mark.parametrize("authorization", [None, "Bearer nonsense", "Basic abc", "x"])
def test_without_a_good_key_it_is_401(service, method, path, _, authorization):
    client = service.client(None)
    client.headers.update({"authorization": authorization} if authorization else {})
    answer = request(client, method, path)
    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert "www-authenticate" in answer.headers


@pytest.mark.parametrize(("method", "path", "needed"), ROUTES)
@pytest.mark.parametrize("scope", SCOPES)
def test_a_missing_scope_is_403(by_scope, method, path, needed, scope):
    status = request(by_scope[scope], method, path).status_code
    assert (status == 403) == (scope not in {needed, "admin"})
    assert status in {200, 202, 403, 404}


def test_another_tenants_job_is_as_if_absent(client, tenant, text):
    id = client.submit(text, delay_ms=600_000)["id"]
    for method, path in [("GET", "/v1/jobs/{id}"), ("DELETE", "/v1/jobs/{id}")]:
        foreign, absent = request(tenant, method, path, id), request(tenant, method, path)
        assert foreign.status_code == 404
        assert foreign.json() == absent.json()
    assert tenant.all("/v1/jobs") == []
    assert client.job(id)["status"] == "queued"


def test_another_tenants_dead_letter_is_as_if_absent(client, tenant, ai, text):
    ai.reply(text, [400])
    id = client.submit(text)["id"]
    client.wait_for(id, "dead")
    (letter,) = [one for one in client.all("/v1/dead-letters") if one["job_id"] == id]
    assert tenant.all("/v1/dead-letters") == []
    assert tenant.post(f"/v1/dead-letters/{letter['id']}/replay").status_code == 404
    assert client.job(id)["status"] == "dead"


def test_a_revoked_key_stops_working(service):
    key = service.key("revoked")
    client = service.client(key)

    def statuses():
        return {client.get("/v1/jobs").status_code for _ in service.api_ports}

    assert statuses() == {200}
    (line,) = [line for line in service.run("keys", "list").splitlines() if "revoked" in line]
    service.run("keys", "revoke", line.split()[0])
    until(lambda: statuses() == {401}, "the key refused")


def test_a_key_is_not_listed_itself(service):
    assert service.key("listed") not in service.run("keys", "list")
