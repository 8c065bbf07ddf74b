"""Where it runs: where the user wants it, unless budget or size forbid that."""

from __future__ import annotations

from collections.abc import Sequence

from archgen.advisor import cost
from archgen.advisor.constants import LIMIT
from archgen.advisor.cost import COMPOSE, KUBERNETES, MANAGED
from archgen.advisor.numbers import brief, shown
from archgen.advisor.plan import Plan
from archgen.advisor.rules.rule import Case, Option, Rule, Thrift


def _own_servers(case: Case) -> bool:
    """As wanted; or for want of money, where one server is enough."""
    if case.need.hosting == "self-hosted":
        return True
    return case.thrift == Thrift.OWN_SERVERS and _one_box(case)


def _platform_team(case: Case) -> bool:
    if "kubernetes" in case.need.knows:
        return True
    return case.reaches(case.need.engineers, LIMIT["platform_engineers"])


def _one_box(case: Case) -> bool:
    return not case.over(case.plan.cores, case.plan.prices.largest("box").cores)


def _prefer(case: Case) -> Sequence[str]:
    if _own_servers(case):
        return COMPOSE, KUBERNETES, MANAGED
    first = (KUBERNETES, MANAGED) if case.need.hosting == KUBERNETES else (MANAGED, KUBERNETES)
    return *first, COMPOSE


def _fits_boxes(case: Case) -> bool:
    return _own_servers(case) and (_one_box(case) or not _platform_team(case))


def _boxes(case: Case) -> str:
    if not _own_servers(case):
        return _wish(case)
    most = case.plan.prices.largest("box").cores
    side = "fit" if case.plan.cores <= most else "are over"
    cores = f"{brief(case.plan.cores)} cores {side} one server of {shown(most)}"
    return cores if case.need.hosting == "self-hosted" else f"{_too_dear(case)}; {cores}"


def _too_dear(case: Case) -> str:
    usd = brief(_usd(case, MANAGED))
    return f"managed it costs at least {usd} USD a month, over {shown(case.need.budget_usd_month)}"


def _usd(case: Case, option: str) -> float:
    picked = {**case.plan.picked, "hosting": option}
    return cost.compared(Plan(case.demand, case.plan.prices, picked))


def _wish(case: Case) -> str:
    need = case.need
    if need.hosting == KUBERNETES:
        return "you run Kubernetes (hosting = kubernetes)"
    if _own_servers(case):
        return _boxes(case)
    usd, budget = _usd(case, MANAGED), shown(need.budget_usd_month)
    side = "within" if usd <= need.budget_usd_month else "over"
    return f"you want it managed; that costs {brief(usd)} USD a month, {side} {budget}"


RULE = Rule(
    "hosting",
    "Where does it run?",
    (
        Option(
            MANAGED,
            "a cloud's containers, database and balancer",
            "dearer than servers of one's own",
            _wish,
            lambda case: not _own_servers(case),
            misses="hosting",
            meets=lambda case: case.need.hosting == MANAGED,
        ),
        Option(
            COMPOSE,
            "Docker Compose on servers of one's own",
            "you patch and back it up yourself, and it is down while you do",
            _boxes,
            _fits_boxes,
            misses="hosting",
        ),
        Option(
            KUBERNETES,
            "Kubernetes; its database managed, or on servers of your own too",
            "a platform to run beside the product",
            _boxes,
            lambda case: case.need.hosting == KUBERNETES or _own_servers(case),
            misses="hosting",
        ),
    ),
    _prefer,
)
