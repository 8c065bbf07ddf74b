"""Whether the budget is kept, and by what else it would be."""

from __future__ import annotations

from collections.abc import Iterator
from math import floor
from typing import Literal

from archgen.advisor import cost
from archgen.advisor.architecture import Alternative
from archgen.advisor.decide import Decision
from archgen.advisor.money import money
from archgen.advisor.numbers import sentence, shown
from archgen.advisor.plan import Plan
from archgen.advisor.rules.hosting import COMPOSE
from archgen.advisor.rules.rule import Thrift

# Code, topic, severity, message, remedy.
Row = tuple[str, str, Literal["problem", "note"], str, str]


def budget(decision: Decision, beside: tuple[Alternative, ...]) -> Iterator[Row]:
    """What is over the budget, or was given up for it, with the designs beside it."""
    plan = decision.plan
    most = shown(plan.need.budget_usd_month)
    price = money(cost.price(plan))
    if cost.compared(plan) > plan.need.budget_usd_month:
        at_par = cost.price(plan).usd + cost.price(plan).eur
        yield (
            "over-budget",
            "hosting",
            "problem" if at_par > plan.need.budget_usd_month else "note",
            f"The design costs {price} a month{_rate(plan)}, over the budget of {most} USD.",
            _offers(beside) or "No design that archgen knows costs less and meets as much.",
        )
    elif decision.thrift == Thrift.OWN_SERVERS and plan.picks("hosting", COMPOSE):
        yield (
            "own-box-for-budget",
            "hosting",
            "note",
            f"Managed hosting was asked for; a server of your own keeps the budget of {most} USD"
            f" ({price} a month{_rate(plan)}), and you patch and back it up yourself.",
            _offers(beside),
        )


def _rate(plan: Plan) -> str:
    """At which exchange rate EUR are compared, and below which they would keep the budget."""
    price, budget = cost.price(plan), plan.need.budget_usd_month
    if not price.eur or not plan.prices.rate_is_ceiling:
        return ""
    used = f", {plan.prices.usd_per_eur:.2f} USD/EUR at the most"
    enough = floor((budget - price.usd) / price.eur * 100) / 100
    over = cost.compared(plan) > budget and enough >= 1
    return f"{used} (below {enough:.2f} it would keep to it: --prices)" if over else used


def _offers(beside: tuple[Alternative, ...]) -> str:
    return " ".join(f"{sentence(it.title)}: {_offer(it)}." for it in beside)


def _offer(it: Alternative) -> str:
    changes = ", ".join(f"{topic}={option}" for topic, option in it.changes.items())
    given_up = "; ".join(f"{miss.requirement} ({miss.why})" for miss in it.gives_up)
    gives_up = f", which gives up {given_up}" if given_up else ""
    return f"{changes}, {money(it.price)} a month{gives_up}"
