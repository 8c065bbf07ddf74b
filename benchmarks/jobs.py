"""Jobs a second, from enqueueing to a stored result, beside other queues.

    python benchmarks/jobs.py [--jobs 100000] [--rounds 3]

Jobs that do nothing, 220 bytes in and 180 out, enqueued in bulk by one process, then worked off by
another that has a core of its own; the servers share the other. Ours are the two transports of a
rendered service, working on 50 at once, and over Postgres on 1,000 as well, as pg-boss takes
batches of as many. BullMQ is shown with its results in Redis (appendfsync always: as durable as the
rest) and with a processor that inserts them into Postgres; graphile-worker and pg-boss as they are
and as their documentation tunes them. So many jobs keep the fastest busy for seconds: a worker is
slow until its code is compiled. A rate counts enqueueing and draining; CPU is the worker's and the
servers' while they drain. Prints medians, and from the lowest to the highest.
"""

from __future__ import annotations

import argparse
import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import psutil
import psycopg
import redis
from lab import SERVER_CORE, Clock, Lab, free_port, interleave, lab, pin, ratios, script, spread

NOOP = """
import { z } from 'zod';
import { defineHandler, defineType } from '../type.ts';

export const noop = defineType({
  name: 'noop',
  description: 'Does nothing.',
  input: z.strictObject({ text: z.string() }),
  result: z.strictObject({ summary: z.string() }),
  deadlineMs: 60_000,
});
const result = { summary: 'a word '.repeat(23) };
export const doNothing = defineHandler(noop, async () => result);
"""
ENQUEUE = """
import { v7 as uuidv7 } from 'uuid';
import { databaseOptions, loadConfig } from './src/config.ts';
import { Database } from './src/database/database.ts';
import { JobStore } from './src/jobs/store.ts';
import { createLogger } from './src/logger.ts';

const count = Number(process.argv[2]);
const config = loadConfig();
const log = createLogger('warn', 'enqueue');
const db = new Database(databaseOptions(config, { name: 'enqueue', size: 10 }), log);
const store = new JobStore(db, { leaseS: 30, backoffMs: 1000 });
const job = () => ({
  id: uuidv7(),
  tenant: 't1',
  type: 'noop',
  input: JSON.stringify({ text: 'a text '.repeat(29) }),
  priority: 2 as const,
  maxAttempts: 5,
  delayMs: 0,
  traceparent: '00-00000000000000000000000000000001-0000000000000001-00',
  webhookUrl: undefined,
});
const startedAt = performance.now();
for (let at = 0; at < count; at += 1000) {
  await Promise.all(Array.from({ length: 1000 }, () => store.create(job())));
}
if (process.env.QUEUE_STORE === 'redis') {
  // As workers do: published is what BullMQ calls added.
  const { BullBroker } = await import('./src/jobs/broker/bullmq.ts');
  const { relay } = await import('./src/jobs/broker/relay.ts');
  const broker = new BullBroker(process.env.REDIS_URL, process.env.QUEUE_NAME, log);
  while (!broker.available) await new Promise((resolve) => setTimeout(resolve, 10));
  while (await relay(db, broker, log));
}
console.log(JSON.stringify({ seconds: (performance.now() - startedAt) / 1000 }));
process.exit();
"""

FINISHED = "SELECT count(*) FROM jobs WHERE finished_at IS NOT NULL"
DRAINED = "SELECT extract(epoch FROM max(finished_at) - min(finished_at)) FROM jobs"
# By the indexes of what is unfinished: to count costs Postgres a walk through all jobs.
UNFINISHED = f"""SELECT ({
    " OR ".join(
        f"EXISTS (SELECT FROM jobs WHERE {column} IS NOT NULL)"
        for column in ("due_at", "published_at", "lease_until")
    )
})::int"""

OVER_REDIS = "ours, over redis"
OVER_POSTGRES = "ours, over postgres"
WIDE = "ours, over postgres, 1,000"


