"""What is refused, as a problem (RFC 9457) that says where."""

import json

import pytest

LONGEST_TEXT = 200_000


def nested(levels):
    """A body whose deepest value is at so many levels."""
    inner = levels - 1
    return '{"type":' + "[" * inner + "]" * inner + "}"


def summarize(**changes):
    return {"type": "summarize", "input": {"text": "a text"}} | changes


def post(client, body):
    content = body if isinstance(body, str | bytes) else json.dumps(body)
    headers = {"content-type": "application/json"}
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


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/nothing", "/v1/jobs/"])
def test_no_such_route_is_a_problem_too(client, path):
    answer = client.get(path)
    assert answer.status_code == 404
    problem(answer)


def test_a_problem_tells_nothing_of_the_code(client):
    assert "stack" not in post(client, "{").text
