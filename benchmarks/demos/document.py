"""Documents that take 45 s each: the 202 while every slot is busy with others."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

import httpx
from demos.history import history, lost, taken, waiting
from demos.load import BEHIND, Answer, Request, Stream, offer, percentile, punctual, rate
from demos.receiver import Receiver, receiver
from demos.site import Api, Site, site, tell, until
from lab import Lab

OPERATION_S = 45
RATE, POLLS = 50, 50  # requests/s
MOST_MS = 100  # the p99 of the 202
QUEUED_BEFORE = 20
OWN_BOUNDS_S = 5
# The queue is to grow 40 times as fast as the workers empty it. By its own bounds the service
# refuses what would wait for over 300 s, as the last row shows; and one tenant is the load of all.
UNBOUNDED = {"MAX_QUEUE_DEPTH": "1000000", "JOB_WAIT_S": "86400", "RATE_LIMIT_RPS": "1000"}
RECEIVES = {"WEBHOOK_ALLOW_CIDRS": "127.0.0.0/8"}
BODY = {"type": "summarize", "input": {"text": "A contract of many pages. " * 40}}


@dataclass(frozen=True)
class Course:
    """Of a job, in s: how long it ran, and how long after that its webhook came, and a poll by a
    client that asks `every` so often, as it is told to, saw its result."""

    ran: float
    webhook: float
    poll: float
    every: int


def demonstrate(here: Lab, seconds: int) -> dict[str, bool]:
    with site(here, "document-ai") as one, receiver() as webhooks:
        return Documents(one, webhooks, seconds).run()


class Documents:
    def __init__(self, one: Site, webhooks: Receiver, seconds: int) -> None:
        self.site = one
        self.webhooks = webhooks
        self.seconds = seconds
        self.headers = one.headers("t1")
        webhooks.secret = one.run("webhook-secret", "create", "--tenant", "t1")

    def run(self) -> dict[str, bool]:
        self.site.start_ai(OPERATION_S)
        with self.site.workers(**RECEIVES) as slots, ThreadPoolExecutor() as aside:
            apis = self.site.start_apis(**RECEIVES, **UNBOUNDED)
            known = self.fill(apis[0], slots)
            followed = aside.submit(self.follow, apis[0], known[0])
            tell(f"{RATE} jobs/s for {self.seconds} s, while {slots} jobs run for {OPERATION_S} s")
            posts = Stream(RATE, RATE * self.seconds, [self.post(api) for api in apis])
            polls = Stream(POLLS, POLLS * self.seconds, self.polls(apis, known))
            answers = offer(self.site.here, posts=posts, polls=polls)
            return self.report(slots, **answers, refused=self.as_sized(), course=followed.result())

    def post(self, api: Api) -> Request:
        return Request("POST", f"{api.base}/v1/jobs", self.headers, BODY)

    def polls(self, apis: list[Api], known: list[str]) -> list[Request]:
        urls = [f"{api.base}/v1/jobs/{job}" for job in known for api in apis]
        return [Request("GET", url, self.headers) for url in urls]

    def fill(self, api: Api, slots: int) -> list[str]:
        """Jobs for all slots, and some to wait; each asks for a webhook."""
        body = BODY | {"webhook": {"url": self.webhooks.url}}
        with httpx.Client(headers=self.headers) as client:
            known = [
                client.post(f"{api.base}/v1/jobs", json=body).raise_for_status().json()["id"]
                for _ in range(slots + QUEUED_BEFORE)
            ]
        with self.site.connect() as connection:
            active = "SELECT FROM jobs WHERE status = 'active'"
            until("all slots to be taken", lambda: connection.execute(active).rowcount == slots)
        return known

    def follow(self, api: Api, job: str) -> Course:
        """Raises AssertionError unless both ways tell the AI API's answer."""
        url, every = f"{api.base}/v1/jobs/{job}", 0
        while (answer := httpx.get(url, headers=self.headers)).json()["status"] != "succeeded":
            every = int(answer.headers["retry-after"])
            time.sleep(every)
        seen, view = time.time(), answer.json()
        until("the webhook", lambda: job in self.webhooks.messages)
        told, message = self.webhooks.messages[job]
        assert view["result"]["summary"].startswith("Summary: A contract"), view
        assert message["data"]["result"] == view["result"], message
        began, end = (
            datetime.fromisoformat(view[name]).timestamp() for name in ("started_at", "finished_at")
        )
        return Course(end - began, told - end, seen - end, every)

    def as_sized(self) -> list[Answer]:
        """What an api process answers that keeps the brief's bounds, beside that queue."""
        api = self.site.start_api(RATE_LIMIT_RPS=UNBOUNDED["RATE_LIMIT_RPS"])
        until("a look at the queue", lambda: api.metric("jobs_estimated_wait_seconds") > 0)
        posts = Stream(RATE, RATE * OWN_BOUNDS_S, [self.post(api)])
        return offer(self.site.here, posts=posts)["posts"]

    def report(
        self,
        slots: int,
        posts: list[Answer],
        polls: list[Answer],
        refused: list[Answer],
        course: Course,
    ) -> dict[str, bool]:
        end = posts[-1].at
        accepted = [one.job for one in posts if one.job is not None]
        with self.site.connect() as connection:
            jobs, missing = history(connection), lost(connection, accepted)
        share = taken(jobs, slots, posts[0].at, end)
        print(
            f"Document: {RATE} jobs/s for {self.seconds} s, while jobs of {OPERATION_S} s keep all"
            f" {slots} slots busy"
        )
        print("                       count       /s   p50 ms   p95 ms   p99 ms   max ms")
        for name, answers in {
            "202": posts,
            "200, polls": polls,
            "503, own bounds": refused,
        }.items():
            ms = [one.ms for one in answers]
            found = "".join(f"{percentile(ms, part):9.1f}" for part in (0.5, 0.95, 0.99, 1))
            print(f"  {name:18}{len(answers):8,}{rate(answers):9.1f}{found}")
        print(
            f"  slots taken {share:.1%}, in the end {waiting(jobs, end):,} jobs wait; one ran"
            f" {course.ran:.1f} s:\n  its webhook came {course.webhook:.1f} s later, a poll (every"
            f" {course.every} s) told of it after {course.poll:.1f} s"
        )
        return {
            BEHIND: punctual(posts, RATE),
            "every job gets its 202": len(accepted) == len(posts) and missing == 0,
            "polls are answered": all(one.status == 200 for one in polls),
            f"the p99 of the 202 is below {MOST_MS} ms": (
                percentile([one.ms for one in posts], 0.99) < MOST_MS
            ),
            "all slots are busy": share > 0.99,
            "a job takes as long as its operation": OPERATION_S <= course.ran < OPERATION_S + 1,
            "own bounds refuse by 503 with Retry-After": all(
                one.status == 503 and one.retry_after for one in refused
            ),
        }