@dataclass(frozen=True)
class Peer:
    name: str
    file: str
    env: dict[str, str] = field(default_factory=dict)


def peers(concurrency: int) -> list[Peer]:
    width = {"CONCURRENCY": str(concurrency)}
    return [
        Peer("BullMQ, results in Redis", "bullmq.ts", width),
        Peer("BullMQ, results inserted", "bullmq.ts", width | {"STORE": "postgres"}),
        Peer("graphile-worker, default", "graphile.ts", width),
        Peer("graphile-worker, tuned", "graphile.ts", width | {"TUNED": "1"}),
        Peer("pg-boss, batches", "pgboss.ts"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--concurrency", type=int, default=50)
    options = parser.parse_args()
    with lab("postgres", "redis") as here:
        over_redis, over_postgres = Service(here, "redis"), Service(here, "postgres")
        measures: dict[str, Callable[[], dict[str, float]]] = {
            OVER_REDIS: partial(over_redis.measure, options.jobs, options.concurrency),
            OVER_POSTGRES: partial(over_postgres.measure, options.jobs, options.concurrency),
            WIDE: partial(over_postgres.measure, options.jobs, 1000),
        }
        for peer in peers(options.concurrency):
            measures[peer.name] = partial(measure_peer, here, peer, options.jobs)
        report(interleave(measures, options.rounds))


class Service:
    """A rendered repository with a job type that does nothing."""

    def __init__(self, here: Lab, store: str) -> None:
        self.here = here
        self.store = store
        self.folder = here.render(f"service-{store}", f"queue_store={store}", "caching=in-process")
        types = self.folder / "src/jobs/types"
        (types / "noop.ts").write_text(NOOP)
        index = types / "index.ts"
        text = "import { doNothing, noop } from './noop.ts';\n" + index.read_text()
        for old, new in [("[summarize]", "[summarize, noop]"), ("(ai)]", "(ai), doNothing]")]:
            assert old in text
            text = text.replace(old, new)
        index.write_text(text)
        (self.folder / "enqueue.ts").write_text(ENQUEUE)

    def measure(self, jobs: int, concurrency: int) -> dict[str, float]:
        database = self.here.database(f"bench-{uuid.uuid4()}")
        ops = free_port()
        env = {
            "DATABASE_URL": database,
            "DATABASE_DIRECT_URL": database,
            "QUEUE_STORE": self.store,
            "QUEUE_NAME": f"bench-{uuid.uuid4()}",
            "HOST": "127.0.0.1",
            "OPS_PORT": ops,
            "AI_BASE_URL": "http://127.0.0.1:9/v1",
            "WORKER_POOL": "10",
            "WORKER_CONCURRENCY": str(concurrency),
        }
        self.here.run("npm", "run", "-s", "migrate", cwd=self.folder, env=env)
        told = self.here.run("node", "enqueue.ts", str(jobs), cwd=self.folder, env=env)
        enqueued = json.loads(told)["seconds"]
        argv = script(self.folder, "start:worker")
        with (
            self.here.server(argv, self.folder, env) as process,
            psycopg.connect(database, autocommit=True) as connection,
        ):

            def ask(query: str) -> float:
                row = connection.execute(query).fetchone()
                assert row is not None
                return float(row[0])

            while ask(FINISHED) == 0:
                time.sleep(0.01)
            clocks = {"node": Clock(process)} | servers(self.here)
            before = {name: clock.read() for name, clock in clocks.items()}
            left = jobs - ask(FINISHED)
            deadline = time.monotonic() + 300
            while ask(UNFINISHED):
                assert time.monotonic() < deadline, "the queue does not drain"
                time.sleep(0.5)
            spent = {name: clock.read() - before[name] for name, clock in clocks.items()}
            assert ask(FINISHED) == jobs
            drained = ask(DRAINED)
        with psycopg.connect(self.here.running.env["DATABASE_URL"], autocommit=True) as admin:
            admin.execute(f'DROP DATABASE "{database.rsplit("/", 1)[1]}" WITH (FORCE)')
        cpu = {name: 1e6 * seconds / left for name, seconds in spent.items()}
        return figures(jobs, enqueued, drained) | cpu


def measure_peer(here: Lab, peer: Peer, jobs: int) -> dict[str, float]:
    database = here.database(f"bench-{uuid.uuid4()}")
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE TABLE results (job text PRIMARY KEY, result jsonb)")
    cache = redis.Redis.from_url(here.running.env["REDIS_URL"])
    alone = peer.file == "bullmq.ts" and "STORE" not in peer.env
    cache.config_set("appendfsync", "always" if alone else "everysec")
    env = {"DATABASE_URL": database} | peer.env
    try:
        told = here.run("node", peer.file, "enqueue", str(jobs), cwd=here.peers, env=env)
        enqueued = json.loads(told)["seconds"]
        clocks = servers(here)
        before = {name: clock.read() for name, clock in clocks.items()}
        worker = work(here, peer, jobs, env)
        cpu = {name: 1e6 * (clock.read() - before[name]) / jobs for name, clock in clocks.items()}
    finally:
        cache.config_set("appendfsync", "everysec")
        cache.flushall()
        with psycopg.connect(here.running.env["DATABASE_URL"], autocommit=True) as admin:
            admin.execute(f'DROP DATABASE "{database.rsplit("/", 1)[1]}" WITH (FORCE)')
    return figures(jobs, enqueued, worker["seconds"]) | {"node": 1e6 * worker["cpu"] / jobs} | cpu


def work(here: Lab, peer: Peer, jobs: int, env: dict[str, str]) -> dict[str, float]:
    argv = ["node", peer.file, "work", str(jobs)]
    process = psutil.Popen(argv, cwd=here.peers, env=here.env | env, stdout=-1, text=True)
    pin(process, SERVER_CORE)
    told, _ = process.communicate(timeout=300)
    return json.loads(told.splitlines()[-1])


def servers(here: Lab) -> dict[str, Clock]:
    return {name: here.clock(name) for name in ("postgres", "redis")}


def figures(jobs: int, enqueued: float, drained: float) -> dict[str, float]:
    return {
        "rate": jobs / (enqueued + drained),
        "enqueue": jobs / enqueued,
        "drain": jobs / drained,
    }


def report(taken: dict[str, list[dict[str, float]]]) -> None:
    print(f"\n{'':26}{'jobs/s':>8}{'(lowest to highest)':>20}{'enqueue':>9}{'drain':>9}")
    for name, rounds in taken.items():
        rate, around = spread([one["rate"] for one in rounds]).split(" ", 1)
        parts = [
            spread([one[what] for one in rounds]).split()[0]
            for what in ("enqueue", "drain", "node", "postgres", "redis")
        ]
        print(f"{name:26}{rate:>8}{around:>20}{parts[0]:>9}{parts[1]:>9}")
        print(f"{'':26}µs a job: Node {parts[2]}, Postgres {parts[3]}, Redis {parts[4]}")
    pairs = {
        "worker over BullMQ / BullMQ that inserts (drain)": (
            "drain",
            OVER_REDIS,
            "BullMQ, results inserted",
        ),
        "over redis / graphile-worker's default": (
            "rate",
            OVER_REDIS,
            "graphile-worker, default",
        ),
        **{
            f"{ours[6:]} / {name}": ("rate", ours, name)
            for ours in (OVER_POSTGRES, WIDE)
            for name in taken
            if name not in (OVER_POSTGRES, WIDE)
        },
    }
    print()
    for title, (what, over, under) in pairs.items():
        found = ratios([one[what] for one in taken[over]], [one[what] for one in taken[under]])
        print(f"{title:52}{spread(found, 2)}")


if __name__ == "__main__":
    main()
