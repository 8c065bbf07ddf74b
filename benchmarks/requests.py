"""What a request costs beside the bare framework doing the same: CPU µs a request, requests/s.

    python benchmarks/requests.py [--rounds 5] [--seconds 4] [--blueprint nestjs-bullmq]

A cached answer (GET /v1/usage, from memory) beside a route that returns the same body, both at the
same requests/s: without logs and metrics (the patterns alone), as it is, and with every request
traced and its spans sent. The 202 path (POST /v1/jobs) beside a handler that does the same INSERT
by one named statement, at 50 connections and at one, as fast as they go, with pools of ten. The
server has a core of its own; Postgres and the load share the other. Prints medians, from the lowest
to the highest round, and ratios of pairs.
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from copy import copy
from pathlib import Path

import httpx
import psutil
from lab import (
    OTHER_CORE,
    Clock,
    Lab,
    free_port,
    interleave,
    lab,
    ratios,
    script,
    spread,
    wait_for,
)

JOB = json.dumps({"type": "summarize", "input": {"text": "a text " * 28}})
BARE = {
    "fastify-redis": {"route": "route.ts", "insert": "insert.ts"},
    "nestjs-bullmq": {"route": "nest.ts", "insert": "nest.ts"},
}
Measure = Callable[[], dict[str, float]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4, help="of each measurement")
    parser.add_argument("--blueprint", choices=BARE, default="fastify-redis")
    options = parser.parse_args()
    with lab("postgres") as here, ExitStack() as processes:
        service = Service(here, options.blueprint)
        whole = service.start(processes)
        traced = service.start(processes, sink(here, processes))
        patterns = service.without_observability().start(processes)
        answer = service.get(whole, "/v1/usage")
        fastest = load(here, service.usage(whole), options.seconds)()["rate"]
        rate = int(fastest / 2)
        cached = {
            "bare route": bare_route(here, processes, service, answer),
            "patterns alone": service.usage(patterns),
            "cached answer": service.usage(whole),
            "and traced": service.usage(traced),
        }
        measures = {
            name: load(here, target, options.seconds, rate=rate) for name, target in cached.items()
        }
        report(f"GET, 50 connections, {rate:,} requests/s", interleave(measures, options.rounds))
        bare = bare_insert(here, processes, service)
        for connections in (50, 1):
            accepting = {
                "bare insert": load(here, bare, options.seconds, connections),
                "202 path": load(here, service.new_job(whole), options.seconds, connections),
            }
            taken = interleave(accepting, options.rounds)
            report(f"POST, connections: {connections}", taken)


class Target:
    """A URL to be loaded, and the process behind it."""

    def __init__(self, url: str, process: psutil.Popen, *arguments: str) -> None:
        self.url = url
        self.process = process
        self.arguments = arguments


class Api:
    """An api process of the service."""

    def __init__(self, base: str, process: psutil.Popen) -> None:
        self.base = base
        self.process = process


class Service:
    """A rendered repository with a database and a key."""

    def __init__(self, here: Lab, blueprint: str) -> None:
        self.here = here
        self.blueprint = blueprint
        choices = (f"blueprint={blueprint}", "queue_store=postgres", "caching=in-process")
        self.folder = here.render("service", *choices)
        database = here.database("service")
        self.env = {
            "DATABASE_URL": database,
            "DATABASE_DIRECT_URL": database,
            "HOST": "127.0.0.1",
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
        self.authorization = f"Bearer {told.split()[-1]}"

    def without_observability(self) -> Service:
        """The same one, with no log line, no measurement and no trace id a request."""
        other = copy(self)
        other.folder = self.folder.with_name("patterns")
        shutil.copytree(self.folder, other.folder, ignore=shutil.ignore_patterns("node_modules"))
        (other.folder / "node_modules").symlink_to(self.folder / "node_modules")
        server = other.folder / "src/server.ts"
        text = server.read_text()
        left_out = "await app.register(observe, { duration: httpMetrics(registry), draining });"
        assert text.count(left_out) == 1
        server.write_text(text.replace(left_out, "void [observe, httpMetrics, draining];"))
        self.here.build(other.folder)
        return other

    def start(self, processes: ExitStack, collector: str | None = None) -> Api:
        port, ops = free_port(), free_port()
        env = self.env | {"PORT": port, "OPS_PORT": ops}
        if collector:
            env |= {"OTEL_EXPORTER_OTLP_ENDPOINT": collector, "OTEL_TRACES_SAMPLER_ARG": "1"}
        argv = script(self.folder, "start:api")
        process = processes.enter_context(self.here.server(argv, self.folder, env))
        wait_for(f"http://127.0.0.1:{ops}/health/ready")
        return Api(f"http://127.0.0.1:{port}", process)

    def get(self, api: Api, path: str) -> str:
        key = {"authorization": self.authorization}
        return httpx.get(f"{api.base}{path}", headers=key).raise_for_status().text

    def usage(self, api: Api) -> Target:
        return Target(f"{api.base}/v1/usage", api.process, *self.key())

    def new_job(self, api: Api) -> Target:
        post = ("-m", "POST", "-H", "content-type=application/json", "-b", JOB)
        return Target(f"{api.base}/v1/jobs", api.process, *self.key(), *post)

    def key(self) -> tuple[str, str]:
        return "-H", f"authorization={self.authorization}"


def sink(here: Lab, processes: ExitStack) -> str:
    """The URL of a collector that takes every batch of spans and looks at none."""
    port = free_port()
    env = {"PORT": port}
    processes.enter_context(here.server(["node", "sink.ts"], here.peers, env, OTHER_CORE))
    wait_for(f"http://127.0.0.1:{port}/")
    return f"http://127.0.0.1:{port}"


def bare_route(here: Lab, processes: ExitStack, service: Service, answer: str) -> Target:
    port = free_port()
    env = {"PORT": port, "ANSWER": answer}
    argv = ["node", BARE[service.blueprint]["route"]]
    process = processes.enter_context(here.server(argv, here.peers, env))
    wait_for(f"http://127.0.0.1:{port}/answer")
    return Target(f"http://127.0.0.1:{port}/answer", process)


def bare_insert(here: Lab, processes: ExitStack, service: Service) -> Target:
    port = free_port()
    database = here.database("bare")
    env = {"PORT": port, "DATABASE_URL": database}
    # The same table, with the same indexes, in a database of its own.
    migrate = service.env | {"DATABASE_URL": database, "DATABASE_DIRECT_URL": database}
    here.run("npm", "run", "-s", "migrate", cwd=service.folder, env=migrate)
    argv = ["node", BARE[service.blueprint]["insert"]]
    process = processes.enter_context(here.server(argv, here.peers, env))
    wait_for(f"http://127.0.0.1:{port}/health")
    post = ("-m", "POST", "-H", "content-type=application/json", "-b", JOB)
    return Target(f"http://127.0.0.1:{port}/v1/jobs", process, *post)


def load(
    here: Lab, target: Target, seconds: int, connections: int = 50, rate: int | None = None
) -> Measure:
    """``rate``: requests/s in all; without it, as fast as the answers come."""
    cannon = Path("node_modules/autocannon/autocannon.js")
    paced = () if rate is None else ("-R", rate)
    asked = ("-c", connections, "-d", seconds, *paced, *target.arguments, target.url)
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
    (baseline, bare), *others = taken.items()
    print(f"\n  beside the {baseline}:{'':>6}{'Node µs':>17}{'more µs':>17}{'requests/s':>19}")
    for name, ours in others:
        cells = [
            ratios([one["node"] for one in ours], [one["node"] for one in bare]),
            [a["node"] - b["node"] for a, b in zip(ours, bare, strict=True)],
            ratios([one["rate"] for one in ours], [one["rate"] for one in bare]),
        ]
        shown = [spread(cells[0], 2), spread(cells[1]), spread(cells[2], 2)]
        print(f"  {name:15}" + "".join(f"{cell:>21}" for cell in shown), flush=True)


if __name__ == "__main__":
    main()
