"""Flips are real: just before, the old choice; at it, the new one; and none is nearer."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archgen import presets
from archgen.advisor import advise, decide
from archgen.advisor.architecture import Flip
from archgen.advisor.flips import ladder
from archgen.requirements import Requirements, parse
from tests.advisor.cases import REQUIREMENTS


def pick(need: Requirements, topic: str, name: str, value: Any) -> str:
    given = need.model_dump(exclude_unset=True, mode="json")
    return decide.advice(parse({**given, name: value}), {})[topic]


def before(need: Requirements, flip: Flip) -> Any:
    """The value next to the flip, on the side of the given one."""
    given, steps = getattr(need, flip.input), ladder(flip.input)
    at = bisect_left(steps, flip.at)
    if flip.at > given:
        return max(given, steps[at - 1])
    return min(given, steps[at + 1])


@given(REQUIREMENTS)
@settings(deadline=None, max_examples=25)
def test_every_flip_is_real(need: Requirements) -> None:
    for choice in advise(need).choices:
        for flip in choice.flips:
            assert pick(need, choice.topic, flip.input, flip.at) == flip.becomes != choice.picked
            if isinstance(flip.at, int | float) and not isinstance(flip.at, bool):
                last = before(need, flip)
                assert pick(need, choice.topic, flip.input, last) == choice.picked, flip


@pytest.mark.parametrize("preset", presets.names())
@given(st.data())
@settings(deadline=None, max_examples=10)
def test_no_flip_is_nearer(preset: str, data: st.DataObject) -> None:
    need = parse(presets.load(preset))
    for choice in advise(need).choices:
        for flip in choice.flips:
            if isinstance(flip.at, bool | str | list):
                continue
            low, high = sorted((getattr(need, flip.input), flip.at))
            steps = ladder(flip.input)
            first, last = bisect_right(steps, low), bisect_left(steps, high) - 1
            if first <= last:
                value = steps[data.draw(st.integers(first, last))]
                assert pick(need, choice.topic, flip.input, value) == choice.picked


def test_a_ladder_climbs_within_the_bounds() -> None:
    for name in ("engineers", "peak_rps", "availability", "read_share", "staleness_s"):
        steps = list(ladder(name))
        assert steps == sorted(set(steps))
    assert list(ladder("engineers"))[:3] == [1, 2, 3]
    assert list(ladder("engineers"))[-1] == 10_000
    assert 1.01 in ladder("peak_rps")
