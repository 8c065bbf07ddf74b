"""What to do when the load grows: the database decides, as all else is added by the process."""

from __future__ import annotations

from archgen.advisor.constants import LIMIT
from archgen.advisor.numbers import brief
from archgen.advisor.rules.rule import Case, Reasons, Rule

VERTICAL, HORIZONTAL = "vertical", "horizontal"
_MOST = LIMIT["database_cores"] * LIMIT["cpu_utilisation"]


def _pick(case: Case) -> str:
    return HORIZONTAL if case.load.database_busy > _MOST else VERTICAL


def _explain(case: Case, picked: str) -> Reasons:
    busy = f"the peak keeps {brief(case.load.database_busy)} database cores busy"
    next_step = "more api and worker processes, then a larger database"
    because = {
        HORIZONTAL: f"{busy}, over the {brief(_MOST)} of one server",
        VERTICAL: f"{busy} of the {brief(_MOST)} that one server has: {next_step}",
    }
    return Reasons(
        because[picked],
        {
            VERTICAL: "no larger server is left",
            HORIZONTAL: "replicas and shards bring lag and broken joins",
        },
    )


RULE = Rule("scaling", (VERTICAL, HORIZONTAL), _pick, _explain)
