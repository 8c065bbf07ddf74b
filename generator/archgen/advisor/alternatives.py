"""Designs beside the picked one, for a budget that it does not keep."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from archgen.advisor import cost
from archgen.advisor.architecture import Alternative, Miss
from archgen.advisor.decide import Decision, Options, design
from archgen.advisor.misses import by_choice, impossible, misses
from archgen.advisor.plan import Plan
from archgen.advisor.rules import OPTIONS
from archgen.advisor.rules.rule import Thrift

_CHEAPEST = "the cheapest that meets the rest"
# What moves the price.
_TOPICS = ("hosting", "standby", "queue_store", "caching", "event_bus", "vectors")


@dataclass(frozen=True)
class _Design:
    plan: Plan
    misses: tuple[Miss, ...]
    usd: float


def beside(decision: Decision, chosen: Options) -> tuple[Alternative, ...]:
    """The cheapest design that meets the rest, unless the picked one does as well; and the one
    within the budget that gives up least. What the user chose is kept in both."""
    plan = decision.plan
    picked = _weighed(plan)
    known = [_weighed(it) for it in _plans(plan, chosen)]
    budget = plan.need.budget_usd_month
    better = [it for it in known if _rank(it) < _rank(picked)]
    asked = decision.thrift == Thrift.OWN_SERVERS
    found = [("as asked for" if asked else _CHEAPEST, min(better, key=_rank))] if better else []
    if picked.usd > budget:
        found += _cheaper(picked, known, budget)
    once = found[:1] + [it for it in found[1:] if it[1].plan.picked != found[0][1].plan.picked]
    return tuple(_alternative(title, it, plan) for title, it in once)


def _cheaper(picked: _Design, known: list[_Design], budget: float) -> list[tuple[str, _Design]]:
    """What keeps the budget for certain; else what comes nearest to it."""
    affordable = [it for it in known if it.usd <= budget and not cost.total(it.plan)[1]]
    if affordable:
        return [("within the budget", min(affordable, key=_rank))]
    least = min(known, key=lambda it: it.usd, default=picked)
    return [("the least there is to pay", least)] if least.usd < picked.usd else []


def _weighed(plan: Plan) -> _Design:
    return _Design(plan, misses(plan), round(cost.compared(plan), 2))


def _rank(it: _Design) -> tuple[int, float]:
    return len(it.misses), it.usd


def _plans(plan: Plan, chosen: Options) -> Iterator[Plan]:
    free = [topic for topic in _TOPICS if topic not in chosen and _matters(plan, topic)]
    kept = {topic: plan.picked[topic] for topic in _TOPICS if topic not in free}
    for options in product(*(OPTIONS[topic] for topic in free)):
        wanted = {**kept, **chosen, **dict(zip(free, options, strict=True))}
        found = design(plan.demand, plan.prices, wanted, Thrift.LEAN)
        if not impossible(found, wanted):
            yield found.plan


def _matters(plan: Plan, topic: str) -> bool:
    """Whether another option could be had; a bus that falls short already is not made worse."""
    if topic == "event_bus":
        short = any(by_choice(plan, {topic: plan.picked[topic]}))
        return plan.demand.deliveries > 0 and not short
    return topic != "vectors" or plan.need.search == "semantic"


def _alternative(title: str, it: _Design, plan: Plan) -> Alternative:
    changes = {t: option for t, option in it.plan.picked.items() if option != plan.picked[t]}
    return Alternative(title, changes, cost.price(it.plan), it.misses)
