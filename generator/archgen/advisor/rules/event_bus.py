"""What carries events to other services."""

from __future__ import annotations

from archgen.advisor.numbers import brief
from archgen.advisor.rules import blueprint
from archgen.advisor.rules.rule import Case, Reasons, Rule

NONE, RABBITMQ, KAFKA = "none", "rabbitmq", "kafka"


def _pick(case: Case) -> str:
    if case.picked["blueprint"] == blueprint.KAFKA:
        return KAFKA
    several = case.need.event_consumers >= 2 and case.need.events_per_second > 0
    return RABBITMQ if several else NONE


def _explain(case: Case, picked: str) -> Reasons:
    given, consumers = case.picked["blueprint"], case.need.event_consumers
    if picked == KAFKA:
        return Reasons(
            f"the blueprint {given} brings it, and jobs pass through it anyway",
            {
                NONE: "leaves the broker that is there unused by events",
                RABBITMQ: f"a second broker beside the one of {given}",
            },
            frozenset({RABBITMQ}),
        )
    against = {
        NONE: "the service would have to know and call each consumer",
        RABBITMQ: "one more server to run, with nothing to fan out",
        KAFKA: f"comes with blueprint={blueprint.KAFKA}; the blueprint here is {given}",
    }
    given_events = f"{brief(case.need.events_per_second)} events/s for {consumers} consumers"
    need = "each its own copy" if picked == RABBITMQ else "nothing to fan out"
    return Reasons(f"{given_events}: {need}", against, frozenset({KAFKA}))


RULE = Rule("event_bus", (NONE, RABBITMQ, KAFKA), _pick, _explain)
