"""A size before it is one: topic, name, value, unit (plural), arithmetic, source."""

from __future__ import annotations

from archgen.advisor.plan import Plan

Row = tuple[str, str, int, str, str, str]
REQUIRED = "as required"


def spare(plan: Plan) -> str:
    return " + 1 to spare" if plan.demand.spare else ""
