"""A service on servers that are about to be broken, with load on it and an audit at the end."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg

from archgen.services import Running
from tests.contract.ai import AI
from tests.contract.service import Service
from tests.contract.waiting import until

API, WORKER = "start:api", "start:worker"
# Compressed, so that a run takes seconds.
SETTINGS = {
    "JOB_LEASE_S": 2,
    "JOB_BACKOFF_MS": 50,
    "WORKER_CONCURRENCY": 20,
    # What is tested is not when it refuses.
    "RATE_LIMIT_RPS": 1_000_000,
    "MAX_QUEUE_DEPTH": 1_000_000,
    "MAX_EVENT_LOOP_DELAY_MS": 60_000,
    "JOB_WAIT_S": 3600,
}
DRAIN_S = 120

AUDIT = """
    WITH job AS (
      SELECT id, status, run, (SELECT count(*) FROM job_events e
        WHERE e.job_id = jobs.id AND e.type = 'succeeded') AS effects FROM jobs
    )
    SELECT
      (SELECT count(*) FROM unnest(%s::uuid[]) AS a (id) WHERE a.id NOT IN (SELECT id FROM job))
        + count(*) FILTER (WHERE status IN ('queued', 'active', 'retrying'))
        + count(*) FILTER (WHERE status = 'dead' AND NOT EXISTS (
          SELECT FROM dead_letters d WHERE d.job_id = job.id AND d.run = job.run)) AS lost,
      coalesce(sum(greatest(effects - 1, 0)), 0)::int AS duplicate_effects,
      count(*) FILTER (WHERE (status = 'succeeded') <> (effects > 0)) AS contradictions
    FROM job"""


@dataclass
class Figures:
    """What a run measured, as ``npm run faults`` keeps it."""

    all: dict[str, dict[str, Any]] = field(default_factory=dict)

    def note(self, name: str, value: float) -> None:
        self.all[name] = {"value": round(value, 3)}

    def exactly(self, name: str, value: float, expected: float) -> None:
        self._promised(name, value, f"= {expected:g}", value == expected)

    def at_most(self, name: str, value: float, most: float) -> None:
        self._promised(name, value, f"≤ {most:g}", value <= most)

    def broken(self) -> list[str]:
        return [name for name, figure in self.all.items() if figure.get("broken")]

    def _promised(self, name: str, value: float, promise: str, kept: bool) -> None:
        self.all[name] = {"value": round(value, 3), "promise": promise}
        if not kept:
            self.all[name]["broken"] = True


@dataclass(frozen=True)
class Answer:
    status: int  # 0: there was none
    at: float
    seconds: float


class World:
    def __init__(self, service: Service, servers: Running, ai: AI, seed: int) -> None:
        self.service = service
        self.servers = servers
        self.ai = ai
        self.random = random.Random(seed)
        self.figures = Figures()
        self.accepted: set[str] = set()
        service.run("migrate")
        self.client = service.client(service.key("faults"))
        self.client.timeout = httpx.Timeout(30)

    def start(self, *scripts: str, **settings: object) -> None:
        """Processes that are ready; an api and two workers unless told otherwise."""
        scripts = scripts or (API, WORKER, WORKER)
        started = [self.service.launch(one, **SETTINGS | settings) for one in scripts]
        for process in started:
            process.wait_until_ready()

    def submit(self, text: str) -> Answer:
        job = {"type": "summarize", "input": {"text": text}}
        at = time.monotonic()
        try:
            answer = self.client.post("/v1/jobs", json=job)
        except httpx.TransportError:
            return Answer(0, at, time.monotonic() - at)
        if answer.status_code == 202:
            self.accepted.add(answer.json()["id"])
        return Answer(answer.status_code, at, time.monotonic() - at)

    @contextmanager
    def load(self, callers: int = 8, pause_s: float = 0.1) -> Iterator[list[Answer]]:
        """Submissions for as long as the block lasts, by callers that pause in between."""
        answers: list[Answer] = []
        over = threading.Event()

        def call() -> None:
            while not over.wait(pause_s):
                answers.append(self.submit("a text"))

        threads = [threading.Thread(target=call) for _ in range(callers)]
        for thread in threads:
            thread.start()
        try:
            yield answers
        finally:
            over.set()
            for thread in threads:
                thread.join()

    def count(self, where: str = "true") -> int:
        return self._row(f"SELECT count(*) FROM jobs WHERE {where}")[0]

    def ends(self) -> set[tuple[str, str]]:
        """Each finished job with the type of its event."""
        query = "SELECT id::text, 'job.' || status FROM jobs WHERE finished_at IS NOT NULL"
        with psycopg.connect(self.service.env["DATABASE_URL"]) as connection:
            return set(connection.execute(query).fetchall())

    def waiting_events(self) -> int:
        return self._row("SELECT count(*) FROM domain_events")[0]

    def bus(self, consumer: str) -> str:
        """The queue of a consumer."""
        return f"{self.service.env['BUS_NAME']}.{consumer}"

    def drain(self) -> None:
        open_jobs = "status IN ('queued', 'active', 'retrying')"
        until(lambda: self.count(open_jobs) == 0, "all jobs finished", DRAIN_S)

    def audit(self) -> None:
        """What holds after every case."""
        row = self._row(AUDIT, [list(self.accepted)])
        names = ("lost", "duplicate_effects", "contradictions")
        for name, value in zip(names, row, strict=True):
            self.figures.exactly(name, int(value), 0)
        ended = sum(not process.is_running() for process in self.service.processes)
        self.figures.exactly("processes_that_exited", ended, 0)

    def _row(self, query: str, values: list[Any] | None = None) -> tuple[Any, ...]:
        with psycopg.connect(self.service.env["DATABASE_URL"]) as connection:
            row = connection.execute(query, values).fetchone()
        assert row is not None
        return row


@contextmanager
def judged(world: World, case: int, title: str, seed: int, file: Path | None) -> Iterator[World]:
    """Drains and audits a world after its block, keeps the result, and fails what was broken."""
    started = time.monotonic()
    error = None
    try:
        yield world
        world.drain()
    except Exception as thrown:
        error = thrown
    world.audit()
    figures = world.figures
    ok = error is None and not figures.broken()
    seconds = round(time.monotonic() - started, 1)
    result = {"case": case, "title": title, "seed": seed, "ok": ok, "seconds": seconds}
    result["figures"] = figures.all
    if file is not None:
        with file.open("a", encoding="utf-8") as lines:
            print(json.dumps(result, ensure_ascii=False), file=lines)
    told = {name: figure["value"] for name, figure in figures.all.items()}
    print(f"case {case}, ARCHGEN_SEED={seed}: {told}")
    if error is not None:
        raise error
    assert figures.broken() == [], f"ARCHGEN_SEED={seed}: {figures.all}"


def seconds_of_errors(answers: list[Answer], since: float) -> float:
    """From a moment to the end of the last request that failed after it."""
    ends = [answer.at + answer.seconds for answer in answers if answer.status != 202]
    return max((end - since for end in ends if end > since), default=0.0)
