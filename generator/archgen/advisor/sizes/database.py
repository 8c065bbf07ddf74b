"""The database: servers, storage, connections."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.advisor.capacity import round_up
from archgen.advisor.constants import LIMIT, source
from archgen.advisor.demand import BUDGET_MONTH, MONTHS
from archgen.advisor.numbers import brief, percent, shown
from archgen.advisor.plan import Plan
from archgen.advisor.rules.partitioning import full_month
from archgen.advisor.sizes.row import REQUIRED, Row


def database(plan: Plan) -> Iterator[Row]:
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
        f"{shown(LIMIT['postgres_base_mb'])} + {shown(plan.connections)} connections"
        f" / {plan.shards} x {shown(LIMIT['connection_mb'])}"
        f" + {brief(demand.hot_gb(BUDGET_MONTH))} GB that are read often"
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


def storage(plan: Plan) -> Iterator[Row]:
    need, demand = plan.need, plan.demand
    for month in MONTHS:
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
    yield "partitioning", "retention_days", need.retention_days, "days", REQUIRED, ""
    yield (
        "vectors",
        "vector_index_mb",
        round_up(plan.vector_gb / 2 * 1000),
        "MB",
        f"{shown(need.vectors)} vectors x ({shown(need.vector_dimensions)} x 2 B"
        f" + {shown(LIMIT['vector_link_bytes'])} B)",
        source("vector_link_bytes"),
    )


def connections(plan: Plan) -> Iterator[Row]:
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
        f"({plan.pooler_connections if behind else pooled} + {plan.beside_pools} that listen or"
        f" keep monthly partitions) / {share}, at least"
        f" {shown(LIMIT['default_connections'])}",
        source("connection_share"),
    )
