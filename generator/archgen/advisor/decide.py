"""The rules, run in order; again and thriftier if the design is over the budget."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from archgen.advisor import cost
from archgen.advisor.constants import LIMIT
from archgen.advisor.demand import Demand
from archgen.advisor.plan import Plan
from archgen.advisor.prices import Prices
from archgen.advisor.rules import RULES
from archgen.advisor.rules.rule import Case, Rule, Thrift
from archgen.requirements import Requirements

Options = Mapping[str, str]  # topic to option


@dataclass(frozen=True)
class Decision:
    """The plan of what was picked; `advised` differs from that where the user chose otherwise."""

    plan: Plan
    chosen: Options
    advised: Options
    thrift: Thrift
    trace: tuple[bool, ...]

    @property
    def picked(self) -> Options:
        return self.plan.picked

    @property
    def signature(self) -> tuple[object, ...]:
        """Equal where two decisions came about in the same way."""
        return (self.trace, *self.advised.values())


def decide(need: Requirements, prices: Prices, chosen: Options) -> Decision:
    """The most comfortable design within the budget.

    If none is, the lean one; unless servers of one's own cost less than any managed design can.
    """
    demand, trace = Demand(need), tuple[bool, ...]()
    lean: Decision | None = None
    for thrift in _thrifts(need, chosen):
        found = design(demand, prices, chosen, thrift)
        usd, unknown = cost.total(found.plan)
        # What has no price may be found dear later: no reason to leave what was wanted for it.
        within = usd <= need.budget_usd_month and not (thrift and unknown)
        cheap = thrift == Thrift.OWN_SERVERS and usd <= cost.managed_floor(prices) and not unknown
        trace = (*trace, *found.trace, within, cheap)
        if within or cheap:
            return replace(found, trace=trace)
        lean = found if thrift == Thrift.LEAN else lean
    assert lean  # always tried
    return replace(lean, trace=trace)


def _thrifts(need: Requirements, chosen: Options) -> list[Thrift]:
    """Servers of one's own stand in for managed ones only where one server may be down a while."""
    bound = LIMIT["one_server_availability"]
    own = need.hosting == "managed" and need.availability <= bound and "hosting" not in chosen
    return list(Thrift) if own else [Thrift.COMFORT, Thrift.LEAN]


def design(demand: Demand, prices: Prices, chosen: Options, thrift: Thrift) -> Decision:
    """The design at one level of thrift, whatever the budget."""
    start = Case(Plan(demand, prices, {}), thrift)
    decided = [(rule.topic, option, case) for rule, case, option in run(start, chosen)]
    advised = {topic: option for topic, option, _ in decided}
    *_, (_, _, last) = decided
    return Decision(last.plan, chosen, advised, thrift, tuple(start.trace))


def run(start: Case, chosen: Options) -> Iterator[tuple[Rule, Case, str]]:
    """Each rule with the case it decided on, after the picks of those before it, and its advice.

    The user's option, not the advice, is what later rules see. A case is that of its rule only
    until the next one is asked for; the last one's plan ends up with every pick.
    """
    picked: dict[str, str] = {}
    case = start.after(picked)
    for rule in RULES:
        advised = rule.pick(case)
        yield rule, case, advised
        option = chosen.get(rule.topic) or advised
        if Plan.minds(rule.topic, option):
            picked = {**picked, rule.topic: option}
            case = start.after(picked)
        else:
            picked[rule.topic] = option  # into the plan in use, which keeps what it has computed
