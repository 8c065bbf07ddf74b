"""Whether processes connect to Postgres directly or through a pooler."""

from __future__ import annotations

from archgen.advisor.capacity import max_connections
from archgen.advisor.constants import LIMIT
from archgen.advisor.numbers import shown
from archgen.advisor.plan import Plan
from archgen.advisor.rules.rule import Case, Option, Rule

DIRECT, PGBOUNCER = "direct", "pgbouncer"


def _held(plan: Plan) -> int:
    """Connections without a pooler."""
    return plan.pooled + plan.beside_pools


def _few(case: Case) -> bool:
    return not case.over(max_connections(_held(case.plan)), LIMIT["most_connections"])


def _connections(case: Case) -> str:
    plan, most = case.plan, int(LIMIT["most_connections"])
    wanted = max_connections(_held(plan))
    side = "over" if wanted > most else "within"
    processes = shown(plan.api_processes + plan.worker_processes)
    return (
        f"{processes} processes hold {shown(_held(plan))} connections; at"
        f" {shown(LIMIT['connection_share'] * 100)} % the server must allow {shown(wanted)},"
        f" {side} {most}"
    )


RULE = Rule(
    "pool",
    "Do processes connect to Postgres directly?",
    (
        Option(
            DIRECT,
            "each process has its own pool",
            "a backend process and its memory for each connection",
            _connections,
            _few,
            misses="peak_rps",
        ),
        Option(
            PGBOUNCER,
            "through PgBouncer in transaction mode",
            "one more hop, and LISTEN and migrations go around it",
            _connections,
        ),
    ),
)
