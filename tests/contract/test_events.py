"""What becomes of a job, told as it happens."""

import pytest

from archgen.services import ports
from tests.contract.service import Client
from tests.contract.streaming import following, names

ABSENT = "00000000-0000-7000-8000-000000000000"
LONG_MS = 600_000


@pytest.fixture
def waiting(client, text):
    """A job that nobody starts."""
    return client.submit(text, delay_ms=LONG_MS)["id"]


def test_a_life_is_told_while_it_happens(client, ai, text):
    ai.hold(text)
    id = client.submit(text, delay_ms=500)["id"]
    with following(client, id) as stream:
        queued = stream.next()
        assert (queued.id, queued.name) == (1, "queued")
        assert client.job(id)["status"] == queued.data["status"] == "queued"
        active = stream.next()
        assert (active.id, active.name, active.data["attempts"]) == (2, "active", 1)
        ai.call(text).release("short")
        last = stream.next()
        assert (last.id, last.name, last.data["progress"]) == (3, "succeeded", 100)
        assert last.data["result"] == {"summary": "short"}
        assert list(stream) == []


def test_it_is_for_no_cache_and_no_buffer(client, waiting):
    with following(client, waiting) as stream:
        headers = stream.answer.headers
        assert headers["content-type"].startswith("text/event-stream")
        assert {"no-cache", "no-transform"} <= set(headers["cache-control"].split(", "))
        assert headers["x-accel-buffering"] == "no"


def test_each_event_shows_the_job_as_it_was(client, ai, text):
    ai.reply(text, [500, 400])
    id = client.submit(text)["id"]
    with following(client, id) as stream:
        events = list(stream)
    assert [event.id for event in events] == [1, 2, 3, 4, 5]
    told = [(event.name, event.data["attempts"]) for event in events]
    assert told == [("queued", 0), ("active", 1), ("retrying", 1), ("active", 2), ("dead", 2)]
    assert events[2].data["error"].keys() == {"name", "message"}
    job = client.job(id)
    assert {name: job[name] for name in ("status", "attempts", "progress", "error")} == {
        name: value for name, value in events[-1].data.items() if name != "at"
    }


def test_a_cancel_is_the_end(client, waiting):
    with following(client, waiting) as stream:
        assert stream.next().name == "queued"
        client.delete(f"/v1/jobs/{waiting}")
        assert [event.name for event in stream] == ["cancelled"]


def test_a_replayed_death_is_not_the_end(client, ai, text):
    ai.reply(text, [400])
    id = client.submit(text)["id"]
    assert names(client, id) == ["queued", "active", "dead"]
    (letter,) = [one for one in client.all("/v1/dead-letters") if one["job_id"] == id]
    client.post(f"/v1/dead-letters/{letter['id']}/replay")
    assert names(client, id) == ["queued", "active", "dead", "queued", "active", "succeeded"]


def test_it_resumes_after_any_event(client, ai, text):
    ai.reply(text, [500])
    id = client.submit(text)["id"]
    with following(client, id) as stream:
        events = list(stream)
    for event in events[:-1]:
        with following(client, id, event.id) as stream:
            assert list(stream) == events[event.id :]


def test_whoever_has_the_end_is_told_not_to_come_again(client, text):
    id = client.submit(text)["id"]
    client.wait_for(id)
    path, headers = f"/v1/jobs/{id}/events", {"last-event-id": "3"}
    assert client.get(path, headers=headers).status_code == 204


@pytest.mark.parametrize("last", ["x", "-1", "1.5", "1e3", "7", "99999999999"])
def test_an_id_of_no_event_is_422(client, waiting, last):
    answer = client.get(f"/v1/jobs/{waiting}/events", headers={"last-event-id": last})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["header"].lower() == "last-event-id"


def test_what_is_not_there_is_404(client, tenant, waiting):
    for one, id in [(client, ABSENT), (client, "no-uuid"), (tenant, waiting)]:
        assert one.get(f"/v1/jobs/{id}/events").status_code == 404


def test_a_silent_one_is_kept_alive(client, waiting):
    with following(client, waiting) as stream:
        assert stream.comment() == ":"
        client.delete(f"/v1/jobs/{waiting}")
        assert [event.name for event in stream] == ["cancelled"]


def test_a_restart_of_every_process_leaves_no_gap(new_service, ai, text):
    """Each process in turn is replaced while its stream is open."""
    new_service.run("migrate")
    key = new_service.key("rolling")
    new_service.start("start:worker")

    def start():
        port = ports.free()
        process = new_service.start("start:api", PORT=port)
        headers = {"authorization": f"Bearer {key}"}
        return process, Client(base_url=f"http://127.0.0.1:{port}", headers=headers)

    ai.hold(text)
    old, client = start()
    id = client.submit(text)["id"]
    call = ai.call(text)
    with following(client, id) as stream:
        seen = [stream.next(), stream.next()]
        new, other = start()
        assert old.stop() == 0
        seen += stream
    old.ops.close()
    with following(other, id, seen[-1].id) as stream:
        call.release("short")
        seen += stream
    assert [(event.id, event.name) for event in seen] == [
        (1, "queued"),
        (2, "active"),
        (3, "succeeded"),
    ]
    client.close()
    other.close()
    assert new.stop() == 0
