"""What is refused, as a problem (RFC 9457) that says where."""

import json

import pytest

from archgen.services import ports
from tests.contract.test_operations import ROUTES

LONGEST_TEXT = 200_000
ABSENT = "00000000-0000-7000-8000-000000000000"


def nested(levels):
    """A body whose deepest value is at so many levels."""
    inner = levels - 1
    return '{"type":' + "[" * inner + "]" * inner + "}"


def summarize(**changes):
    return {"type": "summarize", "input": {"text": "a text"}} | changes


def post(client, body, **headers):
    content = body if isinstance(body, str | bytes) else json.dumps(body)
    headers = {"content-type": "application/json", **headers}
    return client.post("/v1/jobs", content=content, headers=headers)


def problem(answer):
    assert answer.headers["content-type"].startswith("application/problem+json")
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["title"]
    return body


def pointers(answer):
    assert all(fault["detail"] for fault in problem(answer)["errors"])
    return sorted(fault["pointer"].removeprefix("#") for fault in answer.json()["errors"])


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 400),
        ("{", 400),
        ("{'type': 1}", 400),
        (b'{"type": "\xff"}', 400),
        (nested(65), 400),
        (nested(64), 422),
        (nested(100_000), 400),
        (f'{{"type": "{"x" * (1 << 20)}"}}', 413),
        ("null", 422),
        ("[]", 422),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_body_that_is_no_job(client, body, status):
    answer = post(client, body)
    assert answer.status_code == status
    problem(answer)


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (summarize(type="unknown"), ["/type"]),
        ({"input": {"text": "a text"}}, ["/type"]),
        ({"type": "summarize"}, ["/input"]),
        (summarize(input={}), ["/input/text"]),
        (summarize(input={"text": ""}), ["/input/text"]),
        (summarize(input={"text": 1}), ["/input/text"]),
        (summarize(input={"text": "x" * (LONGEST_TEXT + 1)}), ["/input/text"]),
        (summarize(input={"text": "NUL \0"}), ["/input/text"]),
        (summarize(input={"text": "half \ud800"}), ["/input/text"]),
        (summarize(input={"text": "a", "a/b~c": 1}), ["/input/a~1b~0c"]),
        (summarize(priority="urgent"), ["/priority"]),
        (summarize(delay_ms=-1), ["/delay_ms"]),
        (summarize(delay_ms=0.5), ["/delay_ms"]),
        (summarize(unknown=1), ["/unknown"]),
        (summarize(input={"text": 1}, priority="urgent"), ["/input/text", "/priority"]),
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_wrong_field_is_named_by_its_pointer(client, body, where):
    answer = post(client, body)
    assert answer.status_code == 422
    assert pointers(answer) == where


def test_the_longest_text_is_taken(client):
    assert post(client, summarize(input={"text": "x" * LONGEST_TEXT})).status_code == 202


@pytest.mark.parametrize(
    "headers",
    [
        *({"content-type": kind} for kind in ("text/plain", "application/xml", "json", "/", "")),
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "application/json, text/plain"},
        {"content-encoding": "gzip"},
    ],
    ids=str,
)
def test_a_body_of_another_type_is_415(client, headers):
    answer = post(client, summarize(), **headers)
    assert answer.status_code == 415
    problem(answer)


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "Application/JSON"])
def test_json_by_any_spelling_is_taken(client, kind):
    assert post(client, summarize(), **{"content-type": kind}).status_code == 202


@pytest.mark.parametrize(
    ("kind", "body"), [("application/json", ""), ("application/json", "{"), ("text/plain", "x")]
)
def test_a_body_that_is_not_asked_for_is_ignored(client, text, kind, body):
    id = client.submit(text, delay_ms=600_000)["id"]
    headers = {"content-type": kind}
    cancelled = client.request("DELETE", f"/v1/jobs/{id}", content=body, headers=headers)
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("sort=up", ["sort"]),
        ("limit=1&limit=2", ["limit"]),
        ("status=dead&status=dead", ["status"]),
        ("type=%00", ["type"]),
        ("limit=0&status=lost", ["limit", "status"]),
    ],
)
def test_a_wrong_parameter_is_named(client, query, where):
    answer = client.get(f"/v1/jobs?{query}")
    assert answer.status_code == 422
    assert [fault["parameter"] for fault in problem(answer)["errors"]] == where


def test_a_repeated_idempotency_key_is_422(client):
    headers = [("content-type", "application/json"), *[("idempotency-key", "a")] * 2]
    answer = client.post("/v1/jobs", content=json.dumps(summarize()), headers=headers)
    assert answer.status_code == 422
    assert problem(answer)["errors"][0]["header"].lower() == "idempotency-key"


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/nothing", "/v1/jobs/", "//v1/jobs", "/V1/jobs"])
def test_no_such_route_is_a_problem_too(client, path):
    answer = client.get("/", extensions={"target": path.encode()})
    assert answer.status_code == 404
    problem(answer)


@pytest.mark.parametrize("path", ["/v1/jobs/%zz", "/v1/jobs/%ff", "/%zz"])
def test_a_path_that_cannot_be_decoded_is_400(client, path):
    answer = client.get("/", extensions={"target": path.encode()})
    assert answer.status_code == 400
    problem(answer)


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("method", ["PUT", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])
def test_another_method_is_405_whatever_the_body_and_says_which_will_do(service, path, method):
    answer = service.client(None).request(
        method, path.format(id=ABSENT), content="x", headers={"content-type": "text/plain"}
    )
    assert answer.status_code == 405
    problem(answer)
    allowed = {name.strip().lower() for name in answer.headers["allow"].split(",")}
    assert allowed - {"head"} == ROUTES[path]


def test_head_is_get_without_the_body(client):
    got, head = client.get("/v1/job-types"), client.head("/v1/job-types")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"]
    assert client.head(f"/v1/jobs/{ABSENT}").status_code == 404


def test_headers_that_are_too_long_are_431(client):
    answer = client.get("/v1/jobs", headers={"x-long": "x" * 20_000})
    assert answer.status_code == 431
    problem(answer)


def test_an_expectation_that_cannot_be_met_is_417(client):
    assert post(client, summarize(), expect="100-continue").status_code == 202
    answer = post(client, summarize(), expect="another")
    assert answer.status_code == 417
    problem(answer)


@pytest.mark.parametrize(
    "request_line", ["nonsense", "BREW /v1/jobs HTTP/1.1", "GET /v1/jobs a HTTP/1.1"]
)
def test_what_is_no_http_is_400(service, request_line):
    told = ports.exchange(service.api_ports[0], f"{request_line}\r\nhost: a\r\n\r\n".encode())
    head, _, body = told.decode().partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 400 ")
    assert "content-type: application/problem+json" in head.lower()
    assert json.loads(body)["status"] == 400


def test_a_problem_tells_nothing_of_the_code(client):
    assert "stack" not in post(client, "{").text
