"""Servers to break, and what a sweep writes at its end."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from archgen import services
from archgen.services import Running
from tests.contract.ai import AI
from tests.contract.service import Service
from tests.faults import results
from tests.faults.world import World, judged

Judge = Callable[[int, str, int], AbstractContextManager[World]]


@pytest.fixture(scope="session")
def servers() -> Iterator[Running]:
    with services.start({"postgres", "redis"}) as running:
        yield running


@pytest.fixture
def judge(
    repository: Path, servers: Running, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Judge]:
    """A fresh service for one run of one case; it is audited when the block ends."""
    ai = AI()
    made: list[Service] = []

    def begin(case: int, title: str, seed: int) -> AbstractContextManager[World]:
        service = Service(repository, servers, ai, tmp_path_factory.mktemp("faults"))
        service.env["QUEUE_NAME"] = f"faults-{uuid.uuid4()}"
        made.append(service)
        world = World(service, servers, ai, seed)
        return judged(world, case, title, seed, results.kept_in("servers"))

    yield begin
    for service in made:
        service.close()
    ai.close()


def pytest_sessionfinish() -> None:
    """After a sweep, the table of its results is part of the documentation."""
    if results.SWEEP > 1:
        results.write()
