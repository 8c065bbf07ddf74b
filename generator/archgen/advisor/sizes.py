"""The numbers of a plan, each with its arithmetic and source, in the order of the brief."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from archgen.advisor import spread
from archgen.advisor.architecture import Size
from archgen.advisor.capacity import round_up
from archgen.advisor.constants import LIMIT, source
from archgen.advisor.numbers import brief, percent, shown, singular
from archgen.advisor.plan import Plan
from archgen.advisor.rules.partitioning import full_month

_REQUIRED = "as required"


def sizes(plan: Plan, rendered: Plan) -> tuple[Size, ...]:
    """All sizes of the plan beside those of the options that this version renders; 0 where a size
    does not apply."""
    there = {size.name: size.value for size in _rows(rendered)}
    return tuple(replace(size, rendered=there[size.name]) for size in _rows(plan))


def numbers(plan: Plan) -> dict[str, Size]:
    """Size name to size."""
    return {size.name: size for size in _rows(plan)}


def _rows(plan: Plan) -> Iterator[Size]:
    for rows in (_jobs, _calls, _queue, _api, _cache, _database, _storage, _connections, _events):
        for topic, name, value, units, arithmetic, origin in rows(plan):
            unit = singular(units) if value == 1 else units
            yield Size(topic, name, value, unit, arithmetic, origin, value)


Row = tuple[str, str, int, str, str, str]


def _jobs(plan: Plan) -> Iterator[Row]:
    need, demand = plan.need, plan.demand
    each = shown(LIMIT["slots_per_worker"])
    yield (
        "workers",
        "job_slots",
        demand.slots,
        "jobs at once",
        f"{shown(need.jobs_per_minute)} jobs/min / 60 x {shown(need.typical_operation_s)} s"
        f" = {brief(demand.running)} running (Little); {shown(demand.slots)} keep them"
        f" {percent(demand.running / demand.slots)} busy with a p95 wait of"
        f" {brief(demand.wait_s)} s (Erlang C, wanted {shown(need.job_wait_s)} s)"
        f"{spread.sentence(need, demand.wait_s)}{_lower_bound(plan)}",
        "Little 1961; Erlang 1917",
    )
    yield (
        "workers",
        "worker_processes",
        plan.worker_processes,
        "processes",
        f"{shown(demand.slots)} slots / {each} a process, and {brief(plan.worker_busy)} cores"
        f" / {shown(plan.worker_cores)} each: {plan.worker_needed}{_spare(plan)}",
        source("slots_per_worker"),
    )
    yield (
        "workers",
        "worker_concurrency",
        plan.worker_concurrency,
        "jobs at once a process",
        f"{shown(demand.slots)} slots / {shown(plan.worker_needed)} processes",
        source("slots_per_worker"),
    )
    yield (
        "workers",
        "worker_cpu_m",
        round(plan.worker_cores * 1000),
        "thousandths of a core a process",
        f"({brief(demand.jobs + plan.called)} calls/s x {shown(LIMIT['worker_job_us'])} µs"
        f" + {shown(need.events_per_second)} events/s x {shown(LIMIT['event_us'])} µs"
        f" + {brief(plan.computing)} operations that compute)"
        f" / {percent(LIMIT['cpu_utilisation'])} = {brief(plan.worker_busy)} cores;"
        " the next of 250, 500, 1000",
        source("worker_job_us"),
    )
    yield (
        "workers",
        "worker_memory_mb",
        plan.worker_memory_mb,
        "MB a process",
        f"{shown(LIMIT['process_mb'])} + {each} jobs x ({shown(LIMIT['running_job_mb'])} MB"
        f" + {shown(need.job_kb)} KB)",
        source("running_job_mb"),
    )


def _lower_bound(plan: Plan) -> str:
    kafka = plan.picks("queue_store", "kafka")
    return "; Kafka's partitions are not one queue, so waits are longer" if kafka else ""


def _calls(plan: Plan) -> Iterator[Row]:
    need, margin = plan.need, LIMIT["deadline_margin"]
    longest = shown(need.longest_operation_s)
    yield (
        "workers",
        "ai_timeout_ms",
        round_up(need.longest_operation_s * 1000 * margin),
        "ms",
        f"{longest} s at worst x {shown(margin)}",
        source("deadline_margin"),
    )
    yield (
        "workers",
        "shutdown_grace_s",
        round_up(min(LIMIT["stop_s"], need.longest_operation_s + 5)),
        "s",
        f"{longest} s at worst + 5, at most {shown(LIMIT['stop_s'])}",
        source("stop_s"),
    )
    yield "workers", "job_max_attempts", 5, "attempts", "then the dead letter", "contract"
    yield "workers", "job_backoff_ms", 1000, "ms", "before the first retry", "contract"
    yield "workers", "job_lease_s", 30, "s", "heartbeat every third of it", "contract"
    yield (
        "client_updates",
        "poll_after_s",
        round_up(plan.demand.poll_after),
        "s",
        f"{shown(need.typical_operation_s)} s x {shown(LIMIT['poll_share'])},"
        f" at least {shown(LIMIT['poll_after_s'])}",
        source("poll_share"),
    )
    yield (
        "client_updates",
        "stream_connections",
        plan.streams,
        "open streams",
        f"{shown(need.concurrent_users)} users, over {plan.api_needed} processes of at most"
        f" {shown(LIMIT['streams_per_process'])} each",
        source("streams_per_process"),
    )
    yield (
        "client_updates",
        "webhook_concurrency",
        plan.webhook_calls,
        "calls at once",
        f"{brief(plan.demand.webhooks)} calls/s x {shown(LIMIT['webhook_s'])} s (Little)",
        source("webhook_s"),
    )


def _queue(plan: Plan) -> Iterator[Row]:
    need, depth = plan.need, plan.queue_depth
    yield (
        "queue_store",
        "max_queue_depth",
        depth,
        "jobs",
        f"{brief(plan.demand.jobs)} jobs/s x {shown(need.job_wait_s)} s"
        f" x {shown(LIMIT['shed_factor'])}, at least 100",
        source("shed_factor"),
    )
    yield (
        "queue_store",
        "redis_mb",
        plan.redis_mb,
        "MB",
        f"({shown(LIMIT['redis_base_mb'])} MB + {shown(depth)} jobs x"
        f" {shown(LIMIT['queue_job_bytes'])} B) / (1 - {shown(LIMIT['redis_free_share'])})",
        source("queue_job_bytes"),
    )
    yield "queue_store", "job_wait_s", round_up(need.job_wait_s), "s", _REQUIRED, ""


def _api(plan: Plan) -> Iterator[Row]:
    need, used = plan.need, percent(LIMIT["cpu_utilisation"])
    cost = f"{shown(need.peak_rps)} requests/s x {shown(plan.request_us)} µs / {used} of a core"
    yield (
        "scaling",
        "api_processes",
        plan.api_processes,
        "processes",
        f"{cost}{_spare(plan)}",
        source("fastify_request_us"),
    )
    yield (
        "scaling",
        "api_cpu_m",
        round(plan.api_cores * 1000),
        "thousandths of a core a process",
        f"{cost} / {plan.api_needed}; the next of 250, 500, 1000",
        source("cpu_utilisation"),
    )
    yield (
        "scaling",
        "api_memory_mb",
        plan.api_memory_mb,
        "MB a process",
        f"{shown(LIMIT['process_mb'])} + {shown(plan.streams)} streams, at most"
        f" {shown(LIMIT['streams_per_process'])} here, x {shown(LIMIT['stream_kb'])} KB"
        f" + {shown(plan.cache_l1_mb)} MB of L1",
        source("process_mb"),
    )
    yield "scaling", "peak_rps", round_up(need.peak_rps), "requests/s", _REQUIRED, ""
    yield "scaling", "p95_ms", round_up(need.p95_ms), "ms", _REQUIRED, ""


def _cache(plan: Plan) -> Iterator[Row]:
    need = plan.need
    yield (
        "caching",
        "cache_l1_mb",
        plan.cache_l1_mb,
        "MB a process",
        "what does not fit is evicted",
        source("l1_mb"),
    )
    yield (
        "caching",
        "cache_mb",
        plan.cache_mb,
        "MB",
        f"({shown(LIMIT['redis_base_mb'])} MB + {brief(plan.demand.reads)} reads/s x"
        f" {shown(need.staleness_s)} s x ({shown(need.response_kb)} KB"
        f" + {shown(LIMIT['cache_entry_bytes'])} B)) / (1 - {shown(LIMIT['redis_free_share'])}),"
        " as if no two reads asked for the same; never more than the data",
        source("cache_entry_bytes"),
    )
    yield "http_caching", "staleness_s", round_up(need.staleness_s), "s", _REQUIRED, ""


def _database(plan: Plan) -> Iterator[Row]:
    demand, need = plan.demand, plan.need
    slow = f" + {brief(plan.queries)} slow queries at once" if plan.queries else ""
    events = (
        f" + {shown(plan.stored_events)} events/s x {shown(LIMIT['event_row_us'])} µs"
        if plan.stored_events
        else ""
    )
    searches = (
        f" + {brief(need.searches_per_second)} searches/s x {shown(LIMIT['vector_search_us'])} µs"
        if plan.picks("vectors", "pgvector")
        else ""
    )
    yield (
        "database",
        "database_cores",
        plan.database_cores,
        "cores",
        f"({brief(demand.reads)} reads/s x {shown(LIMIT['postgres_read_us'])} µs"
        f" + {brief(demand.writes)} writes/s x {shown(LIMIT['postgres_write_us'])} µs"
        f" + {brief(demand.jobs)} jobs/s x {shown(plan.queue_us)} µs{events}{searches}{slow})"
        f" / {percent(LIMIT['cpu_utilisation'])} = {brief(plan.database_need)}, at least 2",
        source("postgres_write_us"),
    )
    yield (
        "database",
        "database_memory_mb",
        round_up(plan.server_gb * 1000),
        "MB a server",
        f"{shown(LIMIT['postgres_base_mb'])} + {shown(plan.pooled)} connections / {plan.shards} x"
        f" {shown(LIMIT['connection_mb'])} + {brief(demand.hot_gb)} GB that are read often"
        f" ({percent(LIMIT['hot_share'])} of the first TB){_index(plan)}",
        source("hot_share"),
    )
    most = f" / {shown(plan.most_cores)} of the largest server"
    yield (
        "database",
        "database_replicas",
        plan.replicas,
        "servers",
        f"{brief(plan.read_busy)} cores busy with reads, shared with the primary, and"
        f" {brief(plan.write_busy)} with writes, which each repeats, at"
        f" {percent(LIMIT['cpu_utilisation'])} of at most {shown(plan.most_cores)}",
        "",
    )
    yield (
        "database",
        "database_shards",
        plan.shards,
        "servers",
        f"{brief(plan.database_need)} cores{most}",
        "",
    )


def _index(plan: Plan) -> str:
    if not plan.picks("vectors", "pgvector"):
        return ""
    share = percent(LIMIT["vector_memory_share"])
    return f" + {brief(plan.demand.index_gb)} GB of index / {share}"


def _storage(plan: Plan) -> Iterator[Row]:
    need, demand = plan.need, plan.demand
    for month in (1, 12, 36):
        yield (
            "partitioning",
            f"storage_gb_month_{month}",
            round_up(demand.data_gb(month)),
            "GB",
            f"{shown(need.data_gb)} + {month} x {shown(need.growth_gb_month)}"
            f" + {brief(demand.jobs_gb(month))} of finished jobs",
            source("storage_factor"),
        )
    bound = shown(LIMIT["database_table_gb"])
    yield (
        "partitioning",
        "partition_month",
        full_month(plan.demand) or 0,
        "months until then",
        f"the first month with over {bound} GB; 0: not within ten years, or from the start",
        source("database_table_gb"),
    )
    yield (
        "partitioning",
        "purged_rows_day",
        round_up(demand.purged_rows),
        "rows/day",
        f"{brief(demand.jobs)} jobs/s x {shown(LIMIT['mean_to_peak'])} of the peak x 86,400 s,"
        " deleted by retention",
        source("mean_to_peak"),
    )
    yield "partitioning", "retention_days", need.retention_days, "days", _REQUIRED, ""
    yield (
        "vectors",
        "vector_index_mb",
        round_up(plan.vector_gb / 2 * 1000),
        "MB",
        f"{shown(need.vectors)} vectors x ({shown(need.vector_dimensions)} x 2 B"
        f" + {shown(LIMIT['vector_link_bytes'])} B)",
        source("vector_link_bytes"),
    )


def _connections(plan: Plan) -> Iterator[Row]:
    workers = int(LIMIT["worker_connections"])
    share = percent(LIMIT["connection_share"])
    yield (
        "pool",
        "api_pool",
        plan.api_pool,
        "connections a process",
        f"{brief(plan.requests_in_database)} requests in the database (Little) + 1,"
        f" at least {shown(LIMIT['smallest_api_pool'])}",
        "Little 1961",
    )
    yield (
        "pool",
        "worker_pool",
        workers,
        "connections a process",
        "claim, finish, heartbeat, relay and sweep, one statement each",
        source("worker_connections"),
    )
    pooled = f"{plan.api_processes} x {plan.api_pool} + {plan.worker_processes} x {workers}"
    behind = plan.picks("pool", "pgbouncer")
    yield (
        "pool",
        "pgbouncer_pool",
        plan.pooler_connections if behind else 0,
        "connections to the server",
        f"{shown(plan.database_cores)} cores x 2 + 1, for {pooled} = {shown(plan.pooled)} clients",
        "HikariCP wiki, pool sizing",
    )
    yield (
        "pool",
        "database_connections",
        plan.database_connections,
        "max_connections",
        f"{plan.pooler_connections if behind else f'({pooled})'} / {share}, at least"
        f" {shown(LIMIT['default_connections'])}",
        source("connection_share"),
    )


def _events(plan: Plan) -> Iterator[Row]:
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


def _spare(plan: Plan) -> str:
    return " + 1 to spare" if plan.demand.spare else ""
