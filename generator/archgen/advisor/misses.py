"""Which requirements a design does not meet, whoever chose it."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.advisor.architecture import Miss
from archgen.advisor.constants import LIMIT
from archgen.advisor.decide import Options, run
from archgen.advisor.numbers import shown
from archgen.advisor.plan import Plan
from archgen.advisor.rules.hosting import COMPOSE
from archgen.advisor.rules.rule import Case
from archgen.advisor.rules.standby import outage


def misses(plan: Plan) -> tuple[Miss, ...]:
    """All of a design in which every topic is picked."""
    return (*by_choice(plan, plan.picked), *_availability(plan))


def by_choice(plan: Plan, topics: Options) -> Iterator[Miss]:
    """What the picks of these topics miss by themselves."""
    for rule, case, _ in run(Case(plan), plan.picked):
        option = rule.option(plan.picked[rule.topic])
        if rule.topic in topics and not option.met(case):
            yield Miss(option.misses, option.says(case))


def impossible(plan: Plan, chosen: Options) -> list[str]:
    """A problem for each chosen option that cannot work with the choices before it."""
    return [
        f"{rule.topic}: {option.name} cannot work here: {option.says(case)}"
        for rule, case, _ in run(Case(plan), chosen)
        if rule.topic in chosen and not (option := rule.option(chosen[rule.topic])).possible(case)
    ]


def _availability(plan: Plan) -> Iterator[Miss]:
    given, bound = plan.need.availability, LIMIT["one_server_availability"]
    if plan.picks("hosting", COMPOSE) and given > bound:
        allowed = f"{shown(given)} % allows {outage(given)}"
        yield Miss("availability", f"{allowed}, which servers without failover do not keep")
