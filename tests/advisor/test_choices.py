"""Each rule at its bound: one number moved, the choice before it and the choice at it."""

from __future__ import annotations

from typing import Any

import pytest

from archgen.advisor import advise
from archgen.requirements import parse

STREAM = {"events_per_second": 20000, "event_consumers": 4, "workload": "event-stream"}
REPORT = {"workload": "read-heavy", "typical_operation_s": 8, "jobs_per_minute": 6}
RICH = {"budget_usd_month": 100_000}
OWN = {"hosting": "self-hosted"}
VECTORS = {"search": "semantic", "vectors": 1_000_000}

# topic, the rest of the answers, the input, (before, choice), (at, choice)
BOUNDS: list[tuple[str, dict[str, Any], str, tuple[Any, str], tuple[Any, str]]] = [
    (
        "workers",
        {"typical_operation_s": 0.02},
        "longest_operation_s",
        (0.1, "in-request"),
        (0.101, "separate"),
    ),
    ("blueprint", {}, "engineers", (5, "fastify-redis"), (6, "nestjs-bullmq")),
    ("blueprint", {"engineers": 8}, "knows", ([], "nestjs-bullmq"), (["fastify"], "fastify-redis")),
    ("blueprint", STREAM | RICH, "engineers", (5, "fastify-redis"), (6, "express-kafka")),
    ("blueprint", STREAM | RICH, "knows", ([], "fastify-redis"), (["kafka"], "express-kafka")),
    (
        "blueprint",
        STREAM | {"knows": ["kafka"]},
        "budget_usd_month",
        (893, "fastify-redis"),
        (894, "express-kafka"),
    ),
    (
        "event_bus",
        RICH | {"event_consumers": 5},
        "events_per_second",
        (30, "none"),
        (30.1, "rabbitmq"),
    ),
    ("event_bus", RICH | STREAM, "knows", ([], "rabbitmq"), (["kafka"], "kafka")),
    ("queue_store", {}, "knows", ([], "postgres"), (["redis"], "redis")),
    ("queue_store", {"read_share": 100}, "peak_rps", (1999, "postgres"), (2000, "redis")),
    ("queue_store", RICH | STREAM, "knows", ([], "postgres"), (["kafka"], "kafka")),
    ("write_model", REPORT, "staleness_s", (7.99, "cqrs"), (8, "crud")),
    ("write_model", {}, "history", (False, "crud"), (True, "event-sourced")),
    ("caching", {"read_share": 100}, "peak_rps", (1999, "none"), (2000, "two-tier")),
    ("caching", REPORT, "p95_ms", (7999, "two-tier"), (8000, "none")),
    (
        "caching",
        {"read_share": 100, "peak_rps": 2000},
        "availability",
        (99.8, "in-process"),
        (99.9, "two-tier"),
    ),
    (
        "caching",
        {"read_share": 100, "peak_rps": 2000},
        "staleness_s",
        (0, "none"),
        (0.001, "two-tier"),
    ),
    ("http_caching", {}, "staleness_s", (0.999, "revalidate"), (1, "private")),
    (
        "http_caching",
        RICH | {"workload": "read-heavy", "read_share": 100, "jobs_per_minute": 0},
        "peak_rps",
        (4990, "private"),
        (5000, "cdn"),
    ),
    ("vectors", {}, "search", ("full-text", "none"), ("semantic", "pgvector")),
    (
        "vectors",
        RICH | {"search": "semantic"},
        "vectors",
        (93_750_000, "pgvector"),
        (93_750_001, "weaviate"),
    ),
    ("vectors", VECTORS, "vector_dimensions", (4000, "pgvector"), (4001, "weaviate")),
    (
        "partitioning",
        {"jobs_per_minute": 0, "growth_gb_month": 0},
        "data_gb",
        (1000, "none"),
        (1001, "by-time"),
    ),
    (
        "partitioning",
        RICH | {"job_kb": 0, "read_share": 0, "peak_rps": 1000},
        "jobs_per_minute",
        (23_100, "none"),
        (23_200, "by-time"),
    ),
    (
        "database",
        RICH | {"read_share": 100, "jobs_per_minute": 0},
        "peak_rps",
        (192_000, "single"),
        (193_000, "replicas"),
    ),
    (
        "database",
        RICH | {"read_share": 0, "jobs_per_minute": 0},
        "peak_rps",
        (38_400, "single"),
        (38_500, "sharded"),
    ),
    ("standby", {}, "availability", (99.9, "none"), (99.95, "standby")),
    ("client_updates", {}, "jobs_per_minute", (119, "polling"), (120, "webhook")),
    (
        "client_updates",
        {"jobs_per_minute": 300, "client_updates": ["polling", "sse"]},
        "longest_operation_s",
        (30, "sse"),
        (30.1, "polling"),
    ),
    ("pool", RICH, "jobs_per_minute", (13_400, "direct"), (13_500, "pgbouncer")),
    ("hosting", {"peak_rps": 10}, "budget_usd_month", (135, "compose"), (136, "managed")),
    (
        "hosting",
        {"peak_rps": 10, "availability": 99.95},
        "budget_usd_month",
        (10, "managed"),
        (200, "managed"),
    ),
    (
        "hosting",
        OWN | {"read_share": 100, "jobs_per_minute": 0},
        "knows",
        ([], "compose"),
        (["kubernetes"], "compose"),
    ),
    (
        "hosting",
        OWN | {"read_share": 0, "peak_rps": 20_000},
        "knows",
        ([], "compose"),
        (["kubernetes"], "kubernetes"),
    ),
    ("hosting", {}, "hosting", ("managed", "managed"), ("kubernetes", "kubernetes")),
    (
        "scaling",
        RICH | {"read_share": 0, "jobs_per_minute": 0},
        "peak_rps",
        (38_400, "vertical"),
        (38_500, "horizontal"),
    ),
]


