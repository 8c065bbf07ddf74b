"""Flips are real: just before, the old choice; at it, the new one; and none is nearer."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archgen import presets
from archgen.advisor import flips
from archgen.advisor.architecture import Flip
from archgen.advisor.decide import decide
from archgen.advisor.flips import ladder
from archgen.advisor.prices import listed
from archgen.requirements import Requirements, parse
from tests.advisor.cases import REQUIREMENTS, examples

PRICES = listed()


def advice(need: Requirements, name: str, value: Any) -> dict[str, str]:
    """By the front door: parsed anew from the answers that were given."""
    given = need.model_dump(exclude_unset=True, mode="json")
    return dict(decide(parse({**given, name: value}), PRICES, {}).advised)


def numeric(flip: Flip) -> bool:
    return isinstance(flip.at, int | float) and not isinstance(flip.at, bool)


def between(need: Requirements, flip: Flip) -> list[float]:
    """The steps between the given value and the flip, the flip's own left out."""
    low, high = sorted((getattr(need, flip.input), flip.at))
    steps = ladder(flip.input)
    return steps[bisect_right(steps, low) : bisect_left(steps, high)]


def found(need: Requirements) -> list[tuple[str, Flip]]:
    return [
        (topic, flip)
        for topic, of_topic in flips.find(need, PRICES, {}).items()
        for flip in of_topic
    ]


@given(REQUIREMENTS)
@examples(40)
def test_every_flip_is_real(need: Requirements) -> None:
    now = decide(need, PRICES, {}).advised
    for topic, flip in found(need):
        assert advice(need, flip.input, flip.at)[topic] == flip.becomes != now[topic]
        if numeric(flip):
            steps = between(need, flip)
            given_value = getattr(need, flip.input)
            before = (steps[-1] if flip.at > given_value else steps[0]) if steps else given_value
            assert advice(need, flip.input, before)[topic] == now[topic], (topic, flip)


@given(REQUIREMENTS, st.data())
@examples(40)
def test_no_flip_is_nearer(need: Requirements, data: st.DataObject) -> None:
    now = decide(need, PRICES, {}).advised
    for topic, flip in found(need):
        steps = between(need, flip) if numeric(flip) else []
        if steps:
            value = data.draw(st.sampled_from(steps))
            assert advice(need, flip.input, value)[topic] == now[topic], (topic, flip)


@given(REQUIREMENTS, st.data())
@examples(60)
def test_where_no_flip_is_named_nothing_changes(need: Requirements, data: st.DataObject) -> None:
    """On either side of the given value, however far."""
    name = data.draw(st.sampled_from(sorted(Requirements.model_fields)))
    if not isinstance(getattr(need, name), int | float) or name == "history":
        return
    value = data.draw(st.sampled_from(ladder(name)))
    given_value = getattr(need, name)
    named = {
        topic
        for topic, flip in found(need)
        if flip.input == name and (flip.at > given_value) == (value > given_value)
    }
    now = decide(need, PRICES, {}).advised
    changed = {topic for topic, option in advice(need, name, value).items() if option != now[topic]}
    assert changed <= named


STORE = {"search": "semantic", "vectors": 20_000_000, "searches_per_second": 0.8}
HARD: dict[str, dict[str, Any]] = {
    **{name: presets.load(name) for name in presets.names()},
    "vectors": STORE | {"hosting": "kubernetes", "knows": ["kubernetes"], "budget_usd_month": 1e6},
    "a small budget for vectors": STORE | {"budget_usd_month": 61.56, "vectors": 100_000},
    "polls at their bound": {"jobs_per_minute": 120, "typical_operation_s": 12, "peak_rps": 100},
    "over every budget": {"budget_usd_month": 10, "peak_rps": 3000, "job_kb": 500},
}


@pytest.mark.parametrize("case", HARD)
@pytest.mark.parametrize(
    "name", ["peak_rps", "budget_usd_month", "jobs_per_minute", "typical_operation_s", "vectors"]
)
def test_it_is_as_if_every_step_had_been_probed(case: str, name: str) -> None:
    """Every seventh step of the ladder, up to each flip."""
    need = parse(HARD[case])
    now = decide(need, PRICES, {}).advised
    nearest = {
        (topic, flip.at > getattr(need, name)): flip.at
        for topic, flip in found(need)
        if flip.input == name
    }
    for value in ladder(name)[::7]:
        above = value > getattr(need, name)
        there = decide(need.with_answer(name, value), PRICES, {}).advised
        for topic in now:
            bound = nearest.get((topic, above), math.inf if above else -math.inf)
            if (value < bound) if above else (value > bound):
                assert there[topic] == now[topic], (topic, value, bound)


def test_a_ladder_climbs_within_the_bounds() -> None:
    for name in ("engineers", "peak_rps", "availability", "read_share", "staleness_s"):
        steps = ladder(name)
        assert steps == sorted(set(steps))
    assert ladder("engineers")[:3] == [1, 2, 3]
    assert ladder("engineers")[-1] == 10_000
    assert 1.01 in ladder("peak_rps")
