"""Where it runs: where the user wants it, unless budget or size forbid that."""

from __future__ import annotations

from functools import cache

from archgen.advisor.constants import LIMIT, usd_month
from archgen.advisor.numbers import brief, shown
from archgen.advisor.rules.rule import Case, Reasons, Rule

COMPOSE, MANAGED, KUBERNETES = "compose", "managed", "kubernetes"


def _pick(case: Case) -> str:
    need = case.need
    if need.hosting == "kubernetes":
        return KUBERNETES
    if need.hosting == "managed":
        return MANAGED if need.budget_usd_month >= managed_floor() else COMPOSE
    return KUBERNETES if case.load.cores > LIMIT["box_cores"] else COMPOSE


def _explain(case: Case, picked: str) -> Reasons:
    against = {
        COMPOSE: "one box, down while it is patched",
        MANAGED: "dearer than own boxes",
        KUBERNETES: "a platform to run beside the product",
    }
    return Reasons(_because(case, picked), against)


def _because(case: Case, picked: str) -> str:
    need = case.need
    if need.hosting == "kubernetes":
        return "you run Kubernetes (hosting = kubernetes)"
    if need.hosting == "managed":
        side = "within" if picked == MANAGED else "over"
        smallest = f"the smallest managed set costs {brief(managed_floor())} USD a month"
        return f"{smallest}, {side} the budget of {shown(need.budget_usd_month)}"
    side = "fit" if picked == COMPOSE else "are over"
    return f"{shown(case.load.cores)} cores {side} one box of {shown(LIMIT['box_cores'])}"


@cache
def managed_floor() -> float:
    """USD a month: smallest database and Redis, a balancer, two containers of 1/4 vCPU, 1/2 GB."""
    containers = usd_month("container_vcpu", 0.5) + usd_month("container_gb", 1)
    return containers + sum(
        usd_month(item) for item in ("database_smallest", "redis_smallest", "load_balancer")
    )


RULE = Rule("hosting", (COMPOSE, MANAGED, KUBERNETES), _pick, _explain)
