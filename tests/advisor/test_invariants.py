"""What holds for every Architecture, whatever was asked for."""

from __future__ import annotations

import json
import re

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from archgen.advisor import advise, cost
from archgen.advisor.decide import Decision, Options, decide
from archgen.advisor.demand import Demand
from archgen.advisor.lazy import lazy
from archgen.advisor.misses import impossible
from archgen.advisor.plan import Plan
from archgen.advisor.prices import listed
from archgen.advisor.rules import OPTIONS, RULES
from archgen.advisor.sizes import numbers
from archgen.brief import FORMATS
from archgen.errors import InvalidAnswers
from archgen.requirements import Requirements, parse
from tests.advisor.cases import LOADS, REQUIREMENTS, examples, heavier

PRICES = listed()
NUMBER = re.compile(r"(<|<=|==) \d+(\.\d+)?(e[+-]?\d+)?")
OPTION = st.sampled_from([(topic, it) for topic in OPTIONS for it in OPTIONS[topic]])
CHOSEN = st.just({}) | st.lists(OPTION, max_size=2).map(dict)


def decided(need: Requirements, chosen: Options | None = None) -> Decision:
    return decide(need, PRICES, chosen or {})


@given(REQUIREMENTS, CHOSEN)
@examples(80)
def test_every_requirement_gets_a_whole_architecture(
    need: Requirements, chosen: dict[str, str]
) -> None:
    assume(not impossible(decided(need, chosen), chosen))
    architecture = advise(need, chosen)

    for choice in architecture.choices:
        options = {choice.picked, *(other.option for other in choice.rejected)}
        assert options == set(OPTIONS[choice.topic])
        assert choice.because
        assert all(other.why for other in choice.rejected)
    assert all(size.arithmetic for size in architecture.sizes)
    assert all(finding.message and finding.remedy for finding in architecture.findings)
    severities = [finding.severity for finding in architecture.findings]
    assert severities == sorted(severities, key=["problem", "note"].index)
    nodes = {node.id for node in architecture.diagram.nodes}
    assert all({edge.source, edge.target} <= nodes for edge in architecture.diagram.edges)
    assert all(NUMBER.fullmatch(metric.threshold) for metric in architecture.metrics)
    assert all(form(architecture) for form in FORMATS.values())
    plain = architecture.to_dict()
    assert json.loads(json.dumps(plain)) == plain
    assert yaml.safe_load(yaml.safe_dump(plain)) == plain


@given(REQUIREMENTS)
@examples(100)
def test_a_slow_operation_never_runs_in_a_request(need: Requirements) -> None:
    picked = decided(need).picked

    assert (picked["workers"] == "separate") == (need.longest_operation_s > 0.1)
    if need.longest_operation_s > 30:
        assert picked["client_updates"] in ("polling", "webhook")


@given(REQUIREMENTS)
@examples(100)
def test_sizes_are_whole_numbers_and_pools_fit(need: Requirements) -> None:
    plan = decided(need).plan
    size = {name: item.value for name, item in numbers(plan).items()}

    assert all(isinstance(value, int) and value >= 0 for value in size.values())
    pooled = size["api_processes"] * size["api_pool"]
    pooled += size["worker_processes"] * size["worker_pool"]
    behind = size["pgbouncer_pool"] or pooled
    assert behind <= 0.8 * size["database_connections"]
    if plan.worker_needed:
        assert size["worker_concurrency"] * plan.worker_needed >= size["job_slots"]


@given(REQUIREMENTS)
@examples(100)
def test_one_lost_process_is_survived_where_availability_asks_for_it(need: Requirements) -> None:
    plan = decided(need).plan

    if need.availability >= 99.9:
        assert plan.api_processes - 1 >= plan.api_needed
        assert plan.worker_processes - 1 >= plan.worker_needed or not plan.worker_needed


@given(REQUIREMENTS, st.sampled_from(LOADS), st.floats(1.001, 100), CHOSEN)
@examples(300)
def test_more_load_never_takes_less(
    need: Requirements, load: str, factor: float, chosen: dict[str, str]
) -> None:
    more = heavier(need, load, factor)
    assume(more is not None)
    assert more
    before, after = decided(need, chosen).plan, decided(more, chosen).plan
    assume(after.picked == before.picked)

    for total in (
        "cores",
        "process_gb",
        "database_gb",
        "pooled",
        "database_connections",
        "redis_mb",
        "cache_mb",
        "own_gb",
        "kafka_partitions",
        "kafka_brokers",
        "kafka_gb",
        "queue_depth",
        "streams",
    ):
        assert getattr(after, total) >= getattr(before, total) - 1e-9, total
    assert after.demand.slots >= before.demand.slots
    assert after.demand.data_gb(36) >= before.demand.data_gb(36)
    for month in (1, 12, 36):
        assert cost.compared(after, month) >= cost.compared(before, month) - 1e-6


