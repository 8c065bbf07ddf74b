"""A job from its submission to its end."""

import uuid
from datetime import UTC, datetime

import pytest

from tests.contract.waiting import until

ALWAYS = {"id", "type", "status", "attempts", "progress", "created_at", "started_at", "finished_at"}


def time(text):
    assert text.endswith("Z")
    return datetime.fromisoformat(text)


def test_it_is_accepted_with_its_place(client, text):
    answer = client.post("/v1/jobs", json={"type": "summarize", "input": {"text": text}})
    job = answer.json()
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/v1/jobs/{job['id']}"
    assert job.keys() == ALWAYS
    assert (job["type"], job["status"], job["attempts"]) == ("summarize", "queued", 0)
    assert uuid.UUID(job["id"]).version == 7
    assert abs((datetime.now(UTC) - time(job["created_at"])).total_seconds()) < 60
    assert job["started_at"] is None
    assert job["finished_at"] is None


def test_it_is_accepted_while_the_ai_has_not_answered(client, ai, text):
    ai.hold(text)
    job = client.submit(text)
    call = ai.call(text)
    assert client.job(job["id"])["status"] == "active"
    call.release()
    assert client.wait_for(job["id"])["status"] == "succeeded"


def test_polling_shows_queued_then_active_then_succeeded_with_the_result(client, ai, text):
    ai.hold(text)
    id = client.submit(text, delay_ms=300)["id"]
    assert client.job(id)["status"] == "queued"
    active = client.wait_for(id, "active", "succeeded")
    assert (active["status"], active["attempts"]) == ("active", 1)
    assert "result" not in active
    ai.call(text).release("short")
    done = client.wait_for(id)
    assert done.keys() == ALWAYS | {"result"}
    assert (done["status"], done["attempts"], done["progress"]) == ("succeeded", 1, 100)
    assert done["result"] == {"summary": "short"}
    assert time(done["created_at"]) <= time(done["started_at"]) <= time(done["finished_at"])


def test_a_delayed_one_starts_no_earlier(client, text):
    job = client.wait_for(client.submit(text, delay_ms=1500)["id"])
    assert (time(job["started_at"]) - time(job["created_at"])).total_seconds() >= 1.5


def test_its_call_names_it_and_carries_the_key_and_the_model(client, ai, text):
    id = client.submit(text)["id"]
    call = ai.call(text)
    assert call.job_id == id
    assert call.headers["authorization"] == f"Bearer {ai.api_key}"
    assert call.body["model"] == ai.model


def test_an_unfinished_one_says_when_to_ask_again(client, ai, text):
    ai.hold(text)
    id = client.submit(text)["id"]
    assert int(client.get(f"/v1/jobs/{id}").headers["retry-after"]) > 0
    ai.call(text).release()
    client.wait_for(id)
    assert "retry-after" not in client.get(f"/v1/jobs/{id}").headers


def test_its_etag_is_304_until_it_changes(client, ai, text):
    ai.hold(text)
    id = client.submit(text)["id"]
    call = ai.call(text)
    known = {"if-none-match": client.get(f"/v1/jobs/{id}").headers["etag"]}
    unchanged = client.get(f"/v1/jobs/{id}", headers=known)
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    call.release()
    client.wait_for(id)
    assert client.get(f"/v1/jobs/{id}", headers=known).status_code == 200


@pytest.mark.parametrize("id", [str(uuid.uuid4()), "no-uuid", "%00", "x" * 300])
def test_what_is_not_there_is_404(client, id):
    assert client.get(f"/v1/jobs/{id}").status_code == 404
    assert client.delete(f"/v1/jobs/{id}").status_code == 404


def test_the_list_is_newest_first_page_by_page(tenant, text):
    ids = [tenant.submit(text)["id"] for _ in range(5)]
    assert [job["id"] for job in tenant.all("/v1/jobs", limit=2)] == ids[::-1]
    assert tenant.get("/v1/jobs").json()["next"] is None


def test_a_page_holds_20_unless_told(tenant, text):
    for _ in range(21):
        tenant.submit(text, delay_ms=600_000)
    page = tenant.get("/v1/jobs").json()
    assert len(page["items"]) == 20
    assert page["next"]


def test_the_list_is_filtered_by_status_and_type(tenant, text):
    done, waiting = tenant.submit(text)["id"], tenant.submit(text, delay_ms=600_000)["id"]
    tenant.wait_for(done)
    assert [job["id"] for job in tenant.all("/v1/jobs", status="queued")] == [waiting]
    assert [job["id"] for job in tenant.all("/v1/jobs", status="succeeded")] == [done]
    assert len(tenant.all("/v1/jobs", type="summarize")) == 2
    assert tenant.all("/v1/jobs", type="other") == []


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "cursor=x", "status=lost"])
def test_a_wrong_query_is_422(client, query):
    assert client.get(f"/v1/jobs?{query}").status_code == 422


def test_a_waiting_one_is_cancelled_and_never_runs(client, ai, text):
    id = client.submit(text, delay_ms=500)["id"]
    cancelled = client.delete(f"/v1/jobs/{id}")
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    assert client.wait_for(client.submit(text + " Another.", delay_ms=700)["id"])
    assert ai.calls(text) == []


def test_an_active_one_is_cancelled_at_once_and_its_call_aborted(client, ai, text):
    ai.hold(text)
    id = client.submit(text)["id"]
    call = ai.call(text)
    assert client.delete(f"/v1/jobs/{id}").json()["status"] == "cancelled"
    assert client.job(id)["status"] == "cancelled"
    until(call.is_aborted, "the call aborted")
    call.release()
    assert client.job(id)["status"] == "cancelled"


def test_cancelling_twice_answers_the_same(client, text):
    id = client.submit(text, delay_ms=600_000)["id"]
    first, second = client.delete(f"/v1/jobs/{id}"), client.delete(f"/v1/jobs/{id}")
    assert (second.status_code, second.json()) == (200, first.json())


def test_a_succeeded_one_cannot_be_cancelled(client, text):
    id = client.submit(text)["id"]
    client.wait_for(id)
    assert client.delete(f"/v1/jobs/{id}").status_code == 409
    assert client.job(id)["status"] == "succeeded"
