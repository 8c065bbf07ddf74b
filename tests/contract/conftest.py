"""A running service for the whole suite, and services of their own for tests that break them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any, Protocol

import pytest

from archgen import services
from archgen.services import Running
from tests.conftest import Rendering
from tests.contract.ai import AI
from tests.contract.pgbouncer import MISSING, PgBouncer
from tests.contract.service import Client, Process, Service
from tests.support import BLUEPRINT, named


class MakeService(Protocol):
    def __call__(
        self,
        running: Running,
        *,
        blueprint: str = BLUEPRINT,
        apis: int = 1,
        pooler: PgBouncer | None = None,
    ) -> Service: ...


@pytest.fixture(scope="session")
def ai() -> Iterator[AI]:
    ai = AI()
    yield ai
    ai.close()


@pytest.fixture(scope="session")
def make_service(
    rendering: Rendering, ai: AI, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MakeService]:
    """Services on databases of their own; their processes end with the session."""
    made: list[tuple[Running, Service]] = []

    def make(running: Running, *, blueprint: str = BLUEPRINT, **shape: Any) -> Service:
        logs = tmp_path_factory.mktemp("service")
        repository = rendering(named(options(running), blueprint))
        # A server has sixteen.
        number = sum(server is running for server, _ in made)
        service = Service(repository, running, ai, logs, redis_database=number, **shape)
        made.append((running, service))
        return service

    yield make
    for _, service in made:
        service.close()


def options(running: Running) -> str:
    if "RABBITMQ_URL" in running.env:
        return "bus"
    return "redis" if "REDIS_URL" in running.env else "postgres"


SHAPES = ["one api", "two apis", "PgBouncer", "without Redis", "NestJS", "NestJS without Redis"]


@pytest.fixture(scope="session", params=SHAPES)
def service(request: pytest.FixtureRequest, make_service: MakeService) -> Iterator[Service]:
    """Apis and two workers that no test breaks. Whoever uses it runs once in each shape."""
    shape = request.param
    alone = shape.endswith("without Redis")
    running = request.getfixturevalue("postgres_alone" if alone else "unbroken")
    pooler = pooler_before(running) if shape == "PgBouncer" else None
    apis = 1 if shape in ("one api", "PgBouncer") else 2
    blueprint = "nestjs-bullmq" if shape.startswith("NestJS") else "fastify-redis"
    service = make_service(running, blueprint=blueprint, apis=apis, pooler=pooler)
    service.run("migrate")
    for port in service.api_ports:
        service.launch("start:api", PORT=port)
    for _ in range(2):
        service.launch("start:worker")
    for process in service.processes:
        process.wait_until_ready()
    yield service
    service.close()


@pytest.fixture(scope="session")
def unbroken() -> Iterator[Running]:
    with services.start({"postgres", "redis"}) as running:
        yield running


def pooler_before(running: Running) -> PgBouncer:
    """It ends with what it stands before."""
    pooler = PgBouncer(running)
    if not pooler.is_installed():
        pytest.skip(MISSING)
    pooler.start()
    return pooler


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
def apis(service: Service) -> list[Process]:
    return service.processes[: len(service.api_ports)]


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
