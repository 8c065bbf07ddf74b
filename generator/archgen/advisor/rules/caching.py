"""Which tiers of cache stand before the database."""

from __future__ import annotations

from archgen.advisor.constants import LIMIT
from archgen.advisor.numbers import brief, shown
from archgen.advisor.rules import queue_store
from archgen.advisor.rules.rule import Case, Reasons, Rule

NONE, IN_PROCESS, TWO_TIER, CDN = "none", "in-process", "two-tier", "cdn"


def _pick(case: Case) -> str:
    need, reads = case.need, case.load.reads
    pays = _slow_reads(case) or reads >= LIMIT["cached_reads_per_s"]
    if need.staleness_s == 0 or not pays:
        return NONE
    if not _redis(case):
        return IN_PROCESS
    public = need.workload == "read-heavy" and reads >= LIMIT["cdn_reads_per_s"]
    return CDN if public else TWO_TIER


def _redis(case: Case) -> bool:
    return case.picked["queue_store"] != queue_store.POSTGRES


def _slow_reads(case: Case) -> bool:
    """Reads that cannot be computed within the wanted latency."""
    need = case.need
    return need.workload == "read-heavy" and need.typical_operation_s * 1000 > need.p95_ms


def _explain(case: Case, picked: str) -> Reasons:
    redis = _redis(case)
    against = {
        NONE: "every read would reach the database",
        IN_PROCESS: f"{case.load.api_processes} processes would each load and hold their own copy",
        TWO_TIER: "one more thing that can be stale" if redis else "there is no Redis to share it",
        CDN: "only public answers that many ask for gain from it",
    }
    impossible = frozenset() if redis else frozenset({TWO_TIER, CDN})
    return Reasons(_because(case, picked), against, impossible)


def _because(case: Case, picked: str) -> str:
    need, reads = case.need, brief(case.load.reads)
    if picked == NONE:
        current = "answers must be current (staleness_s = 0)"
        few = f"{reads} reads/s (below {shown(LIMIT['cached_reads_per_s'])}) are cheap"
        return current if need.staleness_s == 0 else few
    if picked == CDN:
        return f"{reads} reads/s (from {shown(LIMIT['cdn_reads_per_s'])}) repeat themselves"
    if _slow_reads(case):
        took, limit = shown(need.typical_operation_s), shown(need.p95_ms)
        return f"a read of {took} s must be answered in {limit} ms, from a stored answer"
    bound = shown(LIMIT["cached_reads_per_s"])
    return f"{reads} reads/s (from {bound}) may be {shown(need.staleness_s)} s old"


RULE = Rule("caching", (NONE, IN_PROCESS, TWO_TIER, CDN), _pick, _explain)
