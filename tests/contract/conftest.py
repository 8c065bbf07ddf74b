"""A running service for the whole suite, and services of their own for tests that break them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archgen import services
from archgen.services import Running
from tests.contract.ai import AI
from tests.contract.service import Client, Process, Service

MakeService = Callable[[Running], Service]


@pytest.fixture(scope="session")
def ai() -> Iterator[AI]:
    ai = AI()
    yield ai
    ai.close()


@pytest.fixture(scope="session")
def make_service(
    repository: Path, ai: AI, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MakeService]:
    """Services on databases of their own; their processes end with the session."""
    made: list[Service] = []

    def make(running: Running) -> Service:
        made.append(Service(repository, running, ai, tmp_path_factory.mktemp("service"), len(made)))
        return made[-1]

    yield make
    for service in made:
        service.close()


@pytest.fixture(scope="session")
def service(unbroken: Running, make_service: MakeService) -> Service:
    """An api and two workers that no test breaks."""
    service = make_service(unbroken)
    service.run("migrate")
    for script in ("start:api", "start:worker", "start:worker"):
        service.launch(script)
    for process in service.processes:
        process.wait_until_ready()
    return service


@pytest.fixture(scope="session")
def unbroken() -> Iterator[Running]:
    with services.start({"postgres", "redis"}) as running:
        yield running


@pytest.fixture(scope="session")
def breakable() -> Iterator[Running]:
    """Servers that tests empty, kill and misconfigure."""
    with services.start({"postgres", "redis"}) as running:
        yield running


@pytest.fixture
def new_service(breakable: Running, make_service: MakeService) -> Service:
    """Nothing of it has been started, nor migrated."""
    return make_service(breakable)


@pytest.fixture(scope="session")
def api(service: Service) -> Process:
    return service.processes[0]


@pytest.fixture(scope="session")
def client(service: Service) -> Client:
    return service.client(service.key("main"))


@pytest.fixture
def tenant(service: Service) -> Client:
    """A tenant with nothing in it yet."""
    return service.client(service.key(f"tenant-{uuid.uuid4()}"))


@pytest.fixture
def text() -> str:
    """A text that no other test submits."""
    return f"A story, number {uuid.uuid4()}."