@given(REQUIREMENTS)
@examples(60)
def test_over_budget_is_said_with_a_way_out(need: Requirements) -> None:
    decision = decided(need)
    over = cost.compared(decision.plan) > need.budget_usd_month
    assume(over)
    finding = next(it for it in advise(need).findings if it.code == "over-budget")

    price = cost.price(decision.plan)
    # Over it by the exchange rate alone is no more than a note.
    at_any_rate = price.usd + price.eur > need.budget_usd_month
    assert finding.severity == ("problem" if at_any_rate else "note")
    assert finding.remedy


@given(REQUIREMENTS, st.data())
@examples(60)
def test_a_chosen_option_is_kept_or_refused_with_its_reason(
    need: Requirements, data: st.DataObject
) -> None:
    rule = data.draw(st.sampled_from(RULES))
    option = data.draw(st.sampled_from(OPTIONS[rule.topic]))
    if impossible(decided(need, {rule.topic: option}), {rule.topic: option}):
        with pytest.raises(InvalidAnswers, match=f"{rule.topic}: {option} cannot work here: "):
            advise(need, {rule.topic: option})
        return
    architecture = advise(need, {rule.topic: option})
    choice = next(it for it in architecture.choices if it.topic == rule.topic)
    assert choice.picked == option
    if choice.override:
        assert choice.override.advised != option
        assert choice.because.startswith("you chose it; what it costs to have: ")
        assert any(it.option == choice.override.advised for it in choice.rejected)


@given(REQUIREMENTS)
@examples(50)
def test_a_plain_option_changes_no_quantity(need: Requirements) -> None:
    """Which lets a plan go on when one is picked."""
    quantities = [name for name, it in vars(Plan).items() if isinstance(it, lazy)]
    demand = Demand(need)
    bare = Plan(demand, PRICES, {})
    for topic in OPTIONS:
        for option in OPTIONS[topic]:
            if not Plan.minds(topic, option):
                picked = Plan(demand, PRICES, {topic: option})
                assert [getattr(picked, it) for it in quantities] == [
                    getattr(bare, it) for it in quantities
                ], (topic, option)


def test_the_last_plan_has_every_pick() -> None:
    decision = decided(parse({}))
    assert decision.picked.keys() == OPTIONS.keys()
    assert decision.picked == decision.advised


def test_an_override_shows_what_it_costs() -> None:
    chosen = advise(parse({"availability": 99.95}), {"standby": "none", "queue_store": "redis"})
    standby, queue = (
        next(it for it in chosen.choices if it.topic == topic).override
        for topic in ("standby", "queue_store")
    )

    assert standby
    assert standby.price.usd < standby.advised_price.usd
    assert [miss.requirement for miss in standby.misses] == ["availability"]
    assert queue
    assert queue.price.usd > queue.advised_price.usd
    assert {it.name for it in queue.sizes} >= {"redis_mb"}


def test_an_override_that_agrees_is_no_override() -> None:
    assert advise(parse({}), {"pool": "direct"}).choices == advise(parse({})).choices


@pytest.mark.parametrize(
    ("chosen", "answers"),
    [
        ({"event_bus": "kafka"}, {}),
        ({"queue_store": "postgres", "blueprint": "express-kafka"}, {}),
        ({"workers": "in-request"}, {"p95_ms": 20, "typical_operation_s": 30}),
        ({"caching": "two-tier", "queue_store": "postgres"}, {}),
        ({"client_updates": "sse"}, {"longest_operation_s": 31}),
    ],
)
def test_an_impossible_override_is_refused(
    chosen: dict[str, str], answers: dict[str, object]
) -> None:
    with pytest.raises(InvalidAnswers, match="cannot work here"):
        advise(parse(answers), chosen)


def test_sizes_are_those_of_the_advice_beside_those_of_what_is_rendered() -> None:
    architecture = advise(parse({"peak_rps": 20000}), {"blueprint": "express-kafka"})
    processes = next(size for size in architecture.sizes if size.name == "api_processes")

    assert architecture.rendered["blueprint"] == "fastify-redis"
    assert ("blueprint", "express-kafka", "fastify-redis") in architecture.unrenderable()
    assert processes.value > processes.rendered == architecture.sizing()["api_processes"]


def test_the_first_to_give_comes_first() -> None:
    factors = [it.factor for it in advise(parse({})).bottlenecks]

    assert factors == sorted(factors)
    assert len(factors) == 4


@given(REQUIREMENTS)
@examples(100)
def test_nothing_is_full_at_the_load_it_is_sized_for(need: Requirements) -> None:
    """But for a bus that no team or budget can replace, which is said."""
    architecture = advise(need)
    full = {it.resource for it in architecture.bottlenecks if it.factor < 1}

    assert full <= {"RabbitMQ"}
    assert bool(full) == any(it.code == "saturated" for it in architecture.findings)
