"""The rules, run in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archgen.advisor.architecture import Choice
from archgen.advisor.load import Load
from archgen.advisor.rules import RULES
from archgen.advisor.rules.rule import Case, Rule
from archgen.requirements import Requirements

Options = Mapping[str, str]  # topic to option


def choices(need: Requirements, overrides: Options) -> list[Choice]:
    """What the advisor would choose a topic, given the overrides of the topics before it."""
    return [rule.choice(case) for rule, case in _cases(need, overrides)]


def advice(need: Requirements, overrides: Options) -> dict[str, str]:
    """The picks alone, without their words."""
    return {rule.topic: rule.pick(case) for rule, case in _cases(need, overrides)}


def _cases(need: Requirements, overrides: Options) -> Iterator[tuple[Rule, Case]]:
    picked: dict[str, str] = {}
    load = Load(need, picked)
    for rule in RULES:
        case = Case(need, picked, load)
        yield rule, case
        picked = {**picked, rule.topic: overrides.get(rule.topic) or rule.pick(case)}
        if rule.topic in Load.DEPENDS_ON:
            load = Load(need, picked)
