"""What a rule is made of: the pick, and apart from it the words for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from archgen.advisor.architecture import Choice, Rejected
from archgen.advisor.load import Load
from archgen.requirements import Requirements


@dataclass(frozen=True)
class Case:
    """What a rule decides on: the requirements, the picks of the rules before it, their load."""

    need: Requirements
    picked: Mapping[str, str]
    load: Load


@dataclass(frozen=True)
class Reasons:
    """The number that decided, and what speaks against each other option.

    `impossible` names the options that cannot work with the picks before this one.
    """

    because: str
    against: Mapping[str, str]
    impossible: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Rule:
    """`explain` gets what `pick` picked; apart, since flips need picks by the hundred."""

    topic: str
    options: tuple[str, ...]
    pick: Callable[[Case], str]
    explain: Callable[[Case, str], Reasons]

    def choice(self, case: Case) -> Choice:
        picked = self.pick(case)
        reasons = self.explain(case, picked)
        rejected = (
            Rejected(option, reasons.against[option], option in reasons.impossible)
            for option in self.options
            if option != picked
        )
        return Choice(self.topic, picked, reasons.because, tuple(rejected))
