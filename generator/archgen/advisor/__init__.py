"""Requirements to Architecture: deterministic, offline, no I/O but the bundled constants."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from archgen.advisor import alternatives, cost, flips, prices
from archgen.advisor.architecture import Architecture, Cost, Total
from archgen.advisor.bottlenecks import bottlenecks
from archgen.advisor.choices import choices
from archgen.advisor.decide import Decision, decide
from archgen.advisor.demand import MONTHS
from archgen.advisor.drawing import drawing
from archgen.advisor.findings import findings
from archgen.advisor.forecast import forecast
from archgen.advisor.metrics import metrics
from archgen.advisor.misses import impossible
from archgen.advisor.overrides import unknown
from archgen.advisor.renders import as_rendered, rendered
from archgen.advisor.rules.rule import Thrift
from archgen.advisor.sizes import sizes
from archgen.advisor.stages import stages
from archgen.advisor.versions import recommended
from archgen.errors import InvalidAnswers
from archgen.requirements import Requirements

__all__ = [
    "Architecture",
    "advise",
    "override_problems",
    "price_problems",
]

override_problems = unknown
price_problems = prices.problems
_NOTHING: Mapping[str, Any] = MappingProxyType({})


def advise(
    need: Requirements,
    chosen: Mapping[str, str] = _NOTHING,
    own_prices: Mapping[str, Any] = _NOTHING,
) -> Architecture:
    """Decide an architecture; `chosen` (topic to option) stands against the advice, `own_prices`
    (as in prices.yml) in place of or beside the bundled ones.

    Raises InvalidAnswers for an unknown topic or option, for one that cannot work with the rest,
    and for a price that is none.
    """
    listed = prices.merged(own_prices)
    _refuse(unknown(chosen))
    decision = decide(need, listed, chosen)
    plan = decision.plan
    _refuse(impossible(decision, chosen))
    bill = _cost(decision, chosen)
    made = choices(decision, chosen, flips.find(need, listed, chosen))
    there, as_there = rendered(plan.picked), as_rendered(plan)
    return Architecture(
        requirements=need.answers(),
        overrides=dict(chosen),
        prices=prices.plain(own_prices),
        findings=findings(decision, made, bill.alternatives),
        bottlenecks=bottlenecks(plan),
        choices=made,
        diagram=drawing(plan, there),
        sizes=sizes(plan, as_there),
        forecast=forecast(as_there),
        cost=bill,
        metrics=metrics(plan),
        stages=stages(decision, chosen),
        versions=recommended(plan.picked, there),
    )


def _cost(decision: Decision, chosen: Mapping[str, str]) -> Cost:
    plan = decision.plan
    usd, budget = cost.compared(plan), plan.need.budget_usd_month
    pressed = usd > budget or decision.thrift == Thrift.OWN_SERVERS
    return Cost(
        items=cost.items(plan),
        totals=tuple(Total(month, cost.price(plan, month)) for month in MONTHS),
        compared_usd=round(usd, 2),
        budget_usd=budget,
        within_budget=usd <= budget,
        alternatives=alternatives.beside(decision, chosen) if pressed else (),
        assumptions=cost.assumptions(plan),
    )


def _refuse(problems: list[str]) -> None:
    if problems:
        raise InvalidAnswers(problems)
