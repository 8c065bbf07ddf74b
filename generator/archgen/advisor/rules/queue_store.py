"""What moves jobs to the workers; the jobs themselves are always in Postgres."""

from __future__ import annotations

from archgen.advisor.constants import LIMIT, usd_month
from archgen.advisor.numbers import brief, shown
from archgen.advisor.rules import blueprint
from archgen.advisor.rules.rule import Case, Reasons, Rule
from archgen.requirements import Requirements

REDIS, POSTGRES, KAFKA = "redis", "postgres", "kafka"


def _pick(case: Case) -> str:
    if case.picked["blueprint"] == blueprint.KAFKA:
        return KAFKA
    need = case.need
    if "redis" in need.knows:
        return REDIS
    return POSTGRES if need.engineers == 1 or _dear(need) else REDIS


def _dear(need: Requirements) -> bool:
    """Whether Redis takes too much of the budget; on own servers it costs memory, not a price."""
    allowed = need.budget_usd_month * LIMIT["redis_budget_share"]
    return need.hosting == "managed" and usd_month("redis") > allowed


def _explain(case: Case, picked: str) -> Reasons:
    given = case.picked["blueprint"]
    if picked == KAFKA:
        why = f"the blueprint {given} moves jobs by Kafka"
        others = (REDIS, POSTGRES)
        return Reasons(why, dict.fromkeys(others, why), frozenset(others))
    against = {
        REDIS: "one more server to pay and watch",
        POSTGRES: "less CPU a job than BullMQ and one server fewer, but its polling and the rate"
        " limits load the database",
        KAFKA: f"comes with blueprint={blueprint.KAFKA}; the blueprint here is {given}",
    }
    because = _with_redis(case.need) if picked == REDIS else _without_redis(case.need)
    return Reasons(because, against, frozenset({KAFKA}))


def _without_redis(need: Requirements) -> str:
    if need.engineers == 1:
        return "1 engineer runs everything: one server fewer fails less often"
    price = brief(usd_month("redis"))
    return f"Redis, {price} USD a month, is over a tenth of {shown(need.budget_usd_month)} USD"


def _with_redis(need: Requirements) -> str:
    keeps = "keeps polling and rate limits off the database"
    if "redis" in need.knows:
        return f"the team knows redis; it {keeps}"
    if need.hosting != "managed":
        return f"{need.engineers} engineers can run one more server, which {keeps}"
    price = brief(usd_month("redis"))
    return f"{price} USD of {shown(need.budget_usd_month)} a month {keeps}"


RULE = Rule("queue_store", (REDIS, POSTGRES, KAFKA), _pick, _explain)
