"""Which resource is full first as the load grows, and at which load.

Every load grows by the same factor: requests, users, jobs, events. The pieces stay as many.
"""

from __future__ import annotations

from collections.abc import Iterator

from archgen.advisor.architecture import Bottleneck
from archgen.advisor.capacity import growth_until, round_up
from archgen.advisor.constants import LIMIT
from archgen.advisor.numbers import brief, shown
from archgen.advisor.plan import Plan


def bottlenecks(plan: Plan) -> tuple[Bottleneck, ...]:
    """The first to be full first; what no load fills is not there."""
    found = (*_workers(plan), *_api(plan), *_database(plan), *_updates(plan), *_brokers(plan))
    return tuple(sorted(found, key=lambda it: it.factor))


def _made(topic: str, resource: str, factor: float, at: str, why: str, then: str) -> Bottleneck:
    return Bottleneck(topic, resource, float(f"{factor:.3g}"), at, why, then)


def _requests(plan: Plan, factor: float) -> str:
    return f"{brief(plan.need.peak_rps * factor)} requests/s"


def _workers(plan: Plan) -> Iterator[Bottleneck]:
    need, demand = plan.need, plan.demand
    if not (demand.running and plan.worker_processes and plan.picks("workers", "separate")):
        return
    slots = plan.worker_processes * plan.worker_concurrency
    factor = growth_until(slots, demand.jobs, need.typical_operation_s, need.job_wait_s)
    yield _made(
        "workers",
        "worker slots",
        factor,
        f"{brief(need.jobs_per_minute * factor)} jobs/min",
        f"{plan.worker_processes} processes x {plan.worker_concurrency} = {shown(slots)} slots;"
        f" beyond it the p95 wait exceeds {shown(need.job_wait_s)} s",
        "add worker processes, " + _beyond_workers(plan),
    )


def _beyond_workers(plan: Plan) -> str:
    if plan.queries:
        return "as far as the database bears more slow queries at once"
    if plan.need.compute_share:
        return "a core for each operation that computes"
    return "as far as what they call allows more at once"


def _api(plan: Plan) -> Iterator[Bottleneck]:
    full = plan.api_processes * plan.api_cores * 1e6 / plan.request_us
    factor = full / plan.need.peak_rps
    yield _made(
        "scaling",
        "api CPU",
        factor,
        _requests(plan, factor),
        f"{plan.api_processes} x {shown(plan.api_cores)} cores / {shown(plan.request_us)} µs",
        "add api processes",
    )


def _database(plan: Plan) -> Iterator[Bottleneck]:
    used, cores, name = plan.server_busy, *_server(plan)
    if used:
        factor = cores / used
        yield _made(
            "database",
            "database CPU",
            factor,
            _requests(plan, factor),
            f"{name}: {brief(cores)} cores, {brief(used)} busy at the peak",
            _larger(plan),
        )
    pool = plan.api_processes * plan.api_pool
    busy = plan.need.peak_rps * plan.statement_s
    yield _made(
        "pool",
        "api pools",
        pool / busy,
        _requests(plan, pool / busy),
        f"{plan.api_processes} x {plan.api_pool} connections;"
        f" {shown(plan.need.peak_rps)} requests/s x {brief(plan.statement_s)} s"
        f" keep {brief(busy)} busy (Little)",
        "add api processes",
    )


def _server(plan: Plan) -> tuple[float, str]:
    """Sustained cores of one database server, and what it is."""
    alike = " each" if plan.shards + plan.replicas > 1 else ""
    if plan.own:
        return float(max(2, round_up(plan.server_cores))), f"on servers of your own{alike}"
    if server := plan.priced_server():
        return server.cores, f"{server.item}{alike}"
    return float(round_up(plan.server_cores)), f"larger than what is priced here{alike}"


def _larger(plan: Plan) -> str:
    if plan.server_cores * 2 <= plan.most_cores:
        return "take the next larger server"
    return (
        "add shards" if plan.shards > 1 else "no much larger server is left: replicas, then shards"
    )


def _updates(plan: Plan) -> Iterator[Bottleneck]:
    if plan.streams:
        room = plan.api_processes * LIMIT["streams_per_process"]
        factor = room / plan.streams
        yield _made(
            "client_updates",
            "open streams",
            factor,
            f"{brief(plan.streams * factor)} users",
            f"{plan.api_processes} processes x {shown(LIMIT['streams_per_process'])} streams",
            "add api processes",
        )


def _brokers(plan: Plan) -> Iterator[Bottleneck]:
    need, demand = plan.need, plan.demand
    bound = LIMIT["queue_jobs_per_s"]
    if plan.picks("queue_store", "redis") and demand.jobs:
        factor = plan.redis_queues * bound / demand.jobs
        yield _made(
            "queue_store",
            "the queue in Redis",
            factor,
            f"{brief(need.jobs_per_minute * factor)} jobs/min",
            f"{plan.redis_queues} x {shown(bound)} jobs/s, {brief(demand.jobs)} at the peak",
            "split it once more",
        )
    if plan.rabbitmq_nodes and demand.deliveries:
        most = LIMIT["bus_deliveries_per_s"]
        factor = most / demand.deliveries
        yield _made(
            "event_bus",
            "RabbitMQ",
            factor,
            f"{brief(need.events_per_second * factor)} events/s",
            f"{shown(most)} deliveries/s, {brief(demand.deliveries)} at the peak",
            "publish larger events, or move events to Kafka",
        )
    if plan.kafka_brokers and demand.event_mib_s:
        incoming = plan.kafka_brokers * LIMIT["broker_mib_s"] / LIMIT["kafka_copies"]
        read = plan.kafka_brokers * LIMIT["broker_out_mib_s"] / max(1, need.event_consumers)
        factor = min(incoming, read) / demand.event_mib_s
        yield _made(
            "event_bus",
            "Kafka brokers",
            factor,
            f"{brief(need.events_per_second * factor)} events/s",
            f"{plan.kafka_brokers} x {shown(LIMIT['broker_mib_s'])} MiB/s in, copies included, and"
            f" {shown(LIMIT['broker_out_mib_s'])} out; {brief(demand.event_mib_s)} MiB/s of events",
            "add brokers and partitions",
        )
