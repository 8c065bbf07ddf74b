"""Documents that take 45 s each: the 202 while every worker is busy with others."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import httpx
from lab import Lab

from demos.history import history, lost, taken, waiting
from demos.load import Answer, Request, Stream, offer, percentile, punctual, rate
from demos.receiver import Receiver, receiver
from demos.site import Api, Promises, Site, site, tell, until

OPERATION_S = 45
RATE, POLLS = 50, 50  # requests/s
MOST_MS = 100  # p99 of the 202
QUEUED_BEFORE = 20
OWN_BOUNDS_S = 5
# The queue is to grow 40 times as fast as the workers empty it. By its own bounds the service refuses
# what would wait for over 300 s, as the last row shows; and one tenant makes the load of all.
UNBOUNDED = {"MAX_QUEUE_DEPTH": "1000000", "JOB_WAIT_S": "86400", "RATE_LIMIT_RPS": "1000"}
BODY = {"type": "summarize", "input": {"text": "A contract of many pages. " * 40}}


def demonstrate(here: Lab, seconds: int, promises: Promises) -> None:
    with site(here, "document-ai") as one, receiver() as webhooks:
        Demonstration(one, webhooks, seconds).run(promises)


class Demonstration:
    def __init__(self, one: Site, webhooks: Receiver, seconds: int) -> None:
        self.site = one
        self.webhooks = webhooks
        self.seconds = seconds
        self.headers = one.headers("t1")
        webhooks.secret = one.run("webhook-secret", "create", "--tenant", "t1")

    def run(self, promises: Promises) -> None:
        self.site.start_ai(OPERATION_S)
        slots = self.site.start_workers(WEBHOOK_ALLOW_CIDRS="127.0.0.0/8")
        apis = self.site.start_apis(WEBHOOK_ALLOW_CIDRS="127.0.0.0/8", **UNBOUNDED)
        with self.site.connect() as connection, ThreadPoolExecutor() as aside:
            known = self.fill(apis[0], slots)
            followed = aside.submit(self.follow, apis[0], known[0])
            tell(f"{RATE} jobs/s for {self.seconds} s, while {slots} jobs run for {OPERATION_S} s")
            answers = offer(
                self.site.here,
                posts=Stream(RATE, RATE * self.seconds, [self.post(api) for api in apis]),
                polls=Stream(POLLS, POLLS * self.seconds, self.polls(apis, known)),
            )
            posts, polls = answers["posts"], answers["polls"]
            jobs = history(connection)
            times = followed.result()
            refused = self.as_sized(promises)
            begin, end = posts[0].at, posts[-1].at
            share = taken(jobs, slots, begin, end)
            accepted = [one.job for one in posts if one.job is not None]
            kept = punctual(posts, RATE)
            promises.keep(kept, "document: the sender fell behind: the machine does too much else")
            promises.keep(len(accepted) == len(posts), "document: not every job got its 202")
            promises.keep(lost(connection, accepted) == 0, "document: accepted jobs are lost")
            promises.keep(all(one.status == 200 for one in polls), "document: polls failed")
        found = percentile([one.ms for one in posts], 0.99)
        promises.keep(found < MOST_MS, f"document: the p99 of the 202 is not below {MOST_MS} ms")
        promises.keep(share > 0.99, "document: slots were free")
        promises.keep(OPERATION_S <= times["ran"] < OPERATION_S + 1, "document: a job took longer")
        print(f"Document: {RATE} jobs/s for {self.seconds} s, all {slots} slots busy for {OPERATION_S} s")
        print("                       count       /s   p50 ms   p95 ms   p99 ms   max ms")
        show("202", posts)
        show("200 to polls", polls)
        show("503, own bounds", refused)
        print(
            f"  slots taken {share:.1%}, {waiting(jobs, end):,} jobs waiting; a job ran"
            f" {times['ran']:.1f} s,\n  its webhook came {times['told']:.1f} s later, a poll after"
            f" {times['asked']:.1f} s (asks every {times['every']} s)"
        )

    def post(self, api: Api, **more: Any) -> Request:
        return Request("POST", f"{api.base}/v1/jobs", self.headers, BODY | more)

    def polls(self, apis: list[Api], known: list[str]) -> list[Request]:
        paths = [f"{api.base}/v1/jobs/{job}" for job in known for api in apis]
        return [Request("GET", path, self.headers) for path in paths]

    def fill(self, api: Api, slots: int) -> list[str]:
        """Jobs for all slots, and some to wait; each asks for a webhook."""
        body = BODY | {"webhook": {"url": self.webhooks.url}}
        with httpx.Client(headers=self.headers) as client:
            known = [
                client.post(f"{api.base}/v1/jobs", json=body).raise_for_status().json()["id"]
                for _ in range(slots + QUEUED_BEFORE)
            ]
        until("all slots to be taken", lambda: self.active() == slots)
        return known

    def active(self) -> int:
        with self.site.connect() as connection:
            row = connection.execute("SELECT count(*) FROM jobs WHERE status = 'active'").fetchone()
        assert row is not None
        return row[0]

    def follow(self, api: Api, job: str) -> dict[str, float]:
        """As a client that asks again when it is told to; s from the job's end on, but `ran`."""
        while True:
            answer = httpx.get(f"{api.base}/v1/jobs/{job}", headers=self.headers).raise_for_status()
            seen, view = time.time(), answer.json()
            if view["status"] == "succeeded":
                break
            every = int(answer.headers["retry-after"])
            time.sleep(every)
        assert view["result"]["summary"].startswith("Summary: A contract")
        started, finished = (
            datetime.fromisoformat(view[name]).timestamp() for name in ("started_at", "finished_at")
        )
        until("the webhook", lambda: job in self.webhooks.messages)
        told, message = self.webhooks.messages[job]
        assert message["data"]["result"] == view["result"]
        return {
            "ran": finished - started,
            "told": told - finished,
            "asked": seen - finished,
            "every": every,
        }

    def as_sized(self, promises: Promises) -> list[Answer]:
        """What an api process answers that keeps the brief's bounds, beside that queue."""
        api = self.site.start_api(RATE_LIMIT_RPS=UNBOUNDED["RATE_LIMIT_RPS"])
        until("a look at the queue", lambda: api.metric("jobs_estimated_wait_seconds") > 0)
        posts = Stream(RATE, RATE * OWN_BOUNDS_S, [self.post(api)])
        refused = offer(self.site.here, posts=posts)["posts"]
        kept = all(one.status == 503 and one.retry_after for one in refused)
        promises.keep(kept, "document: its own bounds do not refuse with Retry-After")
        return refused


def show(name: str, answers: list[Answer]) -> None:
    ms = [one.ms for one in answers]
    found = "".join(f"{percentile(ms, share):9.1f}" for share in (0.5, 0.95, 0.99))
    print(f"  {name:18}{len(answers):8,}{rate(answers):9.1f}{found}{max(ms):9.1f}")
