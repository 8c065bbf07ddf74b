"""Requirements for property tests."""

from __future__ import annotations

import math
import os
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from archgen.requirements import Question, Requirements, parse, problems, questions


def examples(many: int) -> settings:
    """So many examples, times ARCHGEN_SWEEP; hypothesis prints how to replay a failure."""
    return settings(deadline=None, max_examples=many * int(os.environ.get("ARCHGEN_SWEEP", "1")))


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

LOADS = (
    "peak_rps",
    "jobs_per_minute",
    "typical_operation_s",
    "events_per_second",
    "event_consumers",
    "event_bytes",
    "data_gb",
    "growth_gb_month",
    "concurrent_users",
    "job_kb",
    "response_kb",
    "vectors",
    "searches_per_second",
)


def heavier(need: Requirements, load: str, factor: float) -> Requirements | None:
    """The same with more of one load; None beyond the bounds of the answer."""
    given = need.answers()
    more = given[load] * factor
    more = round(more) if isinstance(getattr(need, load), int) else more
    return None if problems({load: more}) else parse({**given, load: more})
