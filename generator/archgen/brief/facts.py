"""What several forms of the brief say in the same words, and in the same order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from archgen.advisor.architecture import (
    Architecture,
    Bottleneck,
    Choice,
    Cost,
    Node,
    Prediction,
    Price,
    Rejected,
)
from archgen.advisor.demand import BUDGET_MONTH
from archgen.advisor.money import amount, money
from archgen.advisor.numbers import brief, shown
from archgen.requirements import questions

FORECAST = (
    "What the service does by itself as it is rendered; npm run bench -- brief measures it there."
    " CPU is that of a core half as fast as an AMD EPYC 9005's (core_speed)."
)
STAGES = "All loads, the growth of data and the budget times the factor; the blueprint stays."


def verdict(cost: Cost) -> str:
    """The total against the budget."""
    price = next(total.price for total in cost.totals if total.month == BUDGET_MONTH)
    converted = f" ({amount(cost.compared_usd, 'USD')}{_rate(cost, price)})" if price.eur else ""
    budget = f"the budget of {amount(cost.budget_usd, 'USD')}"
    if not cost.within_budget:
        held = f"above {budget}"
    else:
        held = f"within {budget}" if not price.at_least else f"known prices alone keep {budget}"
    return f"{money(price)} a month{converted}, {held}."


def _rate(cost: Cost, price: Price) -> str:
    """The exchange rate that was compared at."""
    return f" at {(cost.compared_usd - price.usd) / price.eur:.2f} USD/EUR"


def factor(bottleneck: Bottleneck) -> str:
    return f"{brief(bottleneck.factor)} x"


def figure(prediction: Prediction) -> str:
    return brief(prediction.value)


def label(node: Node) -> str:
    return node.label if node.rendered else f"{node.label} (not yet rendered)"


def why(other: Rejected, choice: Choice) -> str:
    return "for the same reason" if other.why == choice.because else other.why


def turns(choice: Choice) -> dict[str, list[str]]:
    """What the advice becomes, to each nearest answer at which it does."""
    return _grouped((flip.becomes, flip.when) for flip in choice.flips)


def moves(architecture: Architecture) -> dict[str, list[str]]:
    """Requirement to the topics it moves; the most moving one first."""
    pairs = [(flip.input, choice.topic) for choice in architecture.choices for flip in choice.flips]
    moved = _grouped(dict.fromkeys(pairs))
    return dict(sorted(moved.items(), key=lambda item: -len(item[1])))


def given(architecture: Architecture) -> dict[str, str]:
    """Requirement to its answer, with its unit."""
    units = {question.name: question.unit for question in questions()}
    return {
        name: f"{shown(value)} {units.get(name, '')}".rstrip()
        for name, value in architecture.requirements.items()
    }


def changes(options: Mapping[str, str]) -> str:
    """`hosting = compose, pool = direct`."""
    return ", ".join(f"{topic} = {option}" for topic, option in options.items())


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return dict(groups)
