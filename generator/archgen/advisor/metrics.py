"""Success metrics: how to tell in production that the requirements hold.

PromQL over what every rendered service exports. Gauges that read the database say the same in
every process, hence `max`.
"""

from __future__ import annotations

from collections.abc import Iterator

from archgen.advisor.architecture import Metric
from archgen.advisor.numbers import shown
from archgen.advisor.plan import Plan

_REQUESTS = "http_request_duration_seconds"
# Above the last bucket of a histogram (src/ops/metrics.ts) a quantile says nothing.
_LAST_REQUEST_BUCKET_S, _LAST_RUN_BUCKET_S = 10, 300
_FAST_BURN = 14.4  # of the error budget of 30 days, 2 % in an hour (SRE workbook, ch. 5)


def metrics(plan: Plan) -> tuple[Metric, ...]:
    return tuple(Metric(*row) for row in (*_requests(plan), *_jobs(plan), *_resources(plan)))


Row = tuple[str, str, str, str, str]


def _errors(window: str) -> str:
    failed = f'sum(rate({_REQUESTS}_count{{status=~"5.."}}[{window}]))'
    return f"({failed} or vector(0)) / sum(rate({_REQUESTS}_count[{window}]))"


def _p95(name: str, window: str) -> str:
    return f"histogram_quantile(0.95, sum by (le) (rate({name}_bucket[{window}])))"


def _requests(plan: Plan) -> Iterator[Row]:
    need = plan.need
    allowed = (100 - need.availability) / 100
    yield (
        "availability",
        f"{shown(need.availability)} % of the requests of 30 days do not fail",
        _errors("30d"),
        f"<= {_plain(allowed)}",
        "availability",
    )
    yield (
        "burn rate",
        f"no hour uses up the month's errors {_FAST_BURN} times too fast",
        _errors("1h"),
        f"<= {_plain(min(1, allowed * _FAST_BURN))}",
        "availability",
    )
    if need.p95_ms / 1000 <= _LAST_REQUEST_BUCKET_S:
        yield (
            "latency",
            f"95 % of the requests are answered in {shown(need.p95_ms)} ms",
            _p95(_REQUESTS, "5m"),
            f"<= {_plain(need.p95_ms / 1000)}",
            "p95_ms",
        )


def _plain(value: float) -> str:
    """A number as PromQL reads it."""
    return f"{value:.6g}"


def _jobs(plan: Plan) -> Iterator[Row]:
    need, slots = plan.need, plan.worker_processes * plan.worker_concurrency
    yield (
        "waiting",
        f"no runnable job waits longer than {shown(need.job_wait_s)} s",
        "max(jobs_oldest_waiting_seconds)",
        f"<= {_plain(need.job_wait_s)}",
        "job_wait_s",
    )
    yield (
        "backlog",
        f"fewer jobs wait than are shed at ({shown(plan.queue_depth)})",
        'sum(max by (state) (jobs_unfinished{state=~"due|published|put_off"}))',
        f"< {plan.queue_depth}",
        "job_wait_s",
    )
    yield (
        "slots",
        f"not all of the {shown(slots)} slots are taken",
        'sum(worker_slots{state="busy"})',
        f"< {max(1, slots)}",
        "jobs_per_minute",
    )
    if need.longest_operation_s <= _LAST_RUN_BUCKET_S:
        yield (
            "duration",
            f"95 % of the runs end within the longest operation"
            f" ({shown(need.longest_operation_s)} s)",
            _p95("job_run_duration_seconds", "15m"),
            f"<= {_plain(need.longest_operation_s)}",
            "longest_operation_s",
        )
    yield (
        "dead letters",
        "no job dies",
        '(sum(increase(job_runs_total{status="dead"}[1h])) or vector(0))',
        "== 0",
        "job_loss",
    )


def _resources(plan: Plan) -> Iterator[Row]:
    yield (
        "pool",
        "nobody waits for a connection",
        'max(database_pool_connections{state="waiting"})',
        "== 0",
        "peak_rps",
    )
    yield (
        "event loop",
        "the event loop of no process lags over 100 ms",
        "max(nodejs_eventloop_lag_p99_seconds)",
        "<= 0.1",
        "p95_ms",
    )
