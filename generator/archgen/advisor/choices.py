"""The decisions in words: because, rejected, flips, and what an override costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import takewhile

from archgen.advisor import cost
from archgen.advisor.architecture import Changed, Choice, Flip, Override, Rejected
from archgen.advisor.decide import Decision, Options, decide, run
from archgen.advisor.misses import by_choice
from archgen.advisor.plan import Plan
from archgen.advisor.renders import nearest
from archgen.advisor.rules.rule import Case, Option, Rule
from archgen.advisor.sizes import numbers

Flips = Mapping[str, tuple[Flip, ...]]


def choices(decision: Decision, chosen: Options, flips: Flips) -> tuple[Choice, ...]:
    """One a topic, in the order of the rules."""
    start = Case(decision.plan, decision.thrift)
    return tuple(
        _choice(rule, case, decision, chosen, flips[rule.topic])
        for rule, case, _ in run(start, decision.plan.picked)
    )


def _choice(
    rule: Rule, case: Case, decision: Decision, chosen: Options, flips: tuple[Flip, ...]
) -> Choice:
    picked = decision.picked[rule.topic]
    without = _without(rule.topic, decision, chosen)
    advised = without.picked[rule.topic]
    advice = _because(rule, case, advised)
    rendered = nearest(rule.topic, picked)
    return Choice(
        topic=rule.topic,
        question=rule.question,
        picked=picked,
        because=advice if picked == advised else _despite(rule.option(picked)),
        rejected=tuple(_rejected(rule, case, (picked, advised), advice)),
        flips=flips,
        override=None if picked == advised else _override(rule.topic, decision.plan, without.plan),
        instead=None if rendered == picked else rendered,
    )


def _without(topic: str, decision: Decision, chosen: Options) -> Decision:
    """What the advisor would decide if this topic were left to it."""
    if topic not in chosen:
        return decision
    others = {name: option for name, option in chosen.items() if name != topic}
    return decide(decision.plan.need, decision.plan.prices, others)


def _because(rule: Rule, case: Case, picked: str) -> str:
    """The number that rules out what would be simpler; else the one that lets the pick stand."""
    option = rule.option(picked)
    simpler = takewhile(lambda it: it is not option, rule.ordered(case))
    failed = [it for it in simpler if it.possible(case) and not it.fits(case)]
    return (failed[-1] if failed else option).says(case)


def _despite(option: Option) -> str:
    return f"you chose it; what it costs to have: {option.burden}"


def _rejected(rule: Rule, case: Case, taken: tuple[str, str], advice: str) -> Iterator[Rejected]:
    """All options but the picked one; the advised one is among them where they differ."""
    picked, advised = taken
    for option in rule.options:
        if option.name == advised != picked:
            yield Rejected(advised, f"it was the advice: {advice}", False)
        elif option.name != picked:
            yield _against(option, case)


def _against(option: Option, case: Case) -> Rejected:
    """What does not fit says why; what would do, what it costs to have."""
    possible = option.possible(case)
    fits = possible and option.fits(case)
    return Rejected(option.name, option.burden if fits else option.says(case), not possible)


def _override(topic: str, plan: Plan, without: Plan) -> Override:
    return Override(
        advised=without.picked[topic],
        price=cost.price(plan),
        advised_price=cost.price(without),
        sizes=tuple(_changed(plan, without)),
        misses=tuple(by_choice(plan, {topic: plan.picked[topic]})),
    )


def _changed(plan: Plan, without: Plan) -> Iterator[Changed]:
    advised = numbers(without)
    for name, size in numbers(plan).items():
        if size.value != advised[name].value:
            yield Changed(name, size.unit, size.value, advised[name].value)
