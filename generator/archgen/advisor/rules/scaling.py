"""What to do when the load grows: the database decides, as all else is added by the process."""

from __future__ import annotations

from archgen.advisor.numbers import brief, shown
from archgen.advisor.rules.database import one_server
from archgen.advisor.rules.rule import Case, Option, Rule

VERTICAL, HORIZONTAL = "vertical", "horizontal"


def _left(case: Case) -> str:
    need, most = case.plan.database_need, case.plan.most_cores
    if need > most:
        return (
            f"the database needs {brief(need)} cores, over the {shown(most)} of the largest server"
        )
    return (
        f"the database needs {brief(need)} of the {shown(most)} cores of the largest server:"
        " more processes and a larger server come first"
    )


RULE = Rule(
    "scaling",
    "What comes first when the load grows?",
    (
        Option(
            VERTICAL, "a larger database server", "ends at the largest server", _left, one_server
        ),
        Option(
            HORIZONTAL,
            "more database servers",
            "lag between servers, and no joins across shards",
            _left,
        ),
    ),
)
