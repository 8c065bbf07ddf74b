"""The scaling path: the advice at multiples of the load, of the growth and of the budget.

The blueprint stays, as that of a living repository cannot be changed; so does the thrift.
"""

from __future__ import annotations

from collections.abc import Iterator

from archgen.advisor import cost
from archgen.advisor.architecture import Stage
from archgen.advisor.decide import Decision, Options, design
from archgen.advisor.demand import Demand
from archgen.advisor.numbers import brief, shown
from archgen.advisor.plan import Plan
from archgen.requirements import Requirements, validate_one

FACTORS = (1, 2, 5, 10, 20, 50, 100)
_LOADS = (
    "peak_rps",
    "concurrent_users",
    "jobs_per_minute",
    "events_per_second",
    "searches_per_second",
    "growth_gb_month",
)
_MOST_USD = 1e7  # the questionnaire's bound


def stages(decision: Decision, chosen: Options) -> tuple[Stage, ...]:
    """One a factor, as far as the questionnaire's bounds reach."""
    return tuple(_stages(decision, chosen))


def _stages(decision: Decision, chosen: Options) -> Iterator[Stage]:
    plan, before = decision.plan, decision.plan.picked
    kept = {**chosen, "blueprint": plan.picked["blueprint"]}
    for factor in FACTORS:
        need = scaled(plan.need, factor)
        if need is None:
            return
        found = design(Demand(need), plan.prices, kept, decision.thrift).plan
        changes = {topic: it for topic, it in found.picked.items() if it != before[topic]}
        before = found.picked
        yield _stage(factor, changes, found)


def scaled(need: Requirements, factor: float) -> Requirements | None:
    """All loads and the budget times the factor; None beyond the bounds of an answer."""
    for name in _LOADS:
        value = getattr(need, name) * factor
        if validate_one(name, value):
            return None
        need = need.with_answer(name, value)
    return need.with_answer("budget_usd_month", min(_MOST_USD, need.budget_usd_month * factor))


def _stage(factor: float, changes: Options, plan: Plan) -> Stage:
    need = plan.need
    return Stage(
        factor,
        f"{brief(need.peak_rps)} requests/s, {brief(need.jobs_per_minute)} jobs/min",
        changes,
        plan.api_processes,
        plan.worker_processes,
        servers(plan),
        cost.price(plan),
    )


def servers(plan: Plan) -> str:
    """The database servers of a plan, in words."""
    if plan.own:
        many = plan.shards + plan.replicas
        cores = f"{shown(plan.database_cores)} cores"
        return f"{cores} on {many} servers" if many > 1 else f"{cores} on the same server"
    copies = " with a standby" if plan.picks("standby", "standby") else ""
    many = f"{plan.shards} x " if plan.shards > 1 else ""
    replicas = f" and {plan.replicas} more as read replicas" if plan.replicas else ""
    server = plan.priced_server()
    size = server.item if server else f"{brief(plan.server_cores)} cores, unpriced"
    return f"{many}{size}{copies}{replicas}"
