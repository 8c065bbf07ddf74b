"""Requirements for property tests."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import strategies as st

from archgen.requirements import Question, Requirements, parse, questions


def _logarithmic(low: float, high: float) -> st.SearchStrategy[float]:
    """Small and large values alike, as loads differ by orders of magnitude."""
    smallest = max(low, 0.001)
    powers = st.floats(math.log10(smallest), math.log10(high))
    return st.just(low) | powers.map(lambda power: min(high, max(low, 10**power)))


def _answer(question: Question) -> st.SearchStrategy[Any]:
    low, high = question.minimum or 0, question.maximum or 0
    if question.kind == "integer":
        return _logarithmic(low, high).map(round)
    if question.kind == "number":
        return _logarithmic(low, high)
    if question.kind == "boolean":
        return st.booleans()
    if question.kind == "choice":
        return st.sampled_from(question.choices)
    least = 0 if question.name == "knows" else 1
    return st.lists(st.sampled_from(question.choices), unique=True, min_size=least)


REQUIREMENTS: st.SearchStrategy[Requirements] = st.fixed_dictionaries(
    {}, optional={question.name: _answer(question) for question in questions()}
).map(parse)
