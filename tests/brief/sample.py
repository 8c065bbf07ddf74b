"""An Architecture made by hand, with everything a brief may have to show."""

from __future__ import annotations

from archgen.advisor.architecture import (
    Alternative,
    Architecture,
    Bottleneck,
    Changed,
    Choice,
    Cost,
    Diagram,
    Edge,
    Finding,
    Flip,
    Forecast,
    Growth,
    Item,
    Metric,
    Miss,
    Node,
    Override,
    Prediction,
    Price,
    Rejected,
    Size,
    Stage,
    Total,
    Version,
)
from archgen.requirements import parse

KNOWN = Price(usd=212.4, eur=0, at_least=False)
PARTLY = Price(usd=245.87, eur=35.99, at_least=True)

_CHOICES = (
    Choice(
        topic="blueprint",
        question="Which framework, and what carries jobs?",
        picked="nestjs-bullmq",
        because="you chose it; 3 engineers (below 6) get by with the smaller framework",
        rejected=(
            Rejected("fastify-redis", "it was the advice: no modules, no build step", False),
            Rejected("express-kafka", "no service consumes events", True),
        ),
        flips=(
            Flip("engineers", 6, "nestjs-bullmq", "engineers ≥ 6"),
            Flip("knows", ["nestjs"], "nestjs-bullmq", "knows = nestjs"),
            Flip("events_per_second", 12000, "express-kafka", "events_per_second ≥ 12,000"),
        ),
        override=Override(
            advised="fastify-redis",
            price=PARTLY,
            advised_price=KNOWN,
            sizes=(
                Changed("api_processes", "processes", 4, 2),
                Changed("api_pool", "connections a process", 3, 5),
            ),
            misses=(Miss("budget_usd_month", "245.87 USD is above 200 USD"),),
        ),
        instead="fastify-redis",
    ),
    Choice(
        topic="queue_store",
        question="Where do waiting jobs stand?",
        picked="redis",
        because="30 jobs/min | 0.5 jobs/s need a push, as a client asks <every> 2 s",
        rejected=(Rejected("postgres", "a poll every 2 s delays a job by 1 s on average", False),),
        flips=(Flip("budget_usd_month", 51.8, "postgres", "budget_usd_month ≤ 51.8"),),
        override=None,
        instead=None,
    ),
    Choice(
        topic="scaling",
        question="How does it grow?",
        picked="vertical",
        because="the peak keeps 0.8 of 4.8 cores busy",
        rejected=(),
        flips=(),
        override=None,
        instead=None,
    ),
)

_DIAGRAM = Diagram(
    nodes=(
        Node("clients", "clients", "flow", True),
        Node("api", "api x 2", "flow", True),
        Node("queue", "queue: BullMQ in Redis, 64 MB", "flow", True),
        Node("worker", "worker x 3, 29 jobs at once in each of them", "flow", True),
        Node("ai", 'AI provider ("slow" operation)', "flow", True),
        Node("postgres", "Postgres, 2 cores", "store", True),
        Node("cache", "Redis cache", "store", False),
        Node("replica", "read replica", "store", False),
    ),
    edges=(
        Edge("clients", "api", "20 requests/s"),
        Edge("api", "queue", "jobs"),
        Edge("queue", "worker", "jobs"),
        Edge("worker", "ai", "29 calls at once each, 45 s deadline, retries, breaker"),
        Edge("worker", "clients", "webhooks"),
        Edge("api", "postgres", "3 connections each"),
        Edge("api", "cache", "64 MB"),
        Edge("worker", "postgres", "5 connections each: claim, finish, heartbeat, relay, sweep"),
        Edge("cache", "api", ""),
        Edge("postgres", "replica", "streaming replication"),
    ),
)

_SIZES = (
    Size(
        topic="blueprint",
        name="api_processes",
        value=4,
        unit="processes",
        arithmetic="20 requests/s x 1,250 µs / 60 % of a core + 1 to spare",
        source="own trial; 176 with logs, metrics and tracing (2026-11)",
        rendered=2,
    ),
    Size(
        topic="queue_store",
        name="redis_mb",
        value=64,
        unit="MB",
        arithmetic="(16 MB + 1,000 jobs x 630 B) / (1 - 0.25)",
        source="own trial; BullMQ, payload up to 200 bytes (2026-11)",
        rendered=64,
    ),
    Size(
        topic="queue_store",
        name="rabbitmq_nodes",
        value=0,
        unit="brokers",
        arithmetic="3 over 99.9 % availability, else 1",
        source="judgement",
        rendered=0,
    ),
    Size(
        topic="queue_store",
        name="ai_timeout_ms",
        value=37500,
        unit="ms",
        arithmetic="30 s at worst x 1.25",
        source="",
        rendered=37500,
    ),
)

