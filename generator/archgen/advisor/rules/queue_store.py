"""What moves jobs to the workers; the jobs themselves are always in Postgres."""

from __future__ import annotations

from archgen.advisor.constants import LIMIT
from archgen.advisor.numbers import brief, shown
from archgen.advisor.rules import blueprint, caching
from archgen.advisor.rules.rule import Case, Option, Rule

REDIS, POSTGRES, KAFKA = "redis", "postgres", "kafka"


def _log_there(case: Case) -> bool:
    return case.picks("blueprint", blueprint.KAFKA)


def _redis_there(case: Case) -> bool:
    """Whether Redis is wanted for other reasons; a tight budget spares it if that saves much."""
    least = case.plan.prices.families["redis"][0].month
    spared = case.need.budget_usd_month * LIMIT["redis_budget_share"]
    if case.thrift and case.over(least, spared):
        return False
    return "redis" in case.need.knows or caching.shared_pays(case)


def _alone(case: Case) -> str:
    if _log_there(case):
        return f"the blueprint {blueprint.KAFKA} moves jobs by Kafka"
    if _redis_there(case):
        known = "redis" in case.need.knows
        why = "the team knows Redis" if known else "Redis is there for the shared cache"
        return f"{why}, and BullMQ brings a dashboard"
    if case.thrift and ("redis" in case.need.knows or caching.shared_pays(case)):
        least = brief(case.plan.prices.families["redis"][0].month)
        return f"the budget presses, and Redis costs {least} USD a month and more"
    own, bullmq = shown(LIMIT["queue_postgres_us"]), shown(LIMIT["queue_redis_us"])
    return f"a job takes {own} µs of Postgres, over BullMQ {bullmq} µs and a server more"


def _on_kafka(case: Case) -> str:
    given = case.plan.picked.get("blueprint", "")
    if given == blueprint.KAFKA:
        return f"the blueprint {given} moves jobs by Kafka"
    return f"is offered with blueprint={blueprint.KAFKA} only; here it is {given}"


RULE = Rule(
    "queue_store",
    "What moves jobs to the workers?",
    (
        Option(
            POSTGRES,
            "workers claim straight from the jobs table, no broker",
            "rate limits live in Postgres, and there is no shared cache",
            _alone,
            lambda case: not _redis_there(case),
            possible=lambda case: not _log_there(case),
        ),
        Option(
            REDIS,
            "BullMQ on a Redis that does not evict",
            "one more server to pay and watch",
            _alone,
            possible=lambda case: not _log_there(case),
        ),
        Option(
            KAFKA,
            "a Kafka topic a priority",
            "a rebalance repeats work, and a slow job holds up its partition",
            _on_kafka,
            possible=_log_there,
        ),
    ),
)
