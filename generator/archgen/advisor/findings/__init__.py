"""What the answers contradict, what cannot be met, and what would meet it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Literal

from archgen.advisor.architecture import Alternative, Choice, Finding
from archgen.advisor.decide import Decision
from archgen.advisor.findings import contradictions, notes, unmet
from archgen.advisor.findings.budget import budget
from archgen.advisor.findings.text import Text
from archgen.advisor.plan import Plan

_CHECKS: tuple[
    tuple[str, str, Literal["problem", "note"], Callable[[Plan], Iterator[Text]]], ...
] = (
    ("longest-below-typical", "workers", "problem", contradictions.longest),
    ("latency-in-request", "workers", "problem", unmet.latency),
    ("latency-floor", "scaling", "problem", unmet.latency_floor),
    ("jobs-exceed-writes", "workers", "problem", contradictions.jobs_exceed_writes),
    ("provider-limit", "workers", "problem", unmet.provider),
    ("events-without-consumers", "event_bus", "problem", contradictions.unheard),
    ("no-log", "event_bus", "problem", unmet.no_log),
    ("stale-reads", "caching", "problem", unmet.stale_reads),
    ("searches-exceed-requests", "vectors", "problem", contradictions.too_many_searches),
    ("saturated", "scaling", "problem", unmet.saturated),
    ("disk-limit", "database", "problem", unmet.disk),
    ("search-without-vectors", "vectors", "problem", contradictions.no_vectors),
    ("vectors-without-search", "vectors", "problem", contradictions.unused_vectors),
    ("updates-unfit", "client_updates", "problem", contradictions.updates),
    ("one-server", "hosting", "problem", unmet.one_server),
    ("availability", "standby", "problem", unmet.availability),
    ("consumers-without-events", "event_bus", "note", contradictions.nothing_to_hear),
    ("polls-exceed-reads", "client_updates", "note", contradictions.polls),
    ("long-operations", "workers", "note", notes.long_operations),
    ("operation-waits", "workers", "note", notes.computing),
    ("unpriced", "hosting", "note", notes.unpriced),
    ("rendered-misses", "scaling", "note", notes.rendered_misses),
    ("single-server-promise", "standby", "note", notes.promise),
    ("kubernetes-unknown", "hosting", "note", notes.kubernetes),
    ("full-text", "vectors", "note", notes.text_search),
    ("job-loss", "queue_store", "note", notes.loss),
)


def findings(
    decision: Decision, choices: Iterable[Choice], beside: tuple[Alternative, ...]
) -> tuple[Finding, ...]:
    """Contradictions first, then notes."""
    plan = decision.plan
    found = [
        Finding(code, topic, severity, *text)
        for code, topic, severity, check in _CHECKS
        for text in check(plan)
    ]
    found += (it for choice in choices for it in _missed(choice, plan))
    found += (Finding(*row) for row in budget(decision, beside))
    return tuple(sorted(found, key=lambda finding: finding.severity != "problem"))


def _missed(choice: Choice, plan: Plan) -> Iterator[Finding]:
    """What the user's own choice misses."""
    if choice.override is None:
        return
    said = {"availability"} if plan.own else set()  # by one-server
    for miss in (it for it in choice.override.misses if it.requirement not in said):
        yield Finding(
            "choice-misses",
            choice.topic,
            "problem",
            f"You chose {choice.topic}={choice.picked}, which misses {miss.requirement}:"
            f" {miss.why}.",
            f"The advice is {choice.topic}={choice.override.advised}.",
        )
