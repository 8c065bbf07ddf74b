"""Which tiers of cache stand before the database."""

from __future__ import annotations

from archgen.advisor.constants import LIMIT
from archgen.advisor.numbers import brief, shown
from archgen.advisor.rules.rule import Case, Option, Rule
from archgen.advisor.rules.write_model import CQRS, slow_reads

NONE, IN_PROCESS, TWO_TIER = "none", "in-process", "two-tier"


def pays(case: Case) -> bool:
    """Whether answers may be stored, and it is worth it."""
    if not case.over(case.need.staleness_s, 0):
        return False
    return slow_reads(case) or case.reaches(case.demand.reads, LIMIT["shared_cache_reads_per_s"])


def shared_pays(case: Case) -> bool:
    """Whether several processes would each load what one can load for all."""
    return pays(case) and case.over(case.plan.api_processes, 1)


def _redis(case: Case) -> bool:
    return not case.picks("queue_store", "postgres")


def _worth(case: Case) -> str:
    need, reads = case.need, brief(case.demand.reads)
    if need.staleness_s == 0:
        return "answers must be current (staleness_s = 0)"
    if need.workload == "read-heavy" and need.typical_operation_s * 1000 > need.p95_ms:
        took, limit = shown(need.typical_operation_s), shown(need.p95_ms)
        return f"a read of {took} s must be answered in {limit} ms, from a stored answer"
    bound = shown(LIMIT["shared_cache_reads_per_s"])
    if case.demand.reads >= LIMIT["shared_cache_reads_per_s"]:
        return f"{reads} reads/s (from {bound}) may be {shown(need.staleness_s)} s old"
    return f"{reads} reads/s (below {bound}) are cheap"


def _shared(case: Case) -> str:
    many = case.plan.api_processes
    if not _redis(case):
        return f"{_worth(case)}; there is no Redis to share it by"
    if many == 1:
        return f"{_worth(case)}; there is one process to hold it"
    return f"{_worth(case)}; {many} processes would each load and hold their own copy"


RULE = Rule(
    "caching",
    "Which tiers of cache stand before the database?",
    (
        Option(
            NONE,
            "every read reaches the database",
            "every read reaches the database",
            _worth,
            lambda case: not pays(case),
            misses="p95_ms",
            meets=lambda case: not slow_reads(case) or case.picks("write_model", CQRS),
        ),
        Option(
            IN_PROCESS,
            "each process keeps answers in its memory (L1)",
            "each process loads its own copy, and one more thing can be stale",
            _shared,
            lambda case: not (_redis(case) and shared_pays(case)),
            misses="staleness_s",
            meets=lambda case: case.over(case.need.staleness_s, 0),
        ),
        Option(
            TWO_TIER,
            "L1 in each process, L2 in a Redis of its own that may evict",
            "one more server, and one more thing that can be stale",
            _shared,
            lambda case: case.over(case.need.staleness_s, 0),
            possible=_redis,
            misses="staleness_s",
        ),
    ),
)
