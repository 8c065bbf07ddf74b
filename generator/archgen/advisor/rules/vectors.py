"""Where vectors for semantic search live."""

from __future__ import annotations

from collections.abc import Sequence

from archgen.advisor import cost
from archgen.advisor.constants import LIMIT
from archgen.advisor.numbers import brief, shown
from archgen.advisor.plan import Plan
from archgen.advisor.rules.rule import Case, Option, Rule

NONE, PGVECTOR, WEAVIATE, PINECONE = "none", "pgvector", "weaviate", "pinecone"


def _unwanted(case: Case) -> bool:
    return case.need.search != "semantic"


def _most_gb(case: Case) -> float:
    """Of an index in one Postgres server."""
    return case.plan.prices.largest("postgres").memory_gb * LIMIT["vector_memory_share"]


def _indexable(case: Case) -> bool:
    wide = case.over(case.need.vector_dimensions, LIMIT["halfvec_dimensions"])
    return not wide and not case.over(case.demand.index_gb, _most_gb(case))


def _usd(case: Case, option: str) -> float:
    picked = {**case.plan.picked, "vectors": option}
    return cost.compared(Plan(case.demand, case.plan.prices, picked))


def _prefer(case: Case) -> Sequence[str]:
    """Postgres while it holds them, since one store cannot disagree with itself; then, and if the
    budget presses, by price."""
    if _unwanted(case):
        return NONE, PGVECTOR, WEAVIATE, PINECONE
    dearer = case.over(_usd(case, WEAVIATE), _usd(case, PINECONE))
    apart = [PINECONE, WEAVIATE] if dearer else [WEAVIATE, PINECONE]
    if case.thrift and case.over(_usd(case, PGVECTOR), _usd(case, apart[0])):
        return *apart, PGVECTOR, NONE
    return PGVECTOR, *apart, NONE


def _search(case: Case) -> str:
    return f"search = {case.need.search}, so there are no vectors to find"


def _index(case: Case) -> str:
    need, demand = case.need, case.demand
    if _unwanted(case):
        return _search(case)
    if need.vector_dimensions > LIMIT["halfvec_dimensions"]:
        most = shown(LIMIT["halfvec_dimensions"])
        return f"{shown(need.vector_dimensions)} dimensions are over the {most} of its index"
    side = "over" if demand.index_gb > _most_gb(case) else "within"
    return (
        f"{shown(need.vectors)} vectors x {shown(demand.vector_bytes)} B make an index of"
        f" {brief(demand.index_gb)} GB, {side} the {brief(_most_gb(case))} GB that one Postgres"
        " server keeps in memory"
    )


def _price(case: Case) -> str:
    if _unwanted(case):
        return _search(case)
    shown_prices = ", ".join(
        f"{option} {brief(_usd(case, option))}" for option in (PGVECTOR, WEAVIATE, PINECONE)
    )
    return f"{_index(case)}; USD a month in all with each store: {shown_prices}"


RULE = Rule(
    "vectors",
    "Where do vectors for semantic search live?",
    (
        Option(NONE, "no vectors", "no search by meaning", _search, _unwanted, misses="search"),
        Option(
            PGVECTOR,
            "halfvec columns with an HNSW index in the same Postgres",
            "its index takes memory and CPU from everything else",
            _price,
            _indexable,
            misses="vectors",
        ),
        Option(
            WEAVIATE,
            "Weaviate, managed or as a server of one's own",
            "a second store to keep in step",
            _price,
        ),
        Option(
            PINECONE,
            "Pinecone, managed only",
            "a second store to keep in step, at a provider of its own",
            _price,
        ),
    ),
    _prefer,
)
