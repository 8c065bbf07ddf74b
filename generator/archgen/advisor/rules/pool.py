"""Whether processes connect to Postgres directly or through a pooler."""

from __future__ import annotations

from archgen.advisor.capacity import max_connections
from archgen.advisor.constants import LIMIT
from archgen.advisor.numbers import shown
from archgen.advisor.rules.rule import Case, Reasons, Rule

DIRECT, PGBOUNCER = "direct", "pgbouncer"


def _pick(case: Case) -> str:
    wanted = max_connections(case.load.pooled)
    return PGBOUNCER if wanted > LIMIT["most_connections"] else DIRECT


def _explain(case: Case, picked: str) -> Reasons:
    load, most = case.load, int(LIMIT["most_connections"])
    side = "over" if picked == PGBOUNCER else "within"
    processes = shown(load.api_processes + load.worker_processes)
    return Reasons(
        f"{processes} processes hold {shown(load.pooled)} connections; at 80 % the server must"
        f" allow {shown(max_connections(load.pooled))}, {side} {most}",
        {
            DIRECT: "a backend process and its memory for each connection",
            PGBOUNCER: "one more hop, and no LISTEN through it",
        },
    )


RULE = Rule("pool", (DIRECT, PGBOUNCER), _pick, _explain)
