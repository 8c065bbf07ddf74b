"""The worker processes and what they call."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.advisor import spread
from archgen.advisor.capacity import round_up
from archgen.advisor.constants import LIMIT, source
from archgen.advisor.numbers import brief, percent, shown
from archgen.advisor.plan import Plan
from archgen.advisor.sizes.row import REQUIRED, Row, spare


def jobs(plan: Plan) -> Iterator[Row]:
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
        f" / {shown(plan.worker_cores)} each: {plan.worker_needed}{spare(plan)}",
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
        f"({brief(demand.jobs + plan.called)} calls/s x {shown(plan.job_us)} µs"
        f" + {shown(need.events_per_second)} events/s x {shown(LIMIT['event_us'])} µs)"
        f" / {percent(LIMIT['cpu_utilisation'])} + {brief(plan.computing)} slots that compute"
        f" = {brief(plan.worker_busy)} cores;"
        " the next of 250, 500, 1000",
        source("worker_job_us"),
    )
    yield (
        "workers",
        "worker_memory_mb",
        plan.worker_memory_mb,
        "MB a process",
        f"{shown(LIMIT['worker_process_mb'])} + {each} jobs x ({shown(LIMIT['running_job_mb'])} MB"
        f" + {shown(need.job_kb)} KB)",
        source("running_job_mb"),
    )


def _lower_bound(plan: Plan) -> str:
    kafka = plan.picks("queue_store", "kafka")
    return "; Kafka's partitions are not one queue, so waits are longer" if kafka else ""


def calls(plan: Plan) -> Iterator[Row]:
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
        "longest_operation_s",
        round_up(need.longest_operation_s),
        "s",
        REQUIRED,
        "",
    )
    yield (
        "workers",
        "ai_typical_ms",
        round_up(need.typical_operation_s * 1000),
        "ms",
        f"{shown(need.typical_operation_s)} s typically",
        REQUIRED,
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
        f"{brief(plan.demand.webhooks)} calls/s x {shown(LIMIT['webhook_s'])} s (Little),"
        f" at least {shown(LIMIT['webhook_calls'])}",
        source("webhook_s"),
    )
