"""What would change the advice, found by running the advisor again over each input.

Each number is probed on a ladder of values of up to three significant digits. Where two decisions
left the same trace of comparisons, nothing between them differs, as the compared quantities are
monotone in each input; so by halving only the intervals whose ends differ, the nearest change on
either side is found for certain, in a few hundred decisions.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

from archgen.advisor.architecture import Flip
from archgen.advisor.decide import Decision, Options, decide, design
from archgen.advisor.numbers import shown
from archgen.advisor.prices import Prices
from archgen.requirements import Question, Requirements, questions

# Where steps of a significant digit would be too coarse or too fine.
_STEPS: dict[str, list[float]] = {
    "availability": [90, 95, 98, 99, 99.5, 99.8, 99.9, 99.95, 99.99, 99.995, 99.999],
    "read_share": [0, 1, 2, *range(5, 100, 5), 98, 99, 100],
}


# Ladders as short as this are probed at every step: of two opposed effects of one input, such as
# the share of reads, none need be monotone.
_SHORT = 25

Probe = Callable[[str, Any], Decision]


def find(need: Requirements, prices: Prices, chosen: Options) -> dict[str, tuple[Flip, ...]]:
    """Topic to its flips: for each input the nearest value on each side that changes the advice."""

    def probe(name: str, value: Any) -> Decision:
        return decide(need.with_answer(name, value), prices, chosen)

    now = decide(need, prices, chosen)
    flips: dict[str, list[Flip]] = {topic: [] for topic in now.advised}
    for question in questions():
        for topic, flip in _of_input(question, getattr(need, question.name), probe, now):
            flips[topic].append(flip)
    return {topic: tuple(found) for topic, found in flips.items()}


def _of_input(
    question: Question, given: Any, probe: Probe, now: Decision
) -> Iterator[tuple[str, Flip]]:
    if question.kind in ("integer", "number"):
        yield from _numeric(question.name, given, probe, now)
        return
    for value in _alternatives(question, given):
        for topic, becomes in _changed(now, probe(question.name, value)).items():
            yield topic, Flip(question.name, value, becomes, f"{question.name} = {shown(value)}")


def _numeric(name: str, given: float, probe: Probe, now: Decision) -> Iterator[tuple[str, Flip]]:
    steps = ladder(name)
    above, below = steps[bisect_right(steps, given) :], steps[: bisect_left(steps, given)][::-1]
    for outward, sign in ((above, "≥"), (below, "≤")):
        left = set(now.advised)
        for at, there in _changes(outward, lambda value: probe(name, value), now):
            exact = "=" if at == outward[-1] else sign
            for topic, becomes in _changed(now, there).items():
                if topic in left:
                    left.remove(topic)
                    when = f"{name} {exact} {shown(at)}{_by_budget(topic, now, there)}"
                    yield topic, Flip(name, at, becomes, when)


def _by_budget(topic: str, now: Decision, there: Decision) -> str:
    """Says so where it is the price of the whole that turns the advice: as thrifty as now, it would
    not turn."""
    plan = there.plan
    if there.thrift == now.thrift or plan.need.budget_usd_month != now.plan.need.budget_usd_month:
        return ""
    as_now = design(plan.demand, plan.prices, now.chosen, now.thrift).advised
    return " (the budget)" if as_now[topic] == now.advised[topic] else ""


def _changed(now: Decision, there: Decision) -> dict[str, str]:
    return {
        topic: option for topic, option in there.advised.items() if option != now.advised[topic]
    }


def _changes(
    steps: Sequence[float], decide_at: Callable[[float], Decision], now: Decision
) -> Iterator[tuple[float, Decision]]:
    """Every step whose decision came about otherwise than the one before it, outward."""
    known = {-1: now}

    def at(position: int) -> Decision:
        if position not in known:
            known[position] = decide_at(steps[position])
        return known[position]

    pending = [(-1, len(steps) - 1)] if steps else []
    while pending:
        near, far = pending.pop()
        middle = near + 1 if len(steps) <= _SHORT else (near + far) // 2
        if far - near == 1:
            if at(far).signature != at(near).signature:
                yield steps[far], at(far)
        elif len(steps) <= _SHORT or at(near).signature != at(far).signature:
            pending += [(middle, far), (near, middle)]


def _alternatives(question: Question, given: Any) -> list[Any]:
    if question.kind == "boolean":
        return [not given]
    if question.kind == "choice":
        return [option for option in question.choices if option != given]
    toggled = [_toggle(question, given, option) for option in question.choices]
    return [value for value in toggled if value or question.name == "knows"]


def _toggle(question: Question, given: Sequence[str], option: str) -> list[str]:
    wanted = set(given) ^ {option}
    return [other for other in question.choices if other in wanted]


@cache
def ladder(name: str) -> list[float]:
    """The values at which an input is probed, within its bounds.

    All of up to three significant digits, in units of 1, or of 0.001 where fractions are allowed:
    the first hundred go up by one unit, each 900 after them by ten times the step before.
    """
    if name in _STEPS:
        return _STEPS[name]
    question = next(item for item in questions() if item.name == name)
    unit = 1 if question.kind == "integer" else 1000
    low, high = (question.minimum or 0) * unit, (question.maximum or 0) * unit
    hundreds = (digits * 10**power for power in range(15) for digits in range(100, 1000))
    whole = (value for value in (*range(100), *hundreds) if low <= value <= high)
    steps = [value if unit == 1 else value / unit for value in whole]
    return steps if steps[-1] == question.maximum else [*steps, question.maximum]
