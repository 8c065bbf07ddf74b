"""What holds for every Architecture, whatever was asked for."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from archgen.advisor import advise, decide
from archgen.advisor.capacity import connection_pool
from archgen.advisor.load import Load
from archgen.advisor.rules import OPTIONS
from archgen.advisor.sizes import sizes
from archgen.errors import InvalidAnswers
from archgen.requirements import Requirements, parse
from tests.advisor.cases import REQUIREMENTS

LOADS = (
    "peak_rps",
    "jobs_per_minute",
    "typical_operation_s",
    "events_per_second",
    "data_gb",
    "growth_gb_month",
    "concurrent_users",
)


@given(REQUIREMENTS)
@settings(deadline=None)
def test_every_requirement_gets_a_whole_architecture(need: Requirements) -> None:
    architecture = advise(need)

    for choice in architecture.choices:
        options = {choice.picked, *(other.option for other in choice.rejected)}
        assert options == set(OPTIONS[choice.topic])
        assert choice.because
        assert all(other.why for other in choice.rejected)
        assert not [o for o in choice.rejected if o.option == choice.picked and o.impossible]
    plain = architecture.to_dict()
    assert json.loads(json.dumps(plain)) == plain
    assert yaml.safe_load(yaml.safe_dump(plain)) == plain


@given(REQUIREMENTS)
def test_a_slow_operation_never_runs_in_a_request(need: Requirements) -> None:
    picked = decide.advice(need, {})

    assert (picked["workers"] == "separate") == (need.longest_operation_s > 0.1)
    if need.longest_operation_s > 30:
        assert picked["client_updates"] in ("polling", "webhook")


@given(REQUIREMENTS)
def test_sizes_are_whole_numbers_and_pools_fit(need: Requirements) -> None:
    size = {item.name: item.value for item in sizes(need, decide.advice(need, {}))}

    assert all(isinstance(value, int) and value >= 0 for value in size.values())
    pooled = size["api_processes"] * size["api_pool"]
    pooled += size["worker_processes"] * size["worker_pool"]
    assert pooled <= 0.8 * size["database_connections"]
    assert size["api_pool"] <= max(3, connection_pool(size["database_cores"]))


@given(REQUIREMENTS, st.sampled_from(LOADS), st.floats(1.01, 100))
def test_more_load_never_takes_less(need: Requirements, load: str, factor: float) -> None:
    heavier_answers = need.answers() | {load: need.answers()[load] * factor}
    if isinstance(need.answers()[load], int) and load == "concurrent_users":
        heavier_answers[load] = round(heavier_answers[load])
    try:
        heavier = parse(heavier_answers)
    except InvalidAnswers:
        assume(False)
    picked = decide.advice(need, {})
    assume(decide.advice(heavier, {}) == picked)

    before, after = Load(need, picked), Load(heavier, picked)
    for total in ("cores", "pooled", "slots", "queue_depth", "data_gb_in_3_years"):
        assert getattr(after, total) >= getattr(before, total), total


def test_an_override_stands_with_its_price() -> None:
    advised = advise(parse({}))
    chosen = advise(parse({}), {"blueprint": "nestjs-bullmq"})
    choice = chosen.choices[0]

    assert (choice.picked, choice.advised) == ("nestjs-bullmq", advised.picked["blueprint"])
    assert choice.because.startswith("you chose it; what it costs: ")
    assert choice.rejected[0].why.startswith("it was the advice: ")
    assert choice.flips == advised.choices[0].flips


def test_an_override_that_agrees_is_no_override() -> None:
    assert advise(parse({}), {"pool": "direct"}).choices == advise(parse({})).choices


@pytest.mark.parametrize(
    ("chosen", "answers"),
    [
        ({"event_bus": "kafka"}, {}),
        ({"queue_store": "postgres", "blueprint": "express-kafka"}, {}),
        ({"workers": "in-request"}, {}),
        ({"caching": "two-tier", "queue_store": "postgres"}, {}),
        ({"client_updates": "sse"}, {"longest_operation_s": 31}),
    ],
)
def test_an_impossible_override_is_refused(
    chosen: dict[str, str], answers: dict[str, object]
) -> None:
    with pytest.raises(InvalidAnswers, match="cannot work here"):
        advise(parse(answers), chosen)


def test_sizes_are_those_of_what_is_rendered() -> None:
    architecture = advise(parse({"peak_rps": 20000}), {"blueprint": "express-kafka"})

    assert architecture.rendered["blueprint"] == "fastify-redis"
    assert ("blueprint", "express-kafka", "fastify-redis") in architecture.unrenderable()
    fastify = Load(architecture.requirements, architecture.rendered)
    assert architecture.sizing()["api_processes"] == fastify.api_processes
