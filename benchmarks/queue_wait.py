"""The advisor's wait for a slot beside a discrete-event simulation of the same queue.

    python benchmarks/queue_wait.py [--jobs N] [--seed S] [--write]

Prints how well Erlang C predicts the p95 wait for exponential service times, which it assumes,
and by what factor it is off for log-normal ones, as the latencies of AI models are. --write
keeps those factors in generator/archgen/advisor/simulated.yml. Takes some minutes of one core.
"""

from __future__ import annotations

import argparse
import math
import random
from collections import deque
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from itertools import product
from pathlib import Path
from statistics import median, quantiles

import simpy
import yaml

from archgen.advisor.capacity import p95_wait

SIMULATED = Path(__file__).parent.parent / "generator/archgen/advisor/simulated.yml"
RATIOS = (1.3, 2, 3, 5, 10)
Z99 = 2.3263  # the standard normal's 99th percentile
FINER = 4  # times the jobs where each system is read by itself, not the median of many
WARM_UP = 10  # the first one in so many arrivals finds the system still filling
# Servers, utilisation, mean service in s; the last three are of the presets' kind.
EXPONENTIAL = (
    *product((1, 2, 5), (0.5, 0.7, 0.9), (2,)),
    *((25, 0.9, 12), (25, 0.8, 35), (25, 0.7, 35)),
)
LOG_NORMAL = [
    (servers, utilisation)
    for servers, utilisation in product((1, 2, 5, 10, 25), (0.5, 0.6, 0.7, 0.8, 0.9))
    if p95_wait(servers, servers * utilisation, 1) > 0
]
Draw = Callable[[random.Random], float]
Process = Generator[simpy.Event, object, None]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=500_000, help="arrivals a system")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help=f"write {SIMULATED.name}")
    options = parser.parse_args()
    print(f"p95 wait for a slot, seed {options.seed}\n")
    print_exponential(options.jobs * FINER, options.seed)
    rows = list(print_log_normal(options.jobs, options.seed))
    if options.write:
        command = f"python benchmarks/queue_wait.py --jobs {options.jobs} --seed {options.seed}"
        write(rows, f"{command} --write")


def print_exponential(jobs: int, seed: int) -> None:
    print(f"Exponential service times, {jobs:,} jobs a system")
    print("servers  busy  service s  Erlang C s  simulated s   error")
    for servers, utilisation, mean in EXPONENTIAL:
        rate = servers * utilisation / mean
        predicted = p95_wait(servers, rate, mean)
        measured = simulate(servers, rate, exponential(mean), jobs, seed)
        print(
            f"{servers:7} {utilisation:5.0%} {mean:10} {predicted:11.2f} {measured:12.2f}"
            f" {predicted / measured - 1:+7.1%}"
        )


def print_log_normal(jobs: int, seed: int) -> Iterator[dict[str, float]]:
    """A row for each ratio, printed as soon as it is known."""
    print(f"\nLog-normal service times, {len(LOG_NORMAL)} systems; simulated wait / Erlang C's")
    print(f"{jobs:,} jobs a system, times CV² where that is above 1")
    print("longest/typical    CV  (1+CV²)/2  median  lowest  highest")
    for ratio in RATIOS:
        row = measure(ratio, jobs, seed)
        print(
            f"{ratio:15} {row['cv']:5.2f} {allen_cunneen(row['cv']):10.2f}"
            f" {row['wait_ratio']:7.2f} {row['lowest']:7.2f} {row['highest']:8.2f}",
            flush=True,
        )
        yield row


def measure(ratio: float, jobs: int, seed: int) -> dict[str, float]:
    """The row of one ratio of longest to typical service time."""
    cv = variation(ratio)
    enough = round(jobs * max(1, cv**2))  # as the scatter grows with CV²
    found = [wait_ratio(*system, ratio, enough, seed) for system in LOG_NORMAL]
    shape = {"longest_over_typical": ratio, "cv": cv}
    waits = {"wait_ratio": median(found), "lowest": min(found), "highest": max(found)}
    return {name: round(value, 3) for name, value in (shape | waits).items()}