_FORECAST = Forecast(
    load={"reads_per_s": 17, "jobs_per_s": 0.5},
    predictions=(
        Prediction("requests_a_core", 4000, "requests/s a core", "1,000,000 / 250 µs", "trial"),
        Prediction("stream_kb", 30, "KB a stream", "", "judgement (2026-11)"),
    ),
    bottlenecks=(Growth("worker slots", 2.7),),
)

_COST = Cost(
    items=(
        Item(
            "RDS Postgres db.t4g.small",
            Price(46.72, 0, False),
            "2 (Multi-AZ) x 0.032 USD/h x 730 h",
            "AWS us-east-1",
            "2026-09",
            "high",
        ),
        Item("CPX32 box", Price(0, 35.99, False), "1 x 35.99 EUR", "Hetzner", "2026-09", "high"),
        Item("RDS Proxy, its minimum", None, "2 vCPU", "no price found", "2026-11", "none"),
    ),
    totals=(
        Total(1, Price(199.15, 35.99, True)),
        Total(12, PARTLY),
        Total(36, Price(1301.2, 35.99, True)),
    ),
    compared_usd=287.62,
    budget_usd=200,
    within_budget=False,
    alternatives=(
        Alternative(
            "one box",
            {"hosting": "compose", "queue_store": "postgres"},
            Price(0, 35.99, False),
            (Miss("availability", "one box is down while it is patched"),),
        ),
        Alternative("as advised", {"blueprint": "fastify-redis"}, KNOWN, ()),
    ),
    assumptions=("730 hours a month, no tax", "the AI provider's bill is not in it"),
)

_METRICS = (
    Metric(
        name="Request latency",
        objective="95 % of requests within 200 ms",
        promql=(
            "histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket"
            '{service="myservice", route!~"/health|/metrics"}[5m])))'
        ),
        threshold="<= 0.2",
        requirement="p95_ms",
    ),
    Metric(
        name="Job wait",
        objective="95 % of jobs start within 30 s",
        promql="max(jobs_oldest_waiting_seconds)",
        threshold="<= 30",
        requirement="job_wait_s",
    ),
)

_STAGES = (
    Stage(1, "20 requests/s, 30 jobs/min", {}, 2, 3, "2 cores", PARTLY),
    Stage(
        10,
        "200 requests/s, 300 jobs/min",
        {"caching": "two-tier", "pool": "pgbouncer"},
        3,
        14,
        "4 cores, 1 replica",
        Price(1201.2, 0, True),
    ),
)

SAMPLE = Architecture(
    requirements=parse({"peak_rps": 20, "budget_usd_month": 200, "knows": ["redis"]}).answers(),
    overrides={"blueprint": "nestjs-bullmq"},
    prices={},
    findings=(
        Finding(
            "over_budget",
            "hosting",
            "problem",
            "At least 287.62 USD a month are above the budget of 200 USD.",
            "Raise the budget or take hosting = self-hosted.",
        ),
        Finding("p95", "caching", "note", "Reads may be 5 s old.", "Lower staleness_s if not."),
    ),
    bottlenecks=(
        Bottleneck(
            topic="database",
            resource="database cores",
            factor=1.97,
            at="39.4 requests/s",
            arithmetic="0.61 of 1.2 usable cores are busy",
            then="take the next larger database: 4 cores",
        ),
        Bottleneck(
            topic="workers",
            resource="worker slots",
            factor=12,
            at="360 jobs/min",
            arithmetic="87 slots / 7.25 running",
            then="add worker processes",
        ),
    ),
    choices=_CHOICES,
    diagram=_DIAGRAM,
    sizes=_SIZES,
    forecast=_FORECAST,
    cost=_COST,
    metrics=_METRICS,
    stages=_STAGES,
    versions=(
        Version("Node.js", "24.19.0", "current LTS", True),
        Version("NestJS", "12.0.3", "on the Fastify adapter: half of Express's CPU", False),
    ),
)
