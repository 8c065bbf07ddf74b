"""Which requirements a design does not meet, whoever chose it."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.advisor.architecture import Miss
from archgen.advisor.constants import LIMIT
from archgen.advisor.decide import Decision, Options, run
from archgen.advisor.numbers import shown
from archgen.advisor.plan import Plan
from archgen.advisor.rules import hosting
from archgen.advisor.rules.rule import Case
from archgen.advisor.rules.standby import outage


def misses(plan: Plan) -> tuple[Miss, ...]:
    """All of a design in which every topic is picked; each requirement once."""
    found = {miss.requirement: miss for miss in by_choice(plan, plan.picked)}
    return tuple(found.values())


def by_choice(plan: Plan, topics: Options) -> Iterator[Miss]:
    """What the picks of these topics miss by themselves."""
    for rule, case, _ in run(Case(plan), plan.picked):
        if rule.topic not in topics:
            continue
        option = rule.option(plan.picked[rule.topic])
        if not option.met(case):
            yield Miss(option.misses, option.says(case))
        if rule is hosting.RULE:
            yield from _availability(plan)


def impossible(decision: Decision, chosen: Options) -> list[str]:
    """A problem for each chosen option that cannot work with the choices before it."""
    start = Case(decision.plan, decision.thrift)
    return [
        f"{rule.topic}: {option.name} cannot work here: {option.says(case)}"
        for rule, case, _ in run(start, decision.picked)
        if rule.topic in chosen and not (option := rule.option(chosen[rule.topic])).possible(case)
    ]


def _availability(plan: Plan) -> Iterator[Miss]:
    given, bound = plan.need.availability, LIMIT["one_server_availability"]
    if plan.own and given > bound:
        allowed = f"{shown(given)} % allows {outage(given)}"
        yield Miss("availability", f"{allowed}, which servers without failover do not keep")
