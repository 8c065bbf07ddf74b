"""What carries events to other services."""

from __future__ import annotations

from archgen.advisor.constants import LIMIT
from archgen.advisor.numbers import brief, shown
from archgen.advisor.rules import blueprint
from archgen.advisor.rules.rule import Case, Option, Rule

NONE, RABBITMQ, KAFKA = "none", "rabbitmq", "kafka"


def _log_there(case: Case) -> bool:
    return case.picks("blueprint", blueprint.KAFKA)


def _few(case: Case) -> bool:
    if _log_there(case):
        return False
    return not case.over(case.demand.deliveries, LIMIT["called_deliveries_per_s"])


def _one_queue(case: Case) -> bool:
    return not blueprint.log_wanted(case)


def _calls(case: Case) -> str:
    if _log_there(case):
        return "Kafka is there already, and jobs pass through it anyway"
    need, bound = case.need, shown(LIMIT["called_deliveries_per_s"])
    if not (need.event_consumers and need.events_per_second):
        return "no events are published for other services"
    side = "over" if case.demand.deliveries > LIMIT["called_deliveries_per_s"] else "within"
    return (
        f"{brief(case.demand.deliveries)} deliveries/s to {_services(need.event_consumers)} are"
        f" {side} the {bound}/s that workers can call themselves"
    )


def _services(many: int) -> str:
    return "1 service" if many == 1 else f"{many} services"


def _fan_out(case: Case) -> str:
    return _calls(case) if _one_queue(case) else blueprint.log_sentence(case)


def _log(case: Case) -> str:
    if _log_there(case):
        return "Kafka is there already, and jobs pass through it anyway"
    given = case.plan.picked.get("blueprint", "")
    return f"is offered with blueprint={blueprint.KAFKA} only; here it is {given}"


RULE = Rule(
    "event_bus",
    "What carries events to other services?",
    (
        Option(
            NONE,
            "an outbox; workers call each consumer, signed and with retries",
            "the service must know each consumer",
            _calls,
            _few,
            misses="events_per_second",
        ),
        Option(
            RABBITMQ,
            "an outbox relayed to RabbitMQ, a quorum queue a consumer",
            "one more server to run",
            _fan_out,
            _one_queue,
            possible=lambda case: not _log_there(case),
            misses="events_per_second",
        ),
        Option(
            KAFKA,
            "a Kafka topic that each consumer reads at its own pace",
            "brokers, partitions and offsets to run",
            _log,
            possible=_log_there,
        ),
    ),
)
