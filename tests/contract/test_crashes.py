"""What survives: killed and frozen workers, an emptied or absent Redis, a shutdown."""

import signal

import pytest
import redis

from tests.contract.waiting import until

LEASE_S = 2
WORKER = "start:worker"


@pytest.fixture(scope="module")
def crashing(breakable, make_service):
    """An api with no worker: each test starts and breaks its own."""
    service = make_service(breakable)
    service.run("migrate")
    service.start("start:api")
    return service


@pytest.fixture(scope="module")
def crash_client(crashing):
    return crashing.client(crashing.key("crashing"))


@pytest.fixture
def worker(crashing):
    """Start a worker that ends with the test."""
    started = []

    def start(**settings):
        settings = {"JOB_LEASE_S": LEASE_S, "AI_TIMEOUT_MS": 20_000, **settings}
        started.append(crashing.start(WORKER, **settings))
        return started[-1]

    yield start
    for process in started:
        process.kill()


@pytest.fixture
def api(crashing):
    return crashing.processes[0]


def test_a_killed_workers_job_is_finished_once_by_another(crash_client, ai, worker, text):
    ai.hold(text)
    first = worker()
    id = crash_client.submit(text)["id"]
    ai.call(text)
    first.kill()
    worker()
    ai.call(text, 2).release("by the other")
    done = crash_client.wait_for(id)
    assert (done["status"], done["attempts"]) == ("succeeded", 2)
    assert done["result"] == {"summary": "by the other"}
    assert len(ai.calls(text)) == 2


def test_a_frozen_workers_late_result_is_refused(crash_client, ai, worker, text):
    ai.hold(text)
    frozen = worker()
    id = crash_client.submit(text)["id"]
    late = ai.call(text)
    frozen.signal(signal.SIGSTOP)
    worker()
    ai.call(text, 2).release("in time")
    done = crash_client.wait_for(id)
    late.release("too late")
    frozen.signal(signal.SIGCONT)
    assert frozen.stop() == 0
    assert crash_client.job(id) == done
    assert done["result"] == {"summary": "in time"}


def test_a_call_that_never_ends_is_cut_and_retried(crash_client, ai, worker, text):
    ai.hold(text)
    worker(AI_TIMEOUT_MS=1000)
    id = crash_client.submit(text)["id"]
    ai.call(text, 2).release()
    assert crash_client.wait_for(id)["attempts"] == 2
    until(ai.call(text).is_aborted, "the first call cut")


def test_an_emptied_redis_loses_nothing(crashing, crash_client, ai, worker, text):
    worker(WORKER_CONCURRENCY=2)
    texts = [f"{text} {n}" for n in range(20)]
    for one in texts:
        ai.hold(one)
    ids = [crash_client.submit(one)["id"] for one in texts]
    until(lambda: sum(len(ai.calls(one)) for one in texts) == 2, "two calls")
    redis.Redis.from_url(crashing.env["REDIS_URL"]).flushall()
    for one in texts:
        ai.let_go(one)
    jobs = [crash_client.wait_for(id) for id in ids]
    assert {(job["status"], job["attempts"]) for job in jobs} == {("succeeded", 1)}
    assert [len(ai.calls(one)) for one in texts] == [1] * len(texts)


def test_without_redis_jobs_are_accepted_and_run_later(breakable, crash_client, api, worker, text):
    worker()
    breakable["redis"].kill()
    id = crash_client.submit(text)["id"]
    assert api.health("ready") == 200
    assert crash_client.job(id)["status"] == "queued"
    breakable["redis"].restart()
    assert crash_client.wait_for(id)["status"] == "succeeded"


def test_between_attempts_it_is_retrying_and_can_be_cancelled(crash_client, ai, worker, text):
    worker(JOB_BACKOFF_MS=3_600_000)
    ai.reply(text, [500])
    id = crash_client.submit(text)["id"]
    waiting = crash_client.wait_for(id, "retrying")
    assert waiting["attempts"] == 1
    assert waiting["error"].keys() == {"name", "message"}
    assert crash_client.delete(f"/v1/jobs/{id}").json()["status"] == "cancelled"


def test_a_stopping_worker_finishes_its_job(crash_client, ai, worker, text):
    ai.hold(text)
    stopping = worker()
    id = crash_client.submit(text)["id"]
    call = ai.call(text)
    stopping.signal(signal.SIGTERM)
    until(lambda: stopping.health("ready") != 200, "not ready")
    call.release()
    assert stopping.wait() == 0
    done = crash_client.job(id)
    assert (done["status"], done["attempts"]) == ("succeeded", 1)


def test_a_stopping_worker_hands_back_what_it_cannot_finish(crash_client, ai, worker, text):
    ai.hold(text)
    stopping = worker(SHUTDOWN_GRACE_S=5)
    id = crash_client.submit(text)["id"]
    ai.call(text)
    assert stopping.stop() == 0
    handed_back = crash_client.job(id)
    assert (handed_back["status"], handed_back["attempts"]) == ("queued", 0)
    worker()
    ai.call(text, 2).release()
    assert crash_client.wait_for(id)["attempts"] == 1


def test_a_stopping_api_is_unready_then_gone(crashing):
    api = crashing.start("start:api", PORT=0, SHUTDOWN_DRAIN_MS=2000)
    api.signal(signal.SIGTERM)
    until(lambda: api.health("ready") == 503, "not ready")
    assert api.health("live") == 200
    assert api.wait() == 0