@pytest.mark.parametrize(
    ("topic", "rest", "name", "before", "at"),
    BOUNDS,
    ids=[f"{bound[0]} by {bound[2]} {index}" for index, bound in enumerate(BOUNDS)],
)
def test_a_rule_turns_at_its_bound(
    topic: str, rest: dict[str, Any], name: str, before: tuple[Any, str], at: tuple[Any, str]
) -> None:
    for value, option in (before, at):
        assert advise(parse({**rest, name: value})).picked[topic] == option, value


@pytest.mark.parametrize(
    ("answers", "code", "message"),
    [
        (
            {"typical_operation_s": 60, "longest_operation_s": 40},
            "longest-below-typical",
            "is shorter than",
        ),
        (
            OWN | {"availability": 99.99},
            "one-server",
            "cannot promise 99.99 %: that is 4.38 minutes",
        ),
        (STREAM | {"budget_usd_month": 400}, "no-log", "without Kafka in production cannot run it"),
        ({"events_per_second": 2}, "events-without-consumers", "nobody consumes them"),
        ({"event_consumers": 2}, "consumers-without-events", "none are published"),
        ({"search": "semantic"}, "search-without-vectors", "over no vectors"),
        ({"vectors": 5}, "vectors-without-search", "search = none uses none"),
        (
            {"typical_operation_s": 0.09, "longest_operation_s": 0.1, "p95_ms": 20},
            "latency-in-request",
            "cannot meet a p95 of 20 ms",
        ),
        (
            {"search": "semantic", "vectors": 1000, "searches_per_second": 60},
            "searches-exceed-requests",
            "60 searches/s are more than the 50 requests/s",
        ),
        ({"peak_rps": 1}, "polls-exceed-reads", "makes 5 requests/s, more than the 0.8 reads/s"),
        (
            {"longest_operation_s": 7200, "typical_operation_s": 900},
            "long-operations",
            "a worker gets 110 s to stop",
        ),
        ({"workload": "crud"}, "operation-waits", "needs up to 10 cores more"),
        (RICH | {"data_gb": 70_000}, "disk-limit", "over a managed server's disk (65,500 GB)"),
        ({"p95_ms": 5}, "latency-floor", "a durable commit take (10 ms)"),
        (REPORT | {"staleness_s": 0}, "stale-reads", "only writes can keep its answer"),
        (
            {"jobs_per_minute": 700},
            "jobs-exceed-writes",
            "11.7 jobs/s cannot come from 10 writes/s",
        ),
        (
            {"client_updates": ["sse"], "longest_operation_s": 60},
            "updates-unfit",
            "accept only sse, but",
        ),
        ({"availability": 99.999}, "availability", "promises 99.95 %"),
        ({"hosting": "kubernetes"}, "kubernetes-unknown", "3 engineers have not run it"),
        ({"budget_usd_month": 1}, "over-budget", "over the budget of 1 USD"),
        ({"budget_usd_month": 99}, "own-box-for-budget", "keeps the budget of 99 USD"),
        (
            {
                "jobs_per_minute": 60_000,
                "typical_operation_s": 10,
                "read_share": 0,
                "peak_rps": 2000,
            },
            "provider-limit",
            "10,000 operations run at once",
        ),
        ({}, "single-server-promise", "its provider promises 99.5 %"),
        ({"search": "full-text"}, "full-text", "Postgres' own"),
        ({"job_loss": "some"}, "job-loss", "Postgres holds each one"),
    ],
)
def test_what_cannot_be_met_is_a_finding_with_a_remedy(
    answers: dict[str, Any], code: str, message: str
) -> None:
    found = [finding for finding in advise(parse(answers)).findings if finding.code == code]

    assert [message in finding.message for finding in found] == [True], found
    assert found[0].remedy


