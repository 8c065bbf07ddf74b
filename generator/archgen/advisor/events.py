"""Whether events need a log (Kafka), and what stands in its way."""

from __future__ import annotations

from archgen.advisor.constants import LIMIT, usd_month
from archgen.advisor.load import Load
from archgen.advisor.numbers import brief, shown
from archgen.requirements import Requirements

_BROKERS = 3  # fewer lose their quorum with the first


def log_wanted(need: Requirements) -> str | None:
    """Why a log, or None."""
    deliveries = Load(need, {}).deliveries
    if need.event_consumers and deliveries >= LIMIT["queue_jobs_per_s"]:
        bound = shown(LIMIT["queue_jobs_per_s"])
        return f"{brief(deliveries)} deliveries/s are beyond one queue ({bound}/s)"
    if need.workload == "event-stream" and need.event_consumers >= 2 and "kafka" in need.knows:
        return f"{need.event_consumers} services consume the stream and the team knows Kafka"
    return None


def log_obstacle(need: Requirements) -> str | None:
    """Why this team or budget cannot run brokers, or None."""
    bound = int(LIMIT["platform_engineers"])
    if "kafka" not in need.knows and need.engineers < bound:
        return f"{need.engineers} engineers (below {bound}) who have not run Kafka cannot run it"
    if need.hosting == "managed" and need.budget_usd_month < log_budget():
        return (
            f"{_BROKERS} brokers cost {brief(usd_month('kafka_broker', _BROKERS))} USD a month,"
            f" over half the budget of {shown(need.budget_usd_month)}"
        )
    return None


def log_budget() -> float:
    """The smallest monthly budget in USD that managed brokers leave room in."""
    return usd_month("kafka_broker", _BROKERS) / LIMIT["brokers_budget_share"]


def no_log_needed(need: Requirements) -> str:
    deliveries, bound = Load(need, {}).deliveries, shown(LIMIT["queue_jobs_per_s"])
    if not need.event_consumers:
        return "no service consumes events, so brokers would have nothing to carry"
    return f"{brief(deliveries)} deliveries/s fit one queue ({bound}/s); brokers only add work"
