"""The numbers of the rendered repository, each with its arithmetic."""

from __future__ import annotations

from collections.abc import Mapping

from archgen.advisor import capacity
from archgen.advisor.architecture import Size
from archgen.advisor.capacity import round_up
from archgen.advisor.constants import LIMIT, SOURCES
from archgen.advisor.load import Load
from archgen.advisor.numbers import brief, shown
from archgen.requirements import Requirements


def sizes(need: Requirements, rendered: Mapping[str, str]) -> tuple[Size, ...]:
    """All sizes for the rendered options, in the order of the brief."""
    load = Load(need, rendered)
    return (*_jobs(load), *_queue(load), *_api(load), *_database(load), *_connections(load))


def _jobs(load: Load) -> tuple[Size, ...]:
    need, each = load.need, load.worker_concurrency
    busy = capacity.in_progress(load.jobs, need.typical_operation_s)
    have = each * load.worker_processes
    wait = capacity.p95_wait(load.slots, load.jobs, need.typical_operation_s)
    margin = LIMIT["deadline_margin"]
    return (
        Size(
            "workers",
            "worker_processes",
            load.worker_processes,
            "processes",
            f"{shown(need.jobs_per_minute)} jobs/min / 60 x {shown(need.typical_operation_s)} s"
            f" = {brief(busy)} running (Little); {shown(load.slots)} slots keep them"
            f" {_percent(busy / load.slots)} busy with a p95 wait of {brief(wait)} s"
            f" (Erlang C, wanted {shown(need.job_wait_s)} s);"
            f" / {shown(LIMIT['slots_per_worker'])} a process{_spare(load)}",
            "Little 1961; Erlang 1917",
            lasts=_lasts(have, busy),
        ),
        Size(
            "workers",
            "worker_concurrency",
            each,
            "jobs in parallel a process",
            f"{shown(load.slots)} slots / {load.worker_processes - load.spare} processes",
            _source("slots_per_worker"),
        ),
        Size(
            "workers",
            "ai_timeout_ms",
            round_up(need.longest_operation_s * 1000 * margin),
            "ms",
            f"{shown(need.longest_operation_s)} s at worst x {shown(margin)}",
            _source("deadline_margin"),
        ),
        Size(
            "workers",
            "shutdown_grace_s",
            round_up(min(LIMIT["stop_s"], need.longest_operation_s + 5)),
            "s",
            f"{shown(need.longest_operation_s)} s at worst + 5, at most {shown(LIMIT['stop_s'])}",
            _source("stop_s"),
        ),
        Size(
            "client_updates",
            "poll_after_s",
            load.poll_after,
            "s",
            f"{shown(need.typical_operation_s)} s x {shown(LIMIT['poll_share'])},"
            f" at least {shown(LIMIT['poll_after_s'])}",
            _source("poll_share"),
        ),
        Size("workers", "job_max_attempts", 5, "attempts", "then the dead letter", "contract"),
        Size("workers", "job_backoff_ms", 1000, "ms", "before the first retry", "contract"),
        Size("workers", "job_lease_s", 30, "s", "heartbeat every third of it", "contract"),
    )


def _queue(load: Load) -> tuple[Size, ...]:
    need, depth = load.need, load.queue_depth
    return (
        Size(
            "queue_store",
            "max_queue_depth",
            depth,
            "jobs",
            f"{brief(load.jobs)} jobs/s x {shown(need.job_wait_s)} s"
            f" x {shown(LIMIT['shed_factor'])}, at least 100",
            _source("shed_factor"),
        ),
        Size(
            "queue_store",
            "redis_mb",
            capacity.redis_mb(depth),
            "MB",
            f"({shown(LIMIT['redis_base_mb'])} MB + {shown(depth)} jobs x"
            f" {shown(LIMIT['queue_job_bytes'])} B) / (1 - {shown(LIMIT['redis_free_share'])})",
            _source("queue_job_bytes"),
        ),
        Size("queue_store", "job_wait_s", round_up(need.job_wait_s), "s", "as required"),
    )


def _api(load: Load) -> tuple[Size, ...]:
    need = load.need
    used = _percent(LIMIT["cpu_utilisation"])
    return (
        Size(
            "scaling",
            "api_processes",
            load.api_processes,
            "processes",
            f"{shown(need.peak_rps)} requests/s x {shown(load.request_us)} µs"
            f" / {used} of a core{_spare(load)}",
            _source("fastify_request_us"),
            lasts=_lasts(load.api_processes * 1e6 / load.request_us, need.peak_rps),
        ),
        Size("scaling", "peak_rps", round_up(need.peak_rps), "requests/s", "as required"),
    )


def _database(load: Load) -> tuple[Size, ...]:
    need = load.need
    return (
        Size(
            "database",
            "database_cores",
            load.database_cores,
            "cores",
            f"({brief(load.reads)} reads/s x {shown(LIMIT['postgres_read_us'])} µs"
            f" + {brief(load.writes)} writes/s x {shown(LIMIT['postgres_write_us'])} µs"
            f" + {brief(load.jobs)} jobs/s x {shown(LIMIT['postgres_job_us'])} µs)"
            f" / {_percent(LIMIT['cpu_utilisation'])}, at least 2",
            _source("postgres_write_us"),
            lasts=_lasts(load.database_cores, load.database_busy),
        ),
        Size(
            "database",
            "storage_gb",
            round_up(load.data_gb_in_3_years),
            "GB in 36 months",
            f"{shown(need.data_gb)} GB + 36 x {shown(need.growth_gb_month)} GB",
        ),
        Size("database", "retention_days", need.retention_days, "days", "as required"),
    )


def _connections(load: Load) -> tuple[Size, ...]:
    workers = int(LIMIT["worker_connections"])
    return (
        Size(
            "pool",
            "api_pool",
            load.api_pool,
            "connections a process",
            f"{brief(load.requests_in_database)} requests in the database + 1, at most"
            f" {load.database_cores} cores x 2 + 1, at least {shown(LIMIT['smallest_api_pool'])}",
            "Little 1961; HikariCP wiki, pool sizing",
        ),
        Size(
            "pool",
            "worker_pool",
            workers,
            "connections a process",
            "claim, finish, heartbeat, relay and sweep, one statement each",
            _source("worker_connections"),
        ),
        Size(
            "pool",
            "database_connections",
            capacity.max_connections(load.pooled),
            "max_connections",
            f"({load.api_processes} x {load.api_pool} + {load.worker_processes} x {workers})"
            f" / {_percent(LIMIT['connection_share'])}, at least"
            f" {shown(LIMIT['default_connections'])}",
            _source("connection_share"),
        ),
    )


def _lasts(have: float, used: float) -> float | None:
    """The factor by which the use may grow; None if nothing is used."""
    if not used:
        return None
    factor = float(f"{have / used:.3g}")
    return int(factor) if factor.is_integer() else factor


def _spare(load: Load) -> str:
    return " + 1 to spare" if load.spare else ""


def _percent(share: float) -> str:
    return f"{share:.0%}".replace("%", " %")


def _source(name: str) -> str:
    entry = SOURCES[name]
    return f"{entry['source']} ({entry['date']})"
