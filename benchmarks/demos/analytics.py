"""A read of about 8 s over raw jobs, made faster step by step: index, roll-up, caches, ETag."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import zip_longest
from statistics import median
from typing import Any

import httpx
import psycopg
from demos import usage
from demos.load import BEHIND, Answer, Request, Stream, offer, percentile, punctual
from demos.site import Api, Site, site, tell, until
from lab import Clock, Lab
from psycopg.rows import dict_row

from archgen import presets

DAYS = 365
JOBS = presets.load("analytics")["jobs_per_minute"] * 60 * 24 * DAYS
UNROLLED = 50_000  # of them, the newest: their roll-up is timed
# Of 200 requests/s at the preset's peak 190 read, a half of them from either api process.
RATE, READS = 95, 360
TENANT = "t1"
MISSES = "cache_misses_total"
L1, L2 = (f'cache_hits_total{{tier="{tier}"}}' for tier in ("l1", "l2"))


@dataclass(frozen=True)
class Step:
    """`ms`: median of `reads`; `cpu_ms`: of Postgres, Valkey and the api, a read; of one statement
    the `rows` that it read, and the `pages` of 8 KB that it touched for them."""

    name: str
    ms: float
    cpu_ms: float
    p99: float | None = None
    rows: float | None = None
    pages: int | None = None


def demonstrate(here: Lab) -> dict[str, bool]:
    with site(here, "analytics") as one, one.connect() as connection:
        connection.row_factory = dict_row
        connection.execute("SET statement_timeout = 0")
        return Analytics(one, connection).run()


class Analytics:
    def __init__(self, one: Site, connection: psycopg.Connection[Any]) -> None:
        self.site = one
        self.connection = connection
        self.promises: dict[str, bool] = {}
        self.headers = one.headers(TENANT)
        self.servers = [one.here.clock("postgres"), one.here.clock("redis")]
        today = datetime.now(UTC).date()
        self.first, self.end = today - timedelta(days=DAYS - 1), today + timedelta(days=1)

    def run(self) -> dict[str, bool]:
        size = self.fill()
        tell("the read over raw jobs, and an index for it")
        scan, answer = self.read("scan of the jobs", usage.RAW, times=1)
        self.connection.execute(usage.INDEX)
        index, by_index = self.read("index-only scan", usage.RAW, times=3)
        rolling = self.roll_up()
        rolled, by_day = self.read("roll-up by day", usage.ROLLED, times=20)
        apis = self.site.start_apis()
        told = httpx.get(apis[0].base + self.path(), headers=self.headers).raise_for_status().json()
        same = answer == by_index == by_day == told["items"] and len(answer) == usage.REPORTS
        self.promises["all steps answer the same"] = same
        tell(f"{RATE} reads/s")
        self.ask(apis, range(1, 1 + READS))  # to warm up
        steps = self.ask(apis, range(1 + READS, 1 + 2 * READS))
        print(f"Analytics: a year's usage by report, of {JOBS:,} jobs ({size})")
        print("                       p50 ms   p99 ms    CPU ms   faster  rows read    pages")
        for step in (scan, index, rolled, *steps):
            show(step, scan.ms)
        print(f"  all answer the same; {rolling}")
        return self.promises

    def fill(self) -> str:
        """A year of jobs, and what workers had rolled up of them; answers the table's size."""
        tell(f"{JOBS:,} jobs of {DAYS} days")
        self.connection.execute(usage.UNUSED)
        course = {"tenant": TENANT, "jobs": JOBS, "days": DAYS - 1, "until": datetime.now(UTC)}
        self.connection.execute(usage.FILL, course)
        tell("their roll-up, but for the newest; VACUUM")
        self.newest = self.rows(usage.NEWEST, {"count": UNROLLED})[0]
        self.connection.execute(usage.OLD, self.newest)
        self.connection.execute("VACUUM ANALYZE jobs")
        return self.rows(usage.SIZE)[0]["size"]

    def read(self, name: str, sql: str, times: int) -> tuple[Step, list[Any]]:
        """A statement's median time, what its plan did, and its answer."""
        span = {"tenant": TENANT, "from": str(self.first), "to": str(self.end)}
        found, before = [], self.cpu()
        for _ in range(times):
            began = time.perf_counter()
            rows = self.rows(sql, span)
            found.append(1000 * (time.perf_counter() - began))
        cpu = 1000 * (self.cpu() - before) / times
        explain = f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {sql}"
        plan = self.rows(explain, span)[0]["QUERY PLAN"][0]["Plan"]
        pages = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
        read = sum(rows_read(node) for node in nodes(plan))
        return Step(name, median(found), cpu, rows=read, pages=pages), rows

    def roll_up(self) -> str:
        """The newest jobs by the workers: as if each had ended alone, a delta a job."""
        tell("the roll-up of the newest")
        with self.site.workers():
            self.connection.execute(usage.NEW, self.newest)
            began, before = time.monotonic(), self.cpu()
            until("the roll-up", lambda: not self.rows("SELECT FROM usage_deltas LIMIT 1"))
            took, cpu = time.monotonic() - began, self.cpu() - before
        each = 1e6 * cpu / UNROLLED
        return f"rolled up {UNROLLED:,} jobs in {took:.1f} s, {each:.0f} µs of Postgres each"

    def path(self, key: int = 0) -> str:
        """The same usage by other arguments: another key of the caches."""
        later, limit = key % 30, 30 + key // 30
        to = self.end + timedelta(days=later)
        return f"/v1/usage?group_by=type&from={self.first}&to={to}&limit={limit}"

    def ask(self, apis: list[Api], keys: range) -> list[Step]:
        """Each key once of a process that has to load it, then three times of another."""
        first, second = apis[:2]
        before = [first.metric(MISSES), second.metric(L2), second.metric(L1)]
        loaded, _ = self.step("GET, from Postgres", first, keys)
        shared, _ = self.step("GET, from Redis", second, keys)
        kept, answers = self.step("GET, from memory", second, keys)
        unchanged, told = self.step("304, from memory", second, keys, [one.etag for one in answers])
        after = [first.metric(MISSES), second.metric(L2), second.metric(L1)]
        found = [now - was for now, was in zip(after, before, strict=True)]
        wanted = [len(keys), len(keys), 2 * len(keys)]
        self.promises[f"each tier answers its reads ({wanted}, not {found})"] = found == wanted
        self.promises["an ETag is answered by 304"] = all(one.status == 304 for one in told)
        return [loaded, shared, kept, unchanged]

    def step(
        self, name: str, api: Api, keys: range, etags: Sequence[str | None] = ()
    ) -> tuple[Step, list[Answer]]:
        requests = [
            Request("GET", api.base + self.path(key), self.headers | {"if-none-match": etag or ""})
            for key, etag in zip_longest(keys, etags)
        ]
        clock = Clock(api.process)
        before = self.cpu() + clock.read()
        reads = offer(self.site.here, reads=Stream(RATE, len(keys), requests))["reads"]
        cpu = 1000 * (self.cpu() + clock.read() - before) / len(keys)
        self.promises[BEHIND] = self.promises.get(BEHIND, True) and punctual(reads, RATE)
        ms = [one.ms for one in reads]
        return Step(name, median(ms), cpu, p99=percentile(ms, 0.99)), reads

    def rows(self, sql: str, values: Any = None) -> list[Any]:
        return self.connection.execute(sql, values).fetchall()

    def cpu(self) -> float:
        """Seconds of Postgres and Valkey."""
        return sum(server.read() for server in self.servers)


def show(step: Step, most: float) -> None:
    p99 = "" if step.p99 is None else f"{step.p99:.1f}"
    rows = "" if step.rows is None else f"{step.rows:,.0f}"
    pages = "" if step.pages is None else f"{step.pages:,}"
    figures = f"{step.ms:9,.1f}{p99:>9}{step.cpu_ms:10,.2f}{most / step.ms:8,.0f} x"
    print(f"  {step.name:19}{figures}{rows:>11}{pages:>9}".rstrip())


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


def rows_read(node: dict[str, Any]) -> float:
    """Those of a table or its index, also if a filter dropped them, in all workers."""
    if "Relation Name" not in node:
        return 0
    return node["Actual Loops"] * (node["Actual Rows"] + node.get("Rows Removed by Filter", 0))