def wait_ratio(servers: int, utilisation: float, ratio: float, jobs: int, seed: int) -> float:
    """Simulated p95 wait of log-normal service over that of Erlang C; the mean does not matter."""
    rate = servers * utilisation
    return simulate(servers, rate, log_normal(1, ratio), jobs, seed) / p95_wait(servers, rate, 1)


def simulate(servers: int, rate: float, draw_service: Draw, jobs: int, seed: int) -> float:
    """95th percentile of the wait from arrival to start, s, over `jobs` but for the warm-up.

    Arrivals are Poisson, `rate` 1/s; `servers` slots take them first come, first served.
    """
    # A stream of its own for each system: a shared one would shift all of them alike.
    chance = random.Random(f"{seed} {servers} {rate}")
    queue = Queue(simpy.Environment())
    queue.world.process(queue.arrivals(jobs, partial(chance.expovariate, rate)))
    for _ in range(servers):
        queue.world.process(queue.slot(partial(draw_service, chance)))
    queue.world.run()
    return quantiles(queue.waits[jobs // WARM_UP :], n=20)[-1]


@dataclass
class Queue:
    """Jobs, each by its time of arrival in s, and idle slots; twice as fast as simpy.Store."""

    world: simpy.Environment
    jobs: deque[float] = field(default_factory=deque)
    idle: deque[simpy.Event] = field(default_factory=deque)
    waits: list[float] = field(default_factory=list)

    def arrivals(self, count: int, gap: Callable[[], float]) -> Process:
        for _ in range(count):
            yield self.world.timeout(gap())
            self.jobs.append(self.world.now)
            if self.idle:
                self.idle.popleft().succeed()

    def slot(self, service: Callable[[], float]) -> Process:
        """Take one job after the other and note how long each has waited, s."""
        while True:
            while not self.jobs:  # another slot may have been faster
                self.idle.append(self.world.event())
                yield self.idle[-1]
            self.waits.append(self.world.now - self.jobs.popleft())
            yield self.world.timeout(service())


def exponential(mean: float) -> Draw:
    """Service times, s."""
    return lambda chance: chance.expovariate(1 / mean)


def log_normal(mean: float, ratio: float) -> Draw:
    """Service times, s, with that mean and a 99th percentile of `ratio` times the mean."""
    s = sigma(ratio)
    mu = math.log(mean) - s**2 / 2
    return lambda chance: chance.lognormvariate(mu, s)


def sigma(ratio: float) -> float:
    """Of the logarithm: the smaller root of ratio = exp(z·s - s²/2), z - √(z² - 2·ln ratio).

    From the mean exp(mu + s²/2) and the 99th percentile exp(mu + z·s); exists for ratios up to
    exp(z²/2) = 14.9. Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 1
    (1994), ch. 14.
    """
    return Z99 - math.sqrt(Z99**2 - 2 * math.log(ratio))


def variation(ratio: float) -> float:
    """Coefficient of variation, √(exp(s²) - 1) (same source)."""
    return math.sqrt(math.expm1(sigma(ratio) ** 2))


def allen_cunneen(cv: float) -> float:
    """Mean wait of M/G/c over that of M/M/c, (1 + CV²)/2.

    Exact for one server (Pollaczek-Khinchine), else an approximation; Allen, Probability,
    Statistics and Queueing Theory (2nd ed. 1990), ch. 5.
    """
    return (1 + cv**2) / 2


def write(rows: list[dict[str, float]], command: str) -> None:
    found = {"source": command, "date": f"{date.today():%Y-%m}", "log_normal": rows}
    head = (
        "# Simulated p95 wait over Erlang C's, for log-normal service times; written by `source`.\n"
    )
    SIMULATED.write_text(head + yaml.safe_dump(found, sort_keys=False), "utf-8")


if __name__ == "__main__":
    main()
