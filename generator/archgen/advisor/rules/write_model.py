"""How state is written: the simplest model that history and freshness allow."""

from __future__ import annotations

from archgen.advisor.numbers import shown
from archgen.advisor.rules.rule import Case, Option, Rule

CRUD, CQRS, EVENTS = "crud", "cqrs", "event-sourced"


def slow_reads(case: Case) -> bool:
    """Reads that cannot be computed within the wanted latency."""
    need = case.need
    return need.workload == "read-heavy" and case.over(need.typical_operation_s * 1000, need.p95_ms)


def _recomputable(case: Case) -> bool:
    """Whether a slow read can be computed again before its answer is too old."""
    need = case.need
    return not (slow_reads(case) and case.over(need.typical_operation_s, need.staleness_s))


def _current_only(case: Case) -> bool:
    return not case.need.history


def _reads(case: Case) -> str:
    need = case.need
    if need.history:
        return "every former state must be reconstructable (history = yes)"
    if need.workload != "read-heavy":
        return f"the workload is {need.workload}: reads fetch rows as they were written"
    took, age = f"a read of {shown(need.typical_operation_s)} s", f"{shown(need.staleness_s)} s"
    if need.typical_operation_s * 1000 <= need.p95_ms:
        return f"{took} is answered in time ({shown(need.p95_ms)} ms) as it is"
    if _recomputable(case):
        return f"{took} can be computed again within the {age} that its answer may be old"
    return f"{took} cannot be computed again within {age}, so writes keep its answer current"


RULE = Rule(
    "write_model",
    "How is state written?",
    (
        Option(
            CRUD,
            "rows are the state",
            "keeps the current state only",
            _reads,
            lambda case: _current_only(case) and _recomputable(case),
            misses="history",
        ),
        Option(
            CQRS,
            "writes also keep a read model current",
            "a second model to keep in step",
            _reads,
            _current_only,
            misses="history",
        ),
        Option(
            EVENTS,
            "events are the state, projections serve reads",
            "events to version, projections to rebuild",
            _reads,
        ),
    ),
)
