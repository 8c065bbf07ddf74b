"""Which requirements lead to which choice: one number moved a time, and the reason in the name."""

from __future__ import annotations

from typing import Any

import pytest

from archgen.advisor import advise
from archgen.requirements import parse

STREAM = {"events_per_second": 20000, "event_consumers": 4, "workload": "event-stream"}
REPORT = {"workload": "read-heavy", "typical_operation_s": 8}

CASES: list[tuple[str, dict[str, Any], dict[str, str]]] = [
    ("three engineers", {"engineers": 3}, {"blueprint": "fastify-redis"}),
    ("a larger team", {"engineers": 8}, {"blueprint": "nestjs-bullmq"}),
    ("knows nest", {"knows": ["nestjs"]}, {"blueprint": "nestjs-bullmq"}),
    (
        "large, knows fastify",
        {"engineers": 8, "knows": ["fastify"]},
        {"blueprint": "fastify-redis"},
    ),
    (
        "knows kafka, budget",
        STREAM | {"knows": ["kafka"], "budget_usd_month": 3000},
        {"blueprint": "express-kafka", "event_bus": "kafka", "queue_store": "kafka"},
    ),
    (
        "stream on 400 USD",
        STREAM | {"budget_usd_month": 400},
        {"blueprint": "fastify-redis", "event_bus": "rabbitmq"},
    ),
    (
        "a solo founder",
        {"engineers": 1, "peak_rps": 1, "jobs_per_minute": 1, "budget_usd_month": 30},
        {
            "blueprint": "fastify-redis",
            "event_bus": "none",
            "queue_store": "postgres",
            "database": "single",
            "hosting": "compose",
            "scaling": "vertical",
        },
    ),
    ("an audited ledger", {"workload": "crud", "history": True}, {"write_model": "event-sourced"}),
    ("a report, a minute old", REPORT | {"staleness_s": 60}, {"write_model": "crud"}),
    ("a report, a second old", REPORT | {"staleness_s": 1}, {"write_model": "cqrs"}),
    ("never stale", REPORT | {"staleness_s": 0}, {"caching": "none"}),
    (
        "50,000 reads/s",
        {"workload": "read-heavy", "peak_rps": 50000, "read_share": 99},
        {"caching": "cdn", "database": "replicas", "scaling": "horizontal"},
    ),
    ("50,000 writes/s", {"peak_rps": 50000, "read_share": 0}, {"database": "sharded"}),
    ("terabytes", {"growth_gb_month": 100}, {"database": "partitioned"}),
    (
        "fast operation",
        {"longest_operation_s": 0.05, "typical_operation_s": 0.02},
        {"workers": "in-request"},
    ),
    ("many polls", {"jobs_per_minute": 600}, {"client_updates": "webhook"}),
    ("streams", {"client_updates": ["sse"]}, {"client_updates": "sse"}),
    ("own boxes", {"hosting": "self-hosted"}, {"hosting": "compose"}),
    (
        "many own boxes",
        {"hosting": "self-hosted", "jobs_per_minute": 10000},
        {"hosting": "kubernetes"},
    ),
    ("many processes", {"jobs_per_minute": 50000}, {"pool": "pgbouncer"}),
]


@pytest.mark.parametrize(("answers", "picked"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_a_requirement_leads_to_its_choice(answers: dict[str, Any], picked: dict[str, str]) -> None:
    assert advise(parse(answers)).picked.items() >= picked.items()


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"typical_operation_s": 60, "longest_operation_s": 40}, "is shorter than the typical one"),
        ({"hosting": "self-hosted", "availability": 99.99}, "One box cannot promise 99.99 %"),
        (STREAM | {"budget_usd_month": 400}, "cannot run it"),
        ({"event_consumers": 2}, "do not go together"),
        ({"search": "semantic"}, "not yet decided or rendered"),
        (
            {"typical_operation_s": 0.09, "longest_operation_s": 0.1, "p95_ms": 20},
            "cannot meet a p95 of 20 ms",
        ),
    ],
)
def test_a_contradiction_is_a_finding_with_a_remedy(answers: dict[str, Any], message: str) -> None:
    found = [finding for finding in advise(parse(answers)).findings if message in finding.message]

    assert len(found) == 1
    assert found[0].remedy


def test_the_first_to_give_comes_first() -> None:
    lasting = [size.lasts for size in advise(parse({})).saturation()]

    assert lasting == sorted(lasting)
    assert len(lasting) == 3
