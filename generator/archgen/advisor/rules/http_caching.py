"""What HTTP answers tell the caches on their way."""

from __future__ import annotations

from archgen.advisor.constants import LIMIT
from archgen.advisor.numbers import brief, shown
from archgen.advisor.rules.rule import Case, Option, Rule

REVALIDATE, PRIVATE, CDN = "revalidate", "private", "cdn"
_LEAST_S = 1  # max-age counts whole seconds


def _aged(case: Case) -> bool:
    return case.reaches(case.need.staleness_s, _LEAST_S)


def _many(case: Case) -> bool:
    public = case.need.workload == "read-heavy"
    return public and case.reaches(case.demand.reads, LIMIT["cdn_reads_per_s"])


def _age(case: Case) -> str:
    age = shown(case.need.staleness_s)
    if case.need.staleness_s < _LEAST_S:
        return f"an answer may be {age} s old, and Cache-Control counts from 1 s"
    if _many(case):
        bound = shown(LIMIT["cdn_reads_per_s"])
        return f"{brief(case.demand.reads)} reads/s (from {bound}) ask for the same answers"
    return f"an answer may be {age} s old, so its caller need not ask again before"


RULE = Rule(
    "http_caching",
    "What do HTTP answers tell the caches on their way?",
    (
        Option(
            REVALIDATE,
            "no-cache and an ETag: every use asks, most get a 304",
            "every use asks again",
            _age,
            lambda case: not _aged(case),
        ),
        Option(
            PRIVATE,
            "private, max-age = staleness_s, and an ETag",
            "a caller may hold what has changed since",
            _age,
            lambda case: _aged(case) and not _many(case),
            misses="staleness_s",
        ),
        Option(
            CDN,
            "public, s-maxage and stale-while-revalidate, before a CDN",
            "only answers that are the same for all gain from it",
            _age,
            _aged,
            misses="staleness_s",
        ),
    ),
)
