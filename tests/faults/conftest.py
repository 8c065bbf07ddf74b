"""Servers to break, and what a sweep writes at its end."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from archgen import services
from archgen.services import Running
from tests.conftest import Rendering
from tests.contract.ai import AI
from tests.contract.service import Service
from tests.faults import results
from tests.faults.world import World, judged
from tests.rabbitmq import started
from tests.support import named

Judge = Callable[[int, str, int], AbstractContextManager[World]]


@pytest.fixture(scope="session")
def servers() -> Iterator[Running]:
    with services.start({"postgres", "redis"}) as running:
        yield running


@pytest.fixture(scope="session")
def servers_and_bus() -> Iterator[Running]:
    with started({"postgres", "rabbitmq"}) as running:
        yield running


@pytest.fixture
def judge(
    repository: Path, servers: Running, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Judge]:
    """A fresh service for one run of one case; it is audited when the block ends."""
    yield from judging(repository, servers, tmp_path_factory, "servers")


@pytest.fixture
def judge_bus(
    rendering: Rendering, servers_and_bus: Running, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Judge]:
    yield from judging(rendering(named("bus")), servers_and_bus, tmp_path_factory, "bus")


def judging(
    repository: Path, servers: Running, tmp_path_factory: pytest.TempPathFactory, table: str
) -> Iterator[Judge]:
    ai = AI()
    made: list[Service] = []

    def begin(case: int, title: str, seed: int) -> AbstractContextManager[World]:
        service = Service(repository, servers, ai, tmp_path_factory.mktemp("faults"))
        service.env["QUEUE_NAME"] = service.env["BUS_NAME"] = f"faults-{uuid.uuid4()}"
        made.append(service)
        world = World(service, servers, ai, seed)
        return judged(world, case, title, seed, results.kept_in(table))

    yield begin
    for service in made:
        service.close()
    ai.close()


def pytest_sessionfinish() -> None:
    """After a sweep, the table of its results is part of the documentation."""
    if results.SWEEP > 1:
        results.write()
