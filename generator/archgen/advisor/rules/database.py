"""How far one Postgres server goes, and what comes after it."""

from __future__ import annotations

from archgen.advisor.constants import LIMIT
from archgen.advisor.numbers import brief, shown
from archgen.advisor.rules.rule import Case, Option, Rule

SINGLE, REPLICAS, SHARDED = "single", "replicas", "sharded"


def one_server(case: Case) -> bool:
    return not case.over(case.plan.database_need, case.plan.most_cores)


def _one_writes(case: Case) -> bool:
    return not case.over(case.plan.write_busy / LIMIT["cpu_utilisation"], case.plan.most_cores)


def _cores(case: Case) -> str:
    plan, demand = case.plan, case.demand
    side = "over" if plan.database_need > plan.most_cores else "within"
    what = f"{brief(demand.reads)} reads/s and {brief(demand.writes)} writes/s"
    if plan.queries:
        what += f" and {brief(plan.queries)} slow queries at once"
    need = f"{what} need {brief(plan.database_need)} cores"
    return f"{need}, {side} the {shown(plan.most_cores)} of the largest server there is"


def _writing(case: Case) -> str:
    writing = case.plan.write_busy / LIMIT["cpu_utilisation"]
    side = "over" if writing > case.plan.most_cores else "within"
    return f"{_cores(case)}; writes alone need {brief(writing)}, {side} it"


RULE = Rule(
    "database",
    "How many Postgres servers share the load?",
    (
        Option(
            SINGLE, "one server", "one server carries it all", _cores, one_server, misses="peak_rps"
        ),
        Option(
            REPLICAS,
            "a primary for writes, replicas for reads",
            "reads from replicas lag behind, and add no room to write",
            _writing,
            _one_writes,
            misses="peak_rps",
        ),
        Option(
            SHARDED,
            "tenants spread over several servers",
            "no joins or transactions across shards",
            _writing,
        ),
    ),
)
