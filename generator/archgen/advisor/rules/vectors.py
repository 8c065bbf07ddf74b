"""Where vectors for semantic search live."""

from __future__ import annotations

from archgen.advisor import cost
from archgen.advisor.constants import LIMIT
from archgen.advisor.numbers import brief, shown
from archgen.advisor.plan import Plan
from archgen.advisor.rules.rule import Case, Option, Rule

NONE, PGVECTOR, WEAVIATE, PINECONE = "none", "pgvector", "weaviate", "pinecone"
_DIMENSIONS_A_GB = 1e9 / 4  # a GB as they are sent, four bytes each


def _unwanted(case: Case) -> bool:
    return case.need.search != "semantic"


def _most_gb(case: Case) -> float:
    """Of an index in one Postgres server; if the budget presses, in one that costs no more above
    the smallest than a store apart does at least."""
    if case.thrift and not case.plan.own:
        servers, apart = case.plan.prices.families["postgres"], case.plan.prices["weaviate"].month
        cheap = [it.memory_gb for it in servers if it.month <= servers[0].month + apart]
        return max(cheap) * LIMIT["vector_memory_share"]
    return case.plan.most_gb * LIMIT["vector_memory_share"]


def _indexable(case: Case) -> bool:
    wide = case.over(case.need.vector_dimensions, LIMIT["halfvec_dimensions"])
    return not wide and not case.over(case.demand.index_gb, _most_gb(case))


def _by_units(case: Case) -> bool:
    """Whether paying by search is cheaper than by what is stored, past both stores' minimum.

    A search takes a unit a GB, so per GB and month: units + storage against dimensions + storage.
    """
    prices, need = case.plan.prices, case.need
    stored = need.vectors * need.vector_dimensions / 1e6 * prices["weaviate-dimensions"].month
    saved = _DIMENSIONS_A_GB / 1e6 * prices["weaviate-dimensions"].month
    saved += prices["weaviate-storage-gb"].month - prices["pinecone-storage-gb"].month
    few = saved / (prices["pinecone-read"].month / 1e6)
    past = case.reaches(stored, prices["pinecone"].month)
    return past and not case.over(case.demand.searches, few)


def _search(case: Case) -> str:
    if _unwanted(case):
        return f"search = {case.need.search}, so there are no vectors to find"
    return "search = semantic finds by vectors"


def _index(case: Case) -> str:
    need, demand = case.need, case.demand
    if _unwanted(case):
        return _search(case)
    if need.vector_dimensions > LIMIT["halfvec_dimensions"]:
        most = shown(LIMIT["halfvec_dimensions"])
        return f"{shown(need.vector_dimensions)} dimensions are over the {most} of its index"
    side = "over" if demand.index_gb > _most_gb(case) else "within"
    server = "a cheap Postgres server, as the budget presses," if case.thrift else "one server"
    return (
        f"{shown(need.vectors)} vectors x {shown(demand.vector_bytes)} B make an index of"
        f" {brief(demand.index_gb)} GB, {side} the {brief(_most_gb(case))} GB that {server}"
        " keeps in memory"
    )


def _price(case: Case) -> str:
    if _unwanted(case):
        return _search(case)
    options = (PGVECTOR, WEAVIATE, PINECONE)
    prices = ", ".join(f"{option} {brief(_usd(case, option))}" for option in options)
    return f"{_index(case)}; USD a month in all with each store: {prices}"


def _usd(case: Case, option: str) -> float:
    picked = {**case.plan.picked, "vectors": option}
    return cost.compared(Plan(case.demand, case.plan.prices, picked))


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
            lambda case: not _by_units(case),
        ),
        Option(
            PINECONE,
            "Pinecone, managed only",
            "a second store to keep in step, at a provider of its own",
            _price,
        ),
    ),
)
