"""Images at five times what the workers can do: what is refused, what is done, how it recovers."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import httpx
import psycopg
from demos.history import finished, history, lost, started, waiting
from demos.load import BEHIND, Request, Stream, offer, percentile, punctual
from demos.site import Api, Site, site, tell, until
from lab import Lab

OPERATION_S = 12
SPREAD = 0.5  # operations take from so much less to so much more than that
USUAL, OVERLOAD = 25 / 40, 5  # times the capacity; the former is the preset's 1,500 jobs/min
USUAL_S, BURST_S = 15, 40
POLLS = 50  # requests/s
# In place of the brief's 5,000, so that the queue is worked off in one minute instead of two.
BOUND = {"MAX_QUEUE_DEPTH": "2000"}
DRAIN_S = 300


def demonstrate(here: Lab) -> dict[str, bool]:
    with site(here, "image-generation") as one:
        one.start_ai(OPERATION_S)
        with one.workers() as slots:
            burst = Burst(one, one.start_apis(**BOUND), slots)
            burst.run()
        burst.report()
        return burst.promises()


class Burst:
    def __init__(self, one: Site, apis: Sequence[Api], slots: int) -> None:
        self.site = one
        self.apis = apis
        self.slots = slots
        self.capacity = slots / OPERATION_S
        self.headers = one.headers("t1")

    def run(self) -> None:
        usual = self.stream(USUAL, USUAL_S, seed=1)
        tell(f"{usual.rate:.0f} jobs/s for {USUAL_S} s")
        self.usual = offer(self.site.here, posts=usual)["posts"]
        polls = Stream(POLLS, POLLS * BURST_S, list(self.polls()))
        burst = self.stream(OVERLOAD, BURST_S, seed=2)
        tell(f"{burst.rate:.0f} jobs/s for {BURST_S} s")
        answers = offer(self.site.here, posts=burst, polls=polls)
        self.burst, self.polled = answers["posts"], answers["polls"]
        self.ended = self.burst[-1].at
        self.probe, self.again = self.accept_again()
        with self.site.connect() as connection:
            tell("until the queue is worked off")
            until("every job to finish", lambda: unfinished(connection) == 0, DRAIN_S)
            self.jobs = history(connection)
            self.audit = Audit.of(connection, self.accepted, self.site.ai_calls())

    def stream(self, times: float, seconds: int, seed: int) -> Stream:
        """Jobs at so many times the capacity, each with a duration of its own."""
        chance = random.Random(seed)
        shortest, longest = (1000 * OPERATION_S * (1 + sign * SPREAD) for sign in (-1, 1))
        count = round(times * self.capacity * seconds)
        return Stream(
            times * self.capacity,
            count,
            [
                self.post(self.apis[i % len(self.apis)], chance.uniform(shortest, longest))
                for i in range(count)
            ],
        )

    def post(self, api: Api, ms: float) -> Request:
        body = {"type": "summarize", "input": {"text": f"[[delay:{ms:.0f}]] A cat on a bicycle"}}
        return Request("POST", f"{api.base}/v1/jobs", self.headers, body)

    def polls(self) -> Iterator[Request]:
        for i, one in enumerate(self.usual):
            url = f"{self.apis[i % len(self.apis)].base}/v1/jobs/{one.job}"
            yield Request("GET", url, self.headers)

    def accept_again(self) -> tuple[str, float]:
        """The next job that is accepted, and how many seconds after the burst, at most."""
        probe = self.post(self.apis[0], 1000 * OPERATION_S)
        with httpx.Client(headers=self.headers) as client:
            while (answer := client.post(probe.url, json=probe.body)).status_code != 202:
                time.sleep(0.1)
        return answer.json()["id"], time.time() - self.ended

    @property
    def accepted(self) -> list[str]:
        jobs = [one.job for one in (*self.usual, *self.burst) if one.job is not None]
        return [*jobs, self.probe]

    @property
    def goodput(self) -> float:
        """Jobs/s done while overloaded, over the capacity; once those of before are done."""
        since = self.burst[0].at + OPERATION_S * (1 + SPREAD)
        done = finished(self.jobs, since, self.ended)
        return len(done) / (self.ended - since) / self.capacity

    def p99(self, status: int) -> float:
        return percentile([one.ms for one in self.burst if one.status == status], 0.99)

    def promises(self) -> dict[str, bool]:
        statuses = {one.status for one in self.burst}
        return {
            BEHIND: punctual(self.burst, OVERLOAD * self.capacity),
            "all is accepted before the burst": all(one.status == 202 for one in self.usual),
            f"the burst is answered by 202 and 503 (by {statuses})": statuses == {202, 503},
            "refusals say when to try again": all(
                one.retry_after for one in self.burst if one.status == 503
            ),
            "goodput is 0.9 of the capacity": self.goodput >= 0.9,
            "jobs are accepted again within 5 s": self.again <= 5,
            f"each accepted job succeeds once ({self.audit})": self.audit == Audit(0, 0, 0, 0),
        }

    def report(self) -> None:
        begin = self.burst[0].at
        cuts = [self.usual[0].at, *(begin + part * BURST_S for part in (0, 0.25, 0.5, 1))]
        cuts.append(max(job.finished for job in self.jobs) + 0.001)
        print(
            f"Image: {OVERLOAD} x the {self.capacity:.0f} jobs/s of {self.slots} slots for"
            f" {BURST_S} s; {OPERATION_S} s a job; {BOUND['MAX_QUEUE_DEPTH']} may wait"
        )
        print("     from to s   202/s   503/s  done/s  waiting  waited s (p95)")
        for since, to in pairwise(cuts):
            self.row(since, to, begin)
        polls = percentile([one.ms for one in self.polled], 0.99)
        missing = self.audit.lost + self.audit.unsuccessful
        print(
            f"  p99: 202 {self.p99(202):.1f} ms, 503 {self.p99(503):.1f} ms, polls {polls:.1f} ms;"
            f" goodput {self.goodput:.2f} x capacity;\n  accepts again {self.again:.1f} s after it;"
            f" of {len(self.accepted):,} accepted jobs {missing} lost,"
            f" {self.audit.twice} done twice"
        )

    def row(self, since: float, to: float, begin: float) -> None:
        span = to - since
        offered = [one for one in (*self.usual, *self.burst) if since <= one.at < to]
        statuses = Counter(one.status for one in offered)
        rates = (statuses[202], statuses[503], len(finished(self.jobs, since, to)))
        waits = [job.wait for job in started(self.jobs, since, to)]
        print(
            f"  {since - begin:6.0f}{to - begin:6.0f}"
            + "".join(f"{count / span:8.0f}" for count in rates)
            + f"{waiting(self.jobs, to):9,}{percentile(waits, 0.95):10.1f}"
        )


@dataclass(frozen=True)
class Audit:
    """What of the accepted jobs is not in Postgres, has not succeeded, has a second effect (an
    event that commits with the result), or went to the AI API more or less than once."""

    lost: int
    unsuccessful: int
    twice: int
    called_otherwise: int

    @classmethod
    def of(
        cls, connection: psycopg.Connection, accepted: Sequence[str], calls: Counter[str]
    ) -> Audit:
        row = connection.execute(
            "SELECT (SELECT count(*) FROM jobs WHERE status <> 'succeeded' OR result IS NULL),"
            " (SELECT count(*) FROM (SELECT FROM job_events WHERE type = 'succeeded'"
            " GROUP BY job_id HAVING count(*) > 1) AS twice)"
        ).fetchone()
        assert row is not None
        otherwise = sum(calls[job] != 1 for job in accepted)
        return cls(lost(connection, accepted), row[0], row[1], otherwise)


def unfinished(connection: psycopg.Connection) -> int:
    """By the partial indexes: jobs that wait for their turn, for a worker, or are worked on."""
    row = connection.execute(
        "SELECT count(*) FROM jobs"
        " WHERE due_at IS NOT NULL OR published_at IS NOT NULL OR lease_until IS NOT NULL"
    ).fetchone()
    assert row is not None
    return row[0]
