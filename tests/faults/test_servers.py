"""The servers themselves killed, emptied, frozen and restarted, under load.

ARCHGEN_SEED=S replays a run, ARCHGEN_SWEEP=20 runs each with more seeds.
"""

import json
import os
import shutil
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.contract.waiting import until
from tests.faults.results import remaining
from tests.faults.world import WORKER, seconds_of_errors
from tests.rabbitmq import channel

BACKLOG = 2000


def seeds(case, count, table="servers"):
    return pytest.mark.parametrize("seed", remaining(table, case, count))


@seeds(6, 20)
def test_redis_killed_with_an_append_only_file(judge, servers, seed):
    with judge(6, "Redis SIGKILL twice, append-only file synced every second", seed) as world:
        world.start()
        with world.load() as answers:
            for _ in range(2):
                time.sleep(world.random.uniform(0.5, 2))
                servers["redis"].kill()
                time.sleep(world.random.uniform(0, 1))
                servers["redis"].restart()
        world.figures.exactly("not_202", sum(answer.status != 202 for answer in answers), 0)
        back = time.monotonic()
        world.drain()
        world.figures.at_most("drained_s", time.monotonic() - back, 60)


@seeds(7, 20)
def test_redis_killed_and_restarted_empty(judge, servers, seed):
    title = f"Redis SIGKILL without a file, {BACKLOG} open jobs"
    with judge(7, title, seed) as world:
        world.ai.hold("a text")
        world.start(WORKER_CONCURRENCY=1)
        with ThreadPoolExecutor(8) as callers:
            answers = list(callers.map(world.submit, ["a text"] * BACKLOG))
        world.figures.exactly("not_202", sum(answer.status != 202 for answer in answers), 0)
        until(lambda: world.count("due_at IS NOT NULL") == 0, "all published")
        time.sleep(world.random.uniform(0, 2))
        servers["redis"].kill()
        lost = time.time()
        shutil.rmtree(servers.session.data / "valkey" / "appendonlydir")
        servers["redis"].restart()
        back = time.monotonic()
        again = f"published_at > to_timestamp({lost})"
        until(lambda: world.count(again) >= BACKLOG - 2, "all published again", 90)
        world.figures.at_most("queued_again_s", time.monotonic() - back, 60)
        world.ai.let_go("a text")
        world.start(WORKER, WORKER_CONCURRENCY=100)


@seeds(8, 3)
def test_redis_frozen_for_ten_seconds(judge, servers, seed):
    with judge(8, "Redis SIGSTOP for 10 s", seed) as world:
        world.start()
        with world.load() as answers:
            time.sleep(world.random.uniform(0.5, 1.5))
            os.kill(servers["redis"].pid, signal.SIGSTOP)
            try:
                time.sleep(10)
            finally:
                os.kill(servers["redis"].pid, signal.SIGCONT)
            time.sleep(1)
        others = sum(answer.status not in (202, 503) for answer in answers)
        world.figures.exactly("neither_202_nor_503", others, 0)
        world.figures.at_most("slowest_answer_s", max(answer.seconds for answer in answers), 1)


@seeds(11, 3)
def test_postgres_killed_and_restarted(judge, servers, seed):
    with judge(11, "Postgres SIGKILL and restart", seed) as world:
        world.start()
        with world.load() as answers:
            time.sleep(world.random.uniform(0.5, 1.5))
            servers["postgres"].kill()
            time.sleep(world.random.uniform(0, 2))
            servers["postgres"].restart()
            ready = time.monotonic()
            time.sleep(7)
        others = sum(answer.status not in (202, 503) for answer in answers)
        world.figures.exactly("neither_202_nor_503", others, 0)
        world.figures.at_most("errors_for_s", seconds_of_errors(answers, ready), 5)


# Longer than any wait of the relay: what would be given up in an outage is given up here.
AWAY_S = 30


@seeds(29, 20, "bus")
def test_rabbitmq_killed_and_restarted(judge_bus, servers_and_bus, seed):
    with judge_bus(29, f"RabbitMQ SIGKILL, {AWAY_S} s away, SIGKILL again", seed) as world:
        world.start()
        with world.load() as answers:
            until(lambda: world.count("status = 'succeeded'") > 20, "queues declared and used")
            time.sleep(world.random.uniform(1, 3))
            servers_and_bus["rabbitmq"].kill()
            time.sleep(AWAY_S)
            servers_and_bus["rabbitmq"].restart()
            time.sleep(world.random.uniform(0, 3))
            servers_and_bus["rabbitmq"].restart()
        back = time.monotonic()
        world.figures.exactly("not_202", sum(answer.status != 202 for answer in answers), 0)
        world.drain()
        until(lambda: world.waiting_events() == 0, "an empty outbox")
        world.figures.at_most("told_s", time.monotonic() - back, 15)
        told = Counter(told_in(servers_and_bus.env["RABBITMQ_URL"], world.bus("ledger")))
        ends = world.ends()
        world.figures.exactly("ends_not_told", len(ends - told.keys()), 0)
        world.figures.exactly("told_and_not_so", len(told.keys() - ends), 0)
        world.figures.note("told_again", told.total() - len(told))


def told_in(url, queue):
    """The (job, type) of each message that is in a queue."""
    with channel(url) as opened:
        while (got := opened.basic_get(queue, auto_ack=True))[0]:
            body = json.loads(got[2])
            yield body["data"]["id"], body["type"]
