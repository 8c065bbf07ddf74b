"""What an HNSW index on halfvec takes in Postgres: bytes a vector, and CPU a search.

    python benchmarks/vector_index.py [--vectors N]

Random unit vectors, default index options (m = 16, ef_construction = 64; ef_search = 40), on a
throwaway server. Bytes come from pg_relation_size; CPU µs from the search's own process.
"""

from __future__ import annotations

import argparse
import math
import random
from collections.abc import Iterator

import psutil
import psycopg

from archgen import services

SIZES = (384, 768, 1536)
SEARCHES = 2000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--vectors", type=int, default=5000)
    many = parser.parse_args().vectors
    print(f"{many:,} vectors; dimensions, bytes a vector, of these beside the numbers, µs a search")
    with services.start(services.parse("postgres")) as running:
        url = running.environment()["DATABASE_URL"]
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
            for size in SIZES:
                each, micros = measure(connection, size, many)
                print(f"{size:6,} {each:8,.0f} {each - 2 * size:8,.0f} {micros:8,.0f}")


def measure(connection: psycopg.Connection, size: int, many: int) -> tuple[float, float]:
    """Bytes of the index a vector, and CPU µs of the server a search."""
    connection.execute(f"DROP TABLE IF EXISTS items; CREATE TABLE items (v halfvec({size}))")
    with connection.cursor().copy("COPY items FROM STDIN") as copy:
        for vector in vectors(size, many):
            copy.write_row([vector])
    connection.execute("CREATE INDEX by_v ON items USING hnsw (v halfvec_cosine_ops)")
    index = connection.execute("SELECT pg_relation_size('by_v')").fetchone()[0]
    backend = psutil.Process(connection.info.backend_pid)
    search(connection, size, 100)
    before = backend.cpu_times()
    search(connection, size, SEARCHES)
    after = backend.cpu_times()
    spent = after.user + after.system - before.user - before.system
    return index / many, spent / SEARCHES * 1e6


def search(connection: psycopg.Connection, size: int, times: int) -> None:
    for vector in vectors(size, times):
        connection.execute("SELECT ctid FROM items ORDER BY v <=> %s LIMIT 10", [vector])


def vectors(size: int, many: int) -> Iterator[str]:
    draw = random.Random(1)
    for _ in range(many):
        raw = [draw.gauss(0, 1) for _ in range(size)]
        length = math.sqrt(sum(value * value for value in raw))
        yield "[" + ",".join(f"{value / length:.5f}" for value in raw) + "]"


if __name__ == "__main__":
    main()
