"""The advisor's waits against a simulation. ARCHGEN_SEED=S replays a failure or tries another."""

from __future__ import annotations

import os
import random
from typing import Any

import pytest
import yaml

from archgen.advisor.capacity import p95_wait
from benchmarks import queue_wait

SEED = int(os.environ.get("ARCHGEN_SEED", "1"))


# So many jobs that the 10 % are over four standard deviations of the simulated percentile.
@pytest.mark.parametrize(
    ("servers", "utilisation", "seconds", "jobs"),
    [
        (1, 0.5, 1, 200_000),
        (1, 0.7, 5, 500_000),
        (2, 0.7, 8, 300_000),
        (5, 0.7, 2, 500_000),
        (10, 0.8, 20, 800_000),
        (25, 0.8, 35, 2_400_000),
    ],
)
def test_erlang_c_predicts_the_simulated_wait(
    servers: int, utilisation: float, seconds: float, jobs: int
) -> None:
    rate = servers * utilisation / seconds
    draw = queue_wait.exponential(seconds)
    measured = queue_wait.simulate(servers, rate, draw, jobs, SEED)
    close = pytest.approx(measured, rel=0.1, abs=0.05)
    assert p95_wait(servers, rate, seconds) == close, f"ARCHGEN_SEED={SEED}"


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    text = queue_wait.SIMULATED.read_text("utf-8")
    found: list[dict[str, Any]] = yaml.safe_load(text)["log_normal"]
    return found


def test_the_longer_the_longest_the_longer_the_wait(rows: list[dict[str, Any]]) -> None:
    assert [row["longest_over_typical"] for row in rows] == list(queue_wait.RATIOS)
    waits = [row["wait_ratio"] for row in rows]
    assert waits == sorted(set(waits))
    assert all(row["lowest"] <= row["wait_ratio"] <= row["highest"] for row in rows)


def test_a_short_simulation_gives_what_was_written(rows: list[dict[str, Any]]) -> None:
    row = next(row for row in rows if row["longest_over_typical"] == 2)
    measured = queue_wait.wait_ratio(5, 0.7, 2, 100_000, SEED)
    within = row["lowest"] * 0.85 <= measured <= row["highest"] * 1.15
    assert within, f"{measured} against {row}, ARCHGEN_SEED={SEED}"


@pytest.mark.parametrize("ratio", queue_wait.RATIOS)
def test_service_times_have_the_mean_and_the_percentile_asked_for(ratio: float) -> None:
    chance = random.Random(SEED)
    draw = queue_wait.log_normal(35, ratio)
    times = sorted(draw(chance) for _ in range(200_000))
    assert sum(times) / len(times) == pytest.approx(35, rel=0.05), f"ARCHGEN_SEED={SEED}"
    assert times[-len(times) // 100] == pytest.approx(35 * ratio, rel=0.1), f"ARCHGEN_SEED={SEED}"
