"""What carries events to other services."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.advisor.capacity import round_up
from archgen.advisor.constants import LIMIT, source
from archgen.advisor.numbers import brief, shown
from archgen.advisor.plan import Plan
from archgen.advisor.sizes.row import Row


def events(plan: Plan) -> Iterator[Row]:
    need, incoming = plan.need, brief(plan.demand.event_mib_s)
    flow = (
        f"{shown(need.events_per_second)} events/s x {shown(need.event_bytes)} B = {incoming} MiB/s"
    )
    yield (
        "event_bus",
        "kafka_partitions",
        plan.kafka_partitions,
        "partitions",
        f"{flow} / {shown(LIMIT['partition_mib_s'])} MiB/s, at least one for each of"
        f" {plan.worker_processes} processes that read",
        source("partition_mib_s"),
    )
    yield (
        "event_bus",
        "kafka_brokers",
        plan.kafka_brokers,
        "brokers",
        f"{flow} x {shown(LIMIT['kafka_copies'])} copies / {shown(LIMIT['broker_mib_s'])} MiB/s in;"
        f" x {shown(need.event_consumers)} consumers / {shown(LIMIT['broker_out_mib_s'])} out;"
        f" at least {shown(LIMIT['kafka_copies'])}",
        source("broker_mib_s"),
    )
    yield (
        "event_bus",
        "kafka_gb",
        round_up(plan.kafka_gb),
        "GB",
        f"{flow} x {shown(LIMIT['mean_to_peak'])} of the peak x {shown(LIMIT['kafka_days'])} days"
        f" x {shown(LIMIT['kafka_copies'])} copies",
        source("kafka_days"),
    )
    yield (
        "event_bus",
        "rabbitmq_nodes",
        plan.rabbitmq_nodes,
        "brokers",
        f"3 over {shown(LIMIT['one_server_availability'])} % availability, else 1: the outbox"
        " holds events while it is away",
        source("one_server_availability"),
    )
