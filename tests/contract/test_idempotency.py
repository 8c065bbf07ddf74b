"""One Idempotency-Key is one job."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest


@pytest.fixture
def key():
    return {"idempotency-key": f"key-{uuid.uuid4()}"}


def test_a_repetition_gets_the_same_answer_whatever_became_of_the_job(tenant, key, text):
    first = tenant.submit(text, key)
    assert tenant.submit(text, key) == first
    tenant.wait_for(first["id"])
    assert tenant.submit(text, key) == first
    assert len(tenant.all("/v1/jobs")) == 1


def test_the_order_of_fields_does_not_matter(client, key, text):
    first = client.submit(text, key)
    reordered = {"input": {"text": text}, "type": "summarize"}
    assert client.post("/v1/jobs", json=reordered, headers=key).json() == first


def test_another_body_is_422(client, key, text):
    client.submit(text, key)
    other = {"type": "summarize", "input": {"text": f"{text} More."}}
    assert client.post("/v1/jobs", json=other, headers=key).status_code == 422


def test_another_tenants_key_is_another(client, tenant, key, text):
    assert tenant.submit(text, key)["id"] != client.submit(text, key)["id"]


def test_without_a_key_each_is_a_job_of_its_own(client, text):
    assert client.submit(text)["id"] != client.submit(text)["id"]


def test_a_hundred_at_once_are_one_job(tenant, ai, key, text):
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: tenant.submit(text, key), range(100)))
    assert all(answer == answers[0] for answer in answers)
    assert len(tenant.all("/v1/jobs")) == 1
    tenant.wait_for(answers[0]["id"])
    assert len(ai.calls(text)) == 1


@pytest.mark.parametrize("value", ["", "x" * 256])
def test_what_is_no_key_is_422(client, value, text):
    job = {"type": "summarize", "input": {"text": text}}
    answer = client.post("/v1/jobs", json=job, headers={"idempotency-key": value})
    assert answer.status_code == 422
