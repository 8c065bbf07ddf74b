"""How far one Postgres goes, and what comes after it."""

from __future__ import annotations

from archgen.advisor.constants import LIMIT
from archgen.advisor.numbers import brief, shown
from archgen.advisor.rules.rule import Case, Reasons, Rule

SINGLE, REPLICAS, PARTITIONED, SHARDED = "single", "replicas", "partitioned", "sharded"


def _pick(case: Case) -> str:
    load, most = case.load, LIMIT["database_cores"]
    reading = load.reads * LIMIT["postgres_read_us"] / 1e6
    if (load.database_busy - reading) / LIMIT["cpu_utilisation"] > most:
        return SHARDED
    if load.data_gb_in_3_years > LIMIT["database_table_gb"]:
        return PARTITIONED
    return REPLICAS if load.database_cores > most else SINGLE


def _explain(case: Case, picked: str) -> Reasons:
    cores, data = _cores(case), _data(case)
    against = {
        SINGLE: "does not hold it",
        REPLICAS: "their reads lag behind, and they add no room to write",
        PARTITIONED: f"every query must name the time; {data}",
        SHARDED: "no joins or transactions across shards",
    }
    return Reasons(data if picked == PARTITIONED else cores, against)


def _cores(case: Case) -> str:
    load, most = case.load, int(LIMIT["database_cores"])
    side = "over" if load.database_cores > most else "within"
    traffic = f"{brief(load.reads)} reads/s and {brief(load.writes)} writes/s"
    return f"{traffic} need {shown(load.database_cores)} cores, {side} the {most} of one server"


def _data(case: Case) -> str:
    data, bound = case.load.data_gb_in_3_years, LIMIT["database_table_gb"]
    side = "over" if data > bound else "within"
    return f"{brief(data)} GB in 36 months are {side} {shown(bound)} GB"


RULE = Rule("database", (SINGLE, REPLICAS, PARTITIONED, SHARDED), _pick, _explain)
