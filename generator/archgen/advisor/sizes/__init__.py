"""The numbers of a plan, each with its arithmetic and source, in the order of the brief."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from archgen.advisor.architecture import Size
from archgen.advisor.numbers import singular
from archgen.advisor.plan import Plan
from archgen.advisor.sizes import api, database, events, workers


def sizes(plan: Plan, rendered: Plan) -> tuple[Size, ...]:
    """All sizes of the plan beside those of the options that this version renders; 0 where a size
    does not apply."""
    there = {size.name: size.value for size in _rows(rendered)}
    return tuple(replace(size, rendered=there[size.name]) for size in _rows(plan))


def numbers(plan: Plan) -> dict[str, Size]:
    """Size name to size."""
    return {size.name: size for size in _rows(plan)}


def _rows(plan: Plan) -> Iterator[Size]:
    for rows in (
        workers.jobs,
        workers.calls,
        api.queue,
        api.api,
        api.cache,
        database.database,
        database.storage,
        database.connections,
        events.events,
    ):
        for topic, name, value, units, arithmetic, origin in rows(plan):
            unit = singular(units) if value == 1 else units
            yield Size(topic, name, value, unit, arithmetic, origin, value)
