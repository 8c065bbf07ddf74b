"""The HTTP processes, the queue before the workers, and the cache."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.advisor.capacity import round_up
from archgen.advisor.constants import LIMIT, source
from archgen.advisor.numbers import brief, percent, shown
from archgen.advisor.plan import Plan
from archgen.advisor.sizes.row import REQUIRED, Row, spare


def queue(plan: Plan) -> Iterator[Row]:
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
    yield (
        "queue_store",
        "redis_queues",
        plan.redis_queues,
        "queues",
        f"{brief(plan.demand.jobs)} jobs/s / {shown(LIMIT['queue_jobs_per_s'])} a queue",
        source("queue_jobs_per_s"),
    )
    yield "queue_store", "job_wait_s", round_up(need.job_wait_s), "s", REQUIRED, ""


def api(plan: Plan) -> Iterator[Row]:
    need, used = plan.need, percent(LIMIT["cpu_utilisation"])
    cost = f"{shown(need.peak_rps)} requests/s x {shown(plan.request_us)} µs / {used} of a core"
    yield (
        "scaling",
        "api_processes",
        plan.api_processes,
        "processes",
        f"{cost}{spare(plan)}",
        source(plan.request_cost),
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
        f"{shown(LIMIT['api_process_mb'])} + {shown(plan.streams)} streams, at most"
        f" {shown(LIMIT['streams_per_process'])} here, x {shown(LIMIT['stream_kb'])} KB"
        f" + {shown(plan.cache_l1_mb)} MB of L1",
        source("api_process_mb"),
    )
    yield "scaling", "peak_rps", round_up(need.peak_rps), "requests/s", REQUIRED, ""
    yield "scaling", "p95_ms", round_up(need.p95_ms), "ms", REQUIRED, ""
    yield (
        "scaling",
        "failed_requests_ppm",
        round_up((100 - need.availability) * 10_000),
        "of a million requests",
        f"100 % - {shown(need.availability)} % may fail",
        "",
    )


def cache(plan: Plan) -> Iterator[Row]:
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
    yield "http_caching", "staleness_s", round_up(need.staleness_s), "s", REQUIRED, ""
