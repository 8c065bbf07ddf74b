"""How far Erlang C is off when service times are log-normal, as AI calls' are: measured.

Erlang C takes service times as exponential. simulated.yml holds, by how far the longest operation
lies above the typical one, the p95 wait that a simulation gave over the one that Erlang C predicts.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from archgen.advisor.constants import read
from archgen.advisor.numbers import brief
from archgen.requirements import Requirements


@cache
def _table() -> list[dict[str, float]]:
    found: Any = read("simulated.yml")
    rows: list[dict[str, float]] = found["log_normal"]
    return rows


def measured(need: Requirements) -> dict[str, float]:
    """The row whose ratio of longest to typical operation is nearest."""
    ratio = need.longest_operation_s / need.typical_operation_s
    return min(_table(), key=lambda row: abs(row["longest_over_typical"] - ratio))


def sentence(need: Requirements, wait_s: float) -> str:
    """For the brief; nothing where no one waits."""
    if wait_s == 0:
        return ""
    row = measured(need)
    low, high = brief(wait_s * row["lowest"]), brief(wait_s * row["highest"])
    return (
        f"; log-normal times, whose 99th percentile lies at {brief(row['longest_over_typical'])} x"
        f" the mean, waited {brief(row['wait_ratio'])} x that in simulation, {low} to {high} s"
    )
