"""How state is written: the simplest model that history and freshness allow."""

from __future__ import annotations

from archgen.advisor.numbers import shown
from archgen.advisor.rules.rule import Case, Reasons, Rule

CRUD, CQRS, EVENTS = "crud", "cqrs", "event-sourced"


def _pick(case: Case) -> str:
    need = case.need
    if need.history:
        return EVENTS
    stale = need.workload == "read-heavy" and need.typical_operation_s > need.staleness_s
    return CQRS if stale else CRUD


def _explain(case: Case, picked: str) -> Reasons:
    against = {
        CRUD: "answers would be older than allowed",
        CQRS: "a second model to keep in step",
        EVENTS: "events to version and project; history = no asks for none of it",
    }
    if picked == EVENTS:
        only_now = "keeps the current state only"
        against |= dict.fromkeys((CRUD, CQRS), only_now)
    return Reasons(_because(case, picked), against)


def _because(case: Case, picked: str) -> str:
    need = case.need
    took, age = f"a read of {shown(need.typical_operation_s)} s", f"{shown(need.staleness_s)} s"
    if picked == EVENTS:
        return "every former state must be reconstructable (history = yes)"
    if picked == CQRS:
        return f"{took} cannot be recomputed within {age}, so writes keep its answer current"
    if need.workload == "read-heavy":
        return f"{took} can be recomputed within the {age} that its answer may be old"
    return f"the workload is {need.workload}: reads fetch rows as they were written"


RULE = Rule("write_model", (CRUD, CQRS, EVENTS), _pick, _explain)
