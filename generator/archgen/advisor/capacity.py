"""Capacity formulas: pure, on plain numbers. Rates are 1/s, times s."""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

from archgen.advisor.constants import LIMIT

# Free servers, in standard deviations of the number in progress (its root), with which fewer than
# 1 in 20 arrivals wait: C is about 0.0002 in the limit (Halfin and Whitt, Oper. Res. 29, 1981).
# Spares larger pools the recurrence; smaller ones, of which it need not be true, do not mind it.
_ENOUGH_FREE = 4
_FEW = 100
_MANY = 10_000  # there the limit is within 2 % where one in twenty or more wait
_NORMAL = NormalDist()


def in_progress(rate: float, seconds: float) -> float:
    """Little's law, L = λ·S: how many are in progress on average. Little, Oper. Res. 9 (1961)."""
    return rate * seconds


def erlang_c(servers: int, offered: float) -> float:
    """Probability that an arrival waits, M/M/c; `offered` in Erlangs, below `servers`.

    By the Erlang B recurrence, stable for any size; it takes a step a server, so pools of over
    10,000 take its limit instead. Erlang (1917); Cooper, Introduction to Queueing Theory (1981),
    ch. 3; Halfin and Whitt, Oper. Res. 29 (1981).
    """
    if offered <= 0:
        return 0.0
    if servers > _MANY:
        return _in_the_limit(servers, offered)
    blocked = 1.0
    for count in range(1, servers + 1):
        blocked = offered * blocked / (count + offered * blocked)
    return blocked / (1 - offered / servers * (1 - blocked))


def _in_the_limit(servers: int, offered: float) -> float:
    """φ(β) / (φ(β) + β·Φ(β)), β the free servers in standard deviations of those in use."""
    free = (servers - offered) / math.sqrt(offered)
    return _NORMAL.pdf(free) / (_NORMAL.pdf(free) + free * _NORMAL.cdf(free))


def p95_wait(servers: int, rate: float, seconds: float) -> float:
    """Wait before service that 95 % stay under: max(0, ln(20·C) / (c·μ - λ)).

    From P(W > t) = C·e^(-(cμ-λ)t) of M/M/c; infinite when the servers cannot keep up.
    """
    offered = in_progress(rate, seconds)
    if offered >= servers:
        return math.inf
    if servers > _FEW and servers - offered > _ENOUGH_FREE * math.sqrt(offered):
        return 0.0
    waits = erlang_c(servers, offered)
    return math.log(20 * waits) / (servers / seconds - rate) if waits > 0.05 else 0.0


@lru_cache(maxsize=4096)
def servers_for(rate: float, seconds: float, wait: float) -> int:
    """Fewest servers loaded to at most 70 % whose p95 wait is at most `wait`; at least 1."""
    offered = in_progress(rate, seconds)
    count = max(1, round_up(offered / LIMIT["target_utilisation"]))
    while p95_wait(count, rate, seconds) > wait:
        count += 1
    return count


def connection_pool(cores: int) -> int:
    """Busy connections a database serves best: cores·2 + 1 disk (HikariCP wiki, pool sizing)."""
    return cores * 2 + 1


def max_connections(pooled: int) -> int:
    """What the server must allow so that all pools take at most 80 % of it."""
    return max(int(LIMIT["default_connections"]), round_up(pooled / LIMIT["connection_share"]))


def redis_mb(jobs: float) -> int:
    """Memory for a queue of waiting jobs with a quarter kept free, MB (2^20 bytes)."""
    used = LIMIT["redis_base_mb"] + jobs * LIMIT["queue_job_bytes"] / 2**20
    return round_up(used / (1 - LIMIT["redis_free_share"]))


def round_up(value: float) -> int:
    """The next whole number, forgiving the rounding errors of floats (9.000000001 is 9)."""
    return math.ceil(value - 1e-9 * max(1.0, abs(value)))


def partitions(mib_s: float, consumers: int) -> int:
    """Kafka partitions: throughput over that of one (t/p, t/c), at least the readers in a group.

    Confluent, How to choose the number of topics and partitions (2015).
    """
    return max(consumers, round_up(mib_s / LIMIT["partition_mib_s"]))


def brokers(mib_s: float, consumers: int) -> int:
    """Kafka brokers for what comes in, copies included, and for what each consumer reads of it;
    at least one a copy."""
    copies = LIMIT["kafka_copies"]
    incoming = mib_s * copies / LIMIT["broker_mib_s"]
    outgoing = mib_s * consumers / LIMIT["broker_out_mib_s"]
    return max(int(copies), round_up(incoming), round_up(outgoing))


def growth_until(servers: int, rate: float, seconds: float, wait: float) -> float:
    """The factor by which a rate may grow until the p95 wait exceeds `wait`, s; by bisection.

    At least 0, at most servers / (λ·S), at which the wait is infinite.
    """
    low, high = 0.0, servers / in_progress(rate, seconds)
    for _ in range(40):
        middle = (low + high) / 2
        if p95_wait(servers, rate * middle, seconds) <= wait:
            low = middle
        else:
            high = middle
    return low
