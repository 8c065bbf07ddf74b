"""Retries, dead letters, replay."""

import pytest

WRONG_REPLIES = [500, 429, "not JSON", '{"choices": []}', None]
LETTER = {"id", "job_id", "type", "attempts", "error", "trace_id", "died_at"}


def die(client, ai, text, replies):
    ai.reply(text, replies)
    job = client.wait_for(client.submit(text)["id"])
    assert job["status"] == "dead"
    return job


def letter_of(client, job):
    (letter,) = [one for one in client.all("/v1/dead-letters") if one["job_id"] == job["id"]]
    return letter


def test_a_wrong_reply_is_retried(client, ai, text):
    ai.reply(text, WRONG_REPLIES[:4])
    job = client.wait_for(client.submit(text)["id"])
    assert (job["status"], job["attempts"]) == ("succeeded", 5)
    assert "error" not in job


def test_five_wrong_replies_are_a_dead_letter(client, ai, text):
    job = die(client, ai, text, WRONG_REPLIES)
    assert job["attempts"] == len(ai.calls(text)) == 5
    assert job["error"].keys() == {"name", "message"}
    letter = letter_of(client, job)
    assert letter.keys() == LETTER
    assert (letter["type"], letter["attempts"]) == ("summarize", 5)
    assert letter["error"].keys() == {"name", "message", "stack"}
    assert letter["error"]["message"] in letter["error"]["stack"]
    assert letter["died_at"] == job["finished_at"]


def test_a_replay_completes_it(client, ai, text):
    job = die(client, ai, text, WRONG_REPLIES)
    answer = client.post(f"/v1/dead-letters/{letter_of(client, job)['id']}/replay")
    assert (answer.status_code, answer.json()["id"]) == (202, job["id"])
    assert answer.json()["attempts"] == 0
    assert answer.headers["location"] == f"/v1/jobs/{job['id']}"
    done = client.wait_for(job["id"], "succeeded")
    assert (done["attempts"], done["result"]) == (1, {"summary": "a summary"})
    assert len(ai.calls(text)) == 6


def test_a_replayed_one_may_die_again(client, ai, text):
    job = die(client, ai, text, [400, 400])
    client.post(f"/v1/dead-letters/{letter_of(client, job)['id']}/replay")
    ai.call(text, 2)
    client.wait_for(job["id"], "dead")
    assert letter_of(client, job)["attempts"] == 1


def test_a_second_replay_starts_nothing(client, ai, text):
    job = die(client, ai, text, [400])
    replay = f"/v1/dead-letters/{letter_of(client, job)['id']}/replay"
    assert client.post(replay).status_code == 202
    assert client.post(replay).status_code in {404, 409}
    client.wait_for(job["id"], "succeeded")
    assert len(ai.calls(text)) == 2


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_permanent_refusal_is_not_retried(client, ai, text, status):
    job = die(client, ai, text, [status])
    assert job["attempts"] == len(ai.calls(text)) == 1


def test_the_trace_of_the_request_is_in_it(client, ai, text):
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    ai.reply(text, [400])
    job = client.submit(text, {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
    client.wait_for(job["id"], "dead")
    assert letter_of(client, job)["trace_id"] == trace
    assert trace in ai.call(text).headers["traceparent"]


def test_a_dead_one_cannot_be_cancelled(client, ai, text):
    job = die(client, ai, text, [400])
    assert client.delete(f"/v1/jobs/{job['id']}").status_code == 409


def test_the_list_is_newest_first_page_by_page(tenant, ai, text):
    jobs = [die(tenant, ai, f"{text} {n}", [400])["id"] for n in range(3)]
    letters = tenant.all("/v1/dead-letters", limit=2)
    assert [letter["job_id"] for letter in letters] == jobs[::-1]


@pytest.mark.parametrize("id", ["00000000-0000-7000-8000-000000000000", "no-uuid"])
def test_replaying_what_is_not_there_is_404(client, id):
    assert client.post(f"/v1/dead-letters/{id}/replay").status_code == 404
