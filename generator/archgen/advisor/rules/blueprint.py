"""Framework and transport: a log of events only if the load needs one and the team can run it."""

from __future__ import annotations

from collections.abc import Sequence

from archgen.advisor import capacity
from archgen.advisor.constants import LIMIT
from archgen.advisor.numbers import brief, shown
from archgen.advisor.rules.rule import Case, Option, Rule

NEST, FASTIFY, KAFKA = "nestjs-bullmq", "fastify-redis", "express-kafka"


def log_wanted(case: Case) -> bool:
    """Whether events need a log that each consumer reads at its own pace."""
    if case.reaches(case.demand.deliveries, LIMIT["bus_deliveries_per_s"]):
        return True
    need = case.need
    if need.workload != "event-stream" or "kafka" not in need.knows:
        return False
    several = case.reaches(need.event_consumers, 2)
    return several and case.reaches(case.demand.deliveries, LIMIT["log_preferred_per_s"])


def log_reachable(case: Case) -> bool:
    """Whether this team and budget can run brokers."""
    known = "kafka" in case.need.knows
    if not known and not case.reaches(case.need.engineers, LIMIT["platform_engineers"]):
        return False
    return not case.over(brokers_usd(case), brokers_share(case))


def brokers_share(case: Case) -> float:
    """USD a month that brokers may take."""
    return case.need.budget_usd_month * LIMIT["brokers_budget_share"]


def _brokers(case: Case) -> int:
    return capacity.brokers(case.demand.event_mib_s, case.need.event_consumers)


def brokers_usd(case: Case) -> float:
    """USD a month of the brokers alone; on servers of one's own they are servers."""
    prices, many = case.plan.prices, _brokers(case)
    if case.need.hosting != "self-hosted":
        return many * prices.families["kafka"][0].month
    return many * prices.usd(prices.broker_box())


def log_sentence(case: Case) -> str:
    """Why a log is wanted, or why not."""
    need, bound = case.need, shown(LIMIT["bus_deliveries_per_s"])
    carried = f"{brief(case.demand.deliveries)} deliveries/s"
    if case.demand.deliveries >= LIMIT["bus_deliveries_per_s"]:
        return f"{carried}: RabbitMQ is planned for less than {bound}/s"
    if log_wanted(case):
        return f"{need.event_consumers} services consume the stream and the team knows Kafka"
    if not need.event_consumers:
        return "no service consumes events, so brokers would have nothing to carry"
    return f"{carried} are within what RabbitMQ carries ({bound}/s)"


def log_obstacle(case: Case) -> str:
    """What keeps this team or budget from brokers."""
    need, bound = case.need, int(LIMIT["platform_engineers"])
    if "kafka" not in need.knows and need.engineers < bound:
        who = "1 engineer" if need.engineers == 1 else f"{need.engineers} engineers"
        return f"{who} (below {bound}) without Kafka in production cannot run it"
    many = shown(_brokers(case))
    return (
        f"{many} brokers cost {brief(brokers_usd(case))} USD a month,"
        f" over half the budget of {shown(need.budget_usd_month)}"
    )


def _no_log(case: Case) -> bool:
    return not (log_wanted(case) and log_reachable(case))


def _known(case: Case) -> str | None:
    """The one of the two frameworks that the team knows."""
    known = [name for name in ("nestjs", "fastify") if name in case.need.knows]
    return known[0] if len(known) == 1 else None


def _prefer(case: Case) -> Sequence[str]:
    known = _known(case)
    many = known is None and case.reaches(case.need.engineers, LIMIT["structure_engineers"])
    first, second = (NEST, FASTIFY) if many or known == "nestjs" else (FASTIFY, NEST)
    return first, second, KAFKA


def _structure(case: Case) -> str:
    if not _no_log(case):
        return log_sentence(case)
    many, bound, known = case.need.engineers, int(LIMIT["structure_engineers"]), _known(case)
    if known:
        return f"the team knows {known}"
    if many >= bound:
        return f"{many} engineers (from {bound}) need agreed module boundaries"
    who = "1 engineer gets" if many == 1 else f"{many} engineers get"
    return f"{who} by with the smaller framework (below {bound})"


def _log(case: Case) -> str:
    if log_wanted(case) and not log_reachable(case):
        return f"{log_sentence(case)}, but {log_obstacle(case)}"
    return log_sentence(case)


RULE = Rule(
    "blueprint",
    "Which framework and transport?",
    (
        Option(
            FASTIFY,
            "Fastify, with BullMQ on Redis or with Postgres alone",
            "leaves structure to the team",
            _structure,
            _no_log,
            misses="events_per_second",
        ),
        Option(
            NEST,
            "NestJS on its Fastify adapter, with BullMQ or with Postgres alone",
            "modules, decorators and a build step to learn",
            _structure,
            _no_log,
            misses="events_per_second",
        ),
        Option(
            KAFKA,
            "Express, with jobs and events on Kafka",
            "three brokers to run, and twice the CPU a request",
            _log,
            log_reachable,
            misses="knows",
        ),
    ),
    _prefer,
)
