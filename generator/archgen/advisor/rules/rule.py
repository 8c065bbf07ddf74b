"""What a rule is made of: options in order of preference; the first that fits is picked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from archgen.advisor.demand import Demand
from archgen.advisor.plan import Plan
from archgen.requirements import Requirements


class Thrift(IntEnum):
    """How far the budget presses. LEAN takes what is cheaper and promises the same; OWN_SERVERS
    gives up managed hosting as well."""

    COMFORT = 0
    LEAN = 1
    OWN_SERVERS = 2


@dataclass
class Case:
    """What a rule decides on: the plan of the picks so far, and how far the budget presses.

    Every comparison of a quantity goes through `over` or `reaches`. They keep a trace: where two
    inputs leave the same one, and quantities are monotone in between, so are all decisions, which
    is how flips are known to be the nearest.
    """

    plan: Plan
    thrift: Thrift = Thrift.COMFORT
    trace: list[bool] = field(default_factory=list)

    @property
    def need(self) -> Requirements:
        return self.plan.need

    @property
    def demand(self) -> Demand:
        return self.plan.demand

    def after(self, picked: Mapping[str, str]) -> Case:
        """The same case once these are picked."""
        return Case(Plan(self.plan.demand, self.plan.prices, picked), self.thrift, self.trace)

    def over(self, value: float, bound: float) -> bool:
        self.trace.append(value > bound)
        return value > bound

    def reaches(self, value: float, bound: float) -> bool:
        self.trace.append(value >= bound)
        return value >= bound

    def picks(self, topic: str, *options: str) -> bool:
        return self.plan.picks(topic, *options)


def always(case: Case) -> bool:
    return True


@dataclass(frozen=True)
class Option:
    """One way to do it.

    `says` words the number that decides whether it `fits`, as a clause; `burden` is what it costs
    to have it, whatever the numbers. `misses` names the requirement that is not met when it is
    taken though it does not fit, or though it does not meet that one, where `meets` says more.
    Where it is not `possible`, it cannot be taken at all.
    """

    name: str
    what: str
    burden: str
    says: Callable[[Case], str]
    fits: Callable[[Case], bool] = always
    possible: Callable[[Case], bool] = always
    misses: str = ""
    meets: Callable[[Case], bool] | None = None

    def met(self, case: Case) -> bool:
        """Whether the requirement it could miss is met."""
        return not self.misses or (self.meets or self.fits)(case)


@dataclass(frozen=True)
class Rule:
    """Options stand the simplest first, unless `prefer` orders them for a case."""

    topic: str
    question: str
    options: tuple[Option, ...]
    prefer: Callable[[Case], Sequence[str]] | None = None

    def ordered(self, case: Case) -> Sequence[Option]:
        if self.prefer is None:
            return self.options
        return [self.option(name) for name in self.prefer(case)]

    def option(self, name: str) -> Option:
        return next(option for option in self.options if option.name == name)

    def pick(self, case: Case) -> str:
        """The first option that is possible and fits; if none does, the last possible one."""
        last = ""
        for option in self.ordered(case):
            if option.possible(case):
                if option.fits(case):
                    return option.name
                last = option.name
        return last