def test_a_choice_that_misses_a_requirement_is_a_problem() -> None:
    (found,) = [
        it
        for it in advise(parse({"history": True}), {"write_model": "crud"}).findings
        if it.code == "choice-misses"
    ]
    assert "write_model=crud, which misses history" in found.message


def test_what_is_full_below_the_load_is_a_problem() -> None:
    chosen = advise(parse(STREAM | RICH), {"event_bus": "rabbitmq"})
    full = [it for it in chosen.bottlenecks if it.factor < 1]

    assert [it.resource for it in full] == ["RabbitMQ"]
    assert [it.code for it in chosen.findings if it.code == "saturated"] == ["saturated"]


def test_requirements_that_go_together_have_no_problem() -> None:
    assert not [it for it in advise(parse({})).findings if it.severity == "problem"]


def test_over_budget_names_the_design_within_it_and_what_that_gives_up() -> None:
    cost = advise(parse({"budget_usd_month": 90, "availability": 99.95, "data_gb": 1})).cost
    (within,) = cost.alternatives  # the picked one is the cheapest that meets the rest

    assert not cost.within_budget
    assert within.title == "within the budget"
    assert within.price.usd + 1.6 * within.price.eur <= 90
    assert {miss.requirement for miss in within.gives_up} >= {"hosting", "availability"}


def test_a_server_of_ones_own_for_the_budget_names_what_was_asked_for() -> None:
    cost = advise(parse({"budget_usd_month": 90, "data_gb": 1})).cost
    (wanted,) = cost.alternatives

    assert cost.within_budget
    assert wanted.title == "as asked for"
    assert wanted.changes == {"hosting": "managed"}
    assert wanted.price.usd > 90
    assert wanted.gives_up == ()


def test_a_price_of_ones_own_is_used_and_one_that_is_none_is_refused() -> None:
    own = {"balancer": {"usd": 100, "per": "month", "item": "Our own", "date": "2026-11"}}
    listed, ours = advise(parse({})).cost, advise(parse({}), {}, own).cost
    item = next(it for it in ours.items if it.what == "load balancer")

    assert item.source == "Our own"
    assert ours.compared_usd == pytest.approx(listed.compared_usd - 0.0225 * 730 + 100, abs=0.02)


def test_what_has_no_price_makes_the_total_at_least() -> None:
    cost = advise(parse(RICH | {"peak_rps": 20_000, "read_share": 100})).cost
    unknown = [item.what for item in cost.items if item.price is None]

    assert unknown == ["traffic to the internet past 10 TB"]
    assert all(total.price.at_least for total in cost.totals)
