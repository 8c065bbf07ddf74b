"""What would change a choice, found by running the advisor again over each input."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from archgen.advisor.architecture import Flip
from archgen.advisor.decide import advice
from archgen.requirements import Question, Requirements, questions

Advice = dict[str, str]

# Where steps of a significant digit would be too coarse or too fine.
_STEPS: dict[str, Sequence[float]] = {
    "availability": (90, 95, 98, 99, 99.5, 99.8, 99.9, 99.95, 99.99, 99.995, 99.999),
    "read_share": range(101),
}


@dataclass(frozen=True)
class _Probe:
    """The advice for the same answers but one; derived defaults are derived again."""

    given: Mapping[str, Any]
    overrides: Mapping[str, str]

    def __call__(self, name: str, value: Any) -> Advice:
        need = Requirements.model_validate({**self.given, name: value})
        return advice(need, self.overrides)


def find(need: Requirements, overrides: Mapping[str, str]) -> dict[str, tuple[Flip, ...]]:
    """Topic to its flips: for each input the nearest value on each side that changes the advice."""
    probe = _Probe(need.model_dump(exclude_unset=True), overrides)
    now = advice(need, overrides)
    flips: dict[str, list[Flip]] = {topic: [] for topic in now}
    for question in questions():
        for topic, flip in _of_input(question, getattr(need, question.name), probe, now):
            flips[topic].append(flip)
    return {topic: tuple(found) for topic, found in flips.items()}


def _of_input(
    question: Question, given: Any, probe: _Probe, now: Advice
) -> Iterator[tuple[str, Flip]]:
    if question.kind in ("integer", "number"):
        steps = ladder(question.name)
        advise = cache(lambda step: probe(question.name, steps[step]))
        start = bisect_left(steps, given)
        exact = start < len(steps) and steps[start] == given
        yield from _numeric(question, steps, range(start + exact, len(steps)), "≥", advise, now)
        yield from _numeric(question, steps, range(start - 1, -1, -1), "≤", advise, now)
        return
    for value in _alternatives(question, given):
        for topic, becomes in probe(question.name, value).items():
            if becomes != now[topic]:
                yield topic, Flip(question.name, value, becomes, "=")


def _numeric(
    question: Question,
    steps: Sequence[float],
    outward: range,
    sign: Literal["≥", "≤"],
    advise: Callable[[int], Advice],
    now: Advice,
) -> Iterator[tuple[str, Flip]]:
    """Walk away from the given value in growing strides; where a topic changed, close in."""
    before = -1
    for here in _strides(len(outward)):
        there = advise(outward[here])
        changed = [topic for topic in now if there[topic] != now[topic]]
        for topic in changed:
            first = _first(topic, outward, before, here, advise, now)
            becomes = advise(outward[first])[topic]
            last = first == len(outward) - 1
            yield topic, Flip(question.name, steps[outward[first]], becomes, "=" if last else sign)
        now = {topic: option for topic, option in now.items() if topic not in changed}
        before = here


def _first(
    topic: str, outward: range, old: int, new: int, advise: Callable[[int], Advice], now: Advice
) -> int:
    """The position after `old`, up to `new`, where the topic first differs; by bisection."""
    while new - old > 1:
        middle = (old + new) // 2
        if advise(outward[middle])[topic] == now[topic]:
            old = middle
        else:
            new = middle
    return new


def _strides(length: int) -> Iterator[int]:
    position = 0
    while position < length - 1:
        yield position
        position += max(1, position // 2)
    if length:
        yield length - 1


def _alternatives(question: Question, given: Any) -> list[Any]:
    if question.kind == "boolean":
        return [not given]
    if question.kind == "choice":
        return [option for option in question.choices if option != given]
    toggled = [_toggle(question, given, option) for option in question.choices]
    return [value for value in toggled if value or question.name == "knows"]


def _toggle(question: Question, given: Sequence[str], option: str) -> list[str]:
    wanted = set(given) ^ {option}
    return [other for other in question.choices if other in wanted]


@dataclass(frozen=True)
class Ladder(Sequence[float]):
    """All values of up to three significant digits from a lowest to a highest, in small units.

    The first hundred go up by one unit, each 900 after them by ten times the step before.
    """

    unit: int  # a unit is 1 / unit
    offset: int
    length: int

    @classmethod
    def between(cls, low: float, high: float, unit: int) -> Ladder:
        whole = cls(unit, 0, 100 + 900 * 15)
        offset = bisect_left(whole, low)
        return cls(unit, offset, bisect_right(whole, high) - offset)

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: Any) -> Any:
        if not 0 <= index < self.length:
            raise IndexError(index)
        decade, digits = divmod(max(0, index + self.offset - 100), 900)
        value = (min(100, index + self.offset) + digits) * 10**decade
        return value if self.unit == 1 else value / self.unit


@cache
def ladder(name: str) -> Sequence[float]:
    """The values at which an input is probed, within its bounds."""
    question = next(item for item in questions() if item.name == name)
    unit = 1 if question.kind == "integer" else 1000
    return _STEPS.get(name) or Ladder.between(question.minimum or 0, question.maximum or 0, unit)
