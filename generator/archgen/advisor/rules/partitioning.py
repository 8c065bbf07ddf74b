"""Whether large tables are split by time."""

from __future__ import annotations

from archgen.advisor.constants import LIMIT
from archgen.advisor.demand import Demand
from archgen.advisor.numbers import brief, shown
from archgen.advisor.rules.rule import Case, Option, Rule

NONE, BY_TIME = "none", "by-time"
_MONTHS = 36


def _small(case: Case) -> bool:
    large = case.over(case.demand.data_gb(_MONTHS), LIMIT["database_table_gb"])
    return not large and not case.over(case.demand.purged_rows, LIMIT["purged_rows_day"])


def _data(case: Case) -> str:
    rows, most = case.demand.purged_rows, LIMIT["purged_rows_day"]
    if rows > most:
        return f"{brief(rows)} rows a day to delete are over {brief(most)}: a partition is dropped"
    data, bound = case.demand.data_gb(_MONTHS), LIMIT["database_table_gb"]
    side = "over" if data > bound else "within"
    return f"{brief(data)} GB in {_MONTHS} months are {side} {shown(bound)} GB{_when(case)}"


def _when(case: Case) -> str:
    month = full_month(case.demand)
    if month is None:
        return ""
    return ", from the start" if month == 0 else f"; past them in month {month}"


def full_month(demand: Demand) -> int | None:
    """The first month in which one table would be too large, up to ten years ahead."""
    bound = LIMIT["database_table_gb"]
    return next((m for m in range(121) if demand.data_gb(m) > bound), None)


RULE = Rule(
    "partitioning",
    "Are large tables split by time?",
    (
        Option(
            NONE, "plain tables", "a table of terabytes is slow to vacuum and index", _data, _small
        ),
        Option(BY_TIME, "a partition a month", "what names no job has to ask every month", _data),
    ),
)
