"""What a request costs beside bare Fastify doing the same: CPU µs a request, and requests/s.

    python benchmarks/requests.py [--rounds 5] [--seconds 4]

A cached answer (GET /v1/usage, from memory) beside a route that returns the same bytes; the 202
path (POST /v1/jobs) beside a handler that does the same INSERT by one named statement, at 50
connections and at one, with pools of ten. The server has a core of its own; Postgres and the load
share the other. Prints medians, from the lowest to the highest round, and ratios of pairs.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import httpx
import psutil
from lab import Clock, Lab, free_port, interleave, lab, ratios, script, spread, wait_for

JOB = json.dumps({"type": "summarize", "input": {"text": "a text " * 28}})
Measure = Callable[[], dict[str, float]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4, help="of each measurement")
    options = parser.parse_args()
    with lab("postgres") as here, ExitStack() as processes:
        service = Service(here, processes)
        cached = {
            "bare route": load(here, bare_route(here, processes, service.usage), options.seconds),
            "cached answer": load(here, service.get_usage, options.seconds),
        }
        report("GET, 50 connections", interleave(cached, options.rounds))
        bare = bare_insert(here, processes, service)
        for connections in (50, 1):
            accepting = {
                "bare insert": load(here, bare, options.seconds, connections),
                "202 path": load(here, service.post_job, options.seconds, connections),
            }
            taken = interleave(accepting, options.rounds)
            report(f"POST, connections: {connections}", taken)


class Target:
    """A URL to be loaded, and the process behind it."""

    def __init__(self, url: str, process: psutil.Popen, *arguments: str) -> None:
        self.url = url
        self.process = process
        self.arguments = arguments


class Service:
    def __init__(self, here: Lab, processes: ExitStack) -> None:
        self.here = here
        self.folder = here.render("service", "queue_store=postgres", "caching=in-process")
        self.database = here.database("service")
        port, ops = free_port(), free_port()
        self.env = {
            "DATABASE_URL": self.database,
            "DATABASE_DIRECT_URL": self.database,
            "HOST": "127.0.0.1",
            "PORT": port,
            "OPS_PORT": ops,
            "AI_BASE_URL": "http://127.0.0.1:9/v1",
            "API_POOL": "10",
            # The load is one tenant's, and nobody works.
            "RATE_LIMIT_RPS": "1000000",
            "MAX_QUEUE_DEPTH": "100000000",
            "JOB_WAIT_S": "86400",
        }
        here.run("npm", "run", "-s", "migrate", cwd=self.folder, env=self.env)
        create = ("npm", "run", "-s", "keys", "--", "create", "--tenant", "t1", "--scope", "admin")
        told = here.run(*create, cwd=self.folder, env=self.env)
        self.authorization = f"authorization=Bearer {told.split()[-1]}"
        argv = script(self.folder, "start:api")
        process = processes.enter_context(here.server(argv, self.folder, self.env))
        wait_for(f"http://127.0.0.1:{ops}/health/ready")
        base = f"http://127.0.0.1:{port}"
        self.get_usage = Target(f"{base}/v1/usage", process, "-H", self.authorization)
        post = ("-m", "POST", "-H", "content-type=application/json", "-b", JOB)
        self.post_job = Target(f"{base}/v1/jobs", process, "-H", self.authorization, *post)
        key = {"authorization": self.authorization.removeprefix("authorization=")}
        self.usage = httpx.get(self.get_usage.url, headers=key).raise_for_status().text


def bare_route(here: Lab, processes: ExitStack, answer: str) -> Target:
    port = free_port()
    env = {"PORT": port, "ANSWER": answer}
    process = processes.enter_context(here.server(["node", "route.ts"], here.peers, env))
    wait_for(f"http://127.0.0.1:{port}/answer")
    return Target(f"http://127.0.0.1:{port}/answer", process)


def bare_insert(here: Lab, processes: ExitStack, service: Service) -> Target:
    port = free_port()
    database = here.database("bare")
    env = {"PORT": port, "DATABASE_URL": database}
    # The same table, with the same indexes, in a database of its own.
    migrate = service.env | {"DATABASE_URL": database, "DATABASE_DIRECT_URL": database}
    here.run("npm", "run", "-s", "migrate", cwd=service.folder, env=migrate)
    process = processes.enter_context(here.server(["node", "insert.ts"], here.peers, env))
    wait_for(f"http://127.0.0.1:{port}/health")
    post = ("-m", "POST", "-H", "content-type=application/json", "-b", JOB)
    return Target(f"http://127.0.0.1:{port}/v1/jobs", process, *post)


def load(here: Lab, target: Target, seconds: int, connections: int = 50) -> Measure:
    cannon = Path("node_modules/autocannon/autocannon.js")
    asked = ("-c", connections, "-d", seconds, *target.arguments, target.url)
    argv = ["node", str(cannon), "--json", "--no-progress", *map(str, asked)]
    server, postgres = Clock(target.process), here.clock("postgres")

    def measure() -> dict[str, float]:
        before = server.read(), postgres.read()
        told = json.loads(here.run(*argv, cwd=here.peers))
        after = server.read(), postgres.read()
        answered = told["2xx"]
        if told["non2xx"] or told["errors"] or not answered:
            raise RuntimeError(f"{target.url}: {told['non2xx']} refusals, {told['errors']} errors")
        return {
            "node": 1e6 * (after[0] - before[0]) / answered,
            "postgres": 1e6 * (after[1] - before[1]) / answered,
            "rate": answered / told["duration"],
            "p99": told["latency"]["p99"],
        }

    return measure


def report(title: str, taken: dict[str, list[dict[str, float]]]) -> None:
    print(f"\n{title}\n")
    print(f"  {'':15}{'Node µs':>23}{'Postgres µs':>23}{'requests/s':>23}")
    for name, rounds in taken.items():
        cells = [spread([one[what] for one in rounds]) for what in ("node", "postgres", "rate")]
        print(f"  {name:15}{cells[0]:>23}{cells[1]:>23}{cells[2]:>23}")
    (_, bare), (_, ours) = taken.items()
    cpu = ratios([one["node"] for one in ours], [one["node"] for one in bare])
    rate = ratios([one["rate"] for one in ours], [one["rate"] for one in bare])
    print(f"  ratio{'':10}{spread(cpu, 2):>23}{'':20}{spread(rate, 2):>23}", flush=True)


if __name__ == "__main__":
    main()
