"""What a repository will do as it is rendered: each quantity that its own benchmark measures.

Rates are 1/s at the peak. What is predicted is the service's own share: slow queries, statements of
the team's own, AI calls and the network are beside it.
"""

from __future__ import annotations

from collections.abc import Iterator

from archgen.advisor.architecture import Forecast, Growth, Prediction
from archgen.advisor.bottlenecks import bottlenecks
from archgen.advisor.constants import LIMIT, source
from archgen.advisor.numbers import brief, percent, shown
from archgen.advisor.plan import Plan


def forecast(plan: Plan) -> Forecast:
    return Forecast(
        load=_load(plan),
        predictions=tuple(_predictions(plan)),
        bottlenecks=_bottlenecks(plan),
    )


def _bottlenecks(plan: Plan) -> tuple[Growth, ...]:
    """Those of the plan, which leaves room in the database for statements of the team's own."""
    planned = plan.read_busy + plan.write_busy
    spared = planned / (_database_busy(plan) + plan.queries)
    found = (
        Growth(one.resource, one.factor * (spared if one.topic == "database" else 1))
        for one in bottlenecks(plan)
    )
    return tuple(sorted(found, key=lambda one: one.factor))


def _database_busy(plan: Plan) -> float:
    """Cores of Postgres, if every request is one of the service's own."""
    demand = plan.demand
    micros = demand.reads * LIMIT["job_read_us"] + demand.writes * LIMIT["job_write_us"]
    return (micros + demand.jobs * plan.queue_us) / 1e6


def _load(plan: Plan) -> dict[str, float]:
    need, demand = plan.need, plan.demand
    return {
        "reads_per_s": demand.reads,
        "polls_per_s": min(demand.polls, demand.reads),
        "writes_per_s": demand.writes,
        "jobs_per_s": demand.jobs,
        "job_kb": need.job_kb,
        "response_kb": need.response_kb,
        "operation_s": need.typical_operation_s,
        "job_slots": demand.slots,
        "worker_concurrency": plan.worker_concurrency,
        "most_worker_slots": LIMIT["slots_per_worker"],
        "core_speed": LIMIT["core_speed"],
        "round_trip_s": LIMIT["round_trip_s"],
        "slow_queries": plan.queries,
    }


def _predictions(plan: Plan) -> Iterator[Prediction]:
    yield from _api(plan)
    yield from _database(plan)
    yield from _workers(plan)


def _cost(name: str, unit: str, micros: float, origin: str) -> Prediction:
    return Prediction(name, micros, f"CPU µs a {unit}", "", source(origin))


def _per_core(name: str, of: str, micros: float, origin: str) -> Prediction:
    arithmetic = f"1,000,000 / {brief(micros)} µs of Node"
    return Prediction(name, 1e6 / micros, f"{of}/s a core", arithmetic, source(origin))


def _api(plan: Plan) -> Iterator[Prediction]:
    yield _per_core("requests_a_core", "requests", plan.request_us, plan.request_cost)
    yield Prediction(
        "api_pool_busy",
        plan.in_statements,
        "connections",
        f"{brief(plan.demand.reads)} reads/s x {shown(LIMIT['read_s'])} s +"
        f" {brief(plan.demand.writes)} writes/s x {shown(LIMIT['write_s'])} s (Little), beside"
        f" {shown(LIMIT['round_trip_s'])} s of network each",
        source("read_s"),
    )
    yield Prediction(
        "api_mb", LIMIT["api_process_mb"], "MB", "without streams and L1", source("api_process_mb")
    )
    yield Prediction("stream_kb", LIMIT["stream_kb"], "KB a stream", "", source("stream_kb"))


def _database(plan: Plan) -> Iterator[Prediction]:
    yield _cost("read_us", "read in Postgres", LIMIT["job_read_us"], "job_read_us")
    yield _cost("write_us", "write in Postgres", LIMIT["job_write_us"], "job_write_us")
    origin = "queue_redis_us" if plan.picks("queue_store", "redis") else "queue_postgres_us"
    yield _cost("job_us", "job in Postgres", plan.queue_us, origin)
    yield Prediction(
        "database_busy",
        _database_busy(plan) * 1000,
        "thousandths of a core",
        f"reads, writes and jobs of the peak{_besides(plan)}",
        "",
    )


def _besides(plan: Plan) -> str:
    return f", beside {brief(plan.queries)} cores of slow queries" if plan.queries else ""


def _workers(plan: Plan) -> Iterator[Prediction]:
    need, demand = plan.need, plan.demand
    yield _per_core("jobs_a_core", "jobs", plan.job_us, "worker_job_us")
    yield Prediction(
        "slot_jobs",
        demand.slots / need.typical_operation_s,
        "jobs/s",
        f"{shown(demand.slots)} slots / {shown(need.typical_operation_s)} s",
        "Little 1961",
    )
    busy = percent(demand.running / demand.slots)
    yield Prediction(
        "wait_s",
        demand.wait_s,
        "s at p95",
        f"{shown(demand.slots)} slots, {busy} busy (Erlang C)",
        "Erlang 1917",
    )
    each = LIMIT["running_job_mb"] + need.job_kb / 1000
    yield Prediction(
        "worker_mb",
        LIMIT["worker_process_mb"] + plan.worker_concurrency * each,
        "MB",
        f"{shown(LIMIT['worker_process_mb'])} + {shown(plan.worker_concurrency)} jobs x"
        f" ({shown(LIMIT['running_job_mb'])} MB + {shown(need.job_kb)} KB)",
        source("running_job_mb"),
    )
