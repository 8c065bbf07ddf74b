"""Two api processes behind nginx: restarted one after the other under load; streams go on."""

from __future__ import annotations

import itertools
import re
import socket
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import httpx
import psycopg
import pytest

from archgen.services import Running, ports
from archgen.services.account import current
from archgen.services.session import Session
from tests.contract.ai import AI
from tests.contract.service import Client, Service
from tests.contract.streaming import following
from tests.contract.waiting import until
from tests.operations.nginx import MISSING, Nginx
from tests.support import ROOT

CONFIGURATION = (ROOT / "blueprints/shared/deploy/nginx.conf").read_text()
# What is tested is not when it refuses.
SETTINGS = {"MAX_QUEUE_DEPTH": "1000000", "JOB_WAIT_S": "3600", "MAX_EVENT_LOOP_DELAY_MS": "60000"}

COUNT = (
    "SELECT count(*), count(DISTINCT input) FROM jobs WHERE input->>'text' LIKE 'A story, number %'"
)


def started(session: Session, upstreams: list[int]) -> Nginx:
    nginx = Nginx(session, CONFIGURATION, upstreams)
    if not nginx.is_installed():
        pytest.skip(MISSING)
    nginx.start()
    return nginx


@dataclass
class Proxied:
    """A service whose clients know nginx alone."""

    service: Service
    nginx: Nginx
    key: str

    def client(self) -> Client:
        return Client(base_url=self.nginx.url, headers={"authorization": f"Bearer {self.key}"})

    def restart_apis(self) -> None:
        """One after the other, the next when nginx has used the one before again."""
        for number, port in enumerate(self.service.api_ports):
            assert self.service.processes[number].stop() == 0
            self.service.processes[number] = self.service.start("start:api", PORT=port)
            self._wait_until_used(port)

    def _wait_until_used(self, port: int) -> None:
        before = len(self.nginx.answered())

        def is_used() -> bool:
            client.get("/v1/job-types")
            return f" {ports.HOST}:{port} 200 " in self.nginx.answered()[before:]

        with self.client() as client:
            until(is_used, f"requests to port {port}")


@pytest.fixture(scope="module")
def proxied(
    rendering, postgres_alone: Running, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proxied]:
    ai = AI()
    logs = tmp_path_factory.mktemp("proxied")
    service = Service(rendering("postgres"), postgres_alone, ai, logs, apis=2)
    service.env |= SETTINGS
    nginx = started(postgres_alone.session, service.api_ports)
    service.run("migrate")
    for port in service.api_ports:
        service.start("start:api", PORT=port)
    yield Proxied(service, nginx, service.key("proxied"))
    service.close()
    ai.close()
    nginx.kill()


@dataclass
class Load:
    """Requests of several clients at once, until the block ends; what was not answered well."""

    proxied: Proxied
    answered: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Load:
        kinds = [self.read, self.submit, self.submit_with_key]
        self._threads = [threading.Thread(target=self._repeat, args=[kind]) for kind in kinds * 2]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def read(self, client: Client) -> httpx.Response:
        return client.get("/v1/jobs", params={"limit": 1})

    def submit(self, client: Client) -> httpx.Response:
        return client.post("/v1/jobs", json=job())

    def submit_with_key(self, client: Client) -> httpx.Response:
        return client.post("/v1/jobs", json=job(), headers={"idempotency-key": str(uuid.uuid4())})

    def _repeat(self, kind: Callable[[Client], httpx.Response]) -> None:
        with self.proxied.client() as client:
            while not self._over.is_set():
                answer = kind(client)
                if answer.is_success:
                    self.answered[kind.__name__] += 1
                else:
                    self.failed.append(f"{kind.__name__}: {answer.status_code} {answer.text}")
                time.sleep(0.005)


def job() -> dict[str, object]:
    return {"type": "summarize", "input": {"text": f"A story, number {uuid.uuid4()}."}}


def test_no_request_fails_and_no_job_is_doubled_while_all_apis_restart(proxied):
    with Load(proxied) as load:
        proxied.restart_apis()
    assert load.failed == []
    assert min(load.answered[name] for name in ("read", "submit", "submit_with_key")) > 10
    with psycopg.connect(proxied.service.env["DATABASE_DIRECT_URL"]) as connection:
        count = connection.execute(COUNT).fetchone()
    accepted = load.answered["submit"] + load.answered["submit_with_key"]
    assert count == (accepted, accepted)


def test_a_stream_comes_at_once_and_goes_on_at_another_process(proxied):
    with proxied.client() as client:
        id = client.submit("A story that is cancelled.")["id"]
        seen: list[int] = []
        with following(client, id) as stream:
            seen.append(stream.next().id)  # while the job waits: nothing holds it back
            restarting = threading.Thread(target=proxied.restart_apis)
            restarting.start()
            assert [event.id for event in stream] == []
        restarting.join()
        client.delete(f"/v1/jobs/{id}")
        with following(client, id, seen[-1]) as stream:
            events = list(stream)
        assert [*seen, *(event.id for event in events)] == list(range(1, len(events) + 2))
        assert events[-1].name == "cancelled"


class Cutting:
    """Accepts requests and cuts the connection instead of an answer."""

    def __init__(self) -> None:
        self.received: list[str] = []
        self._listener = socket.create_server((ports.HOST, 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:  # closed
                return
            with connection:
                if request := connection.recv(65_536):
                    self.received.append(request.decode())

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@pytest.fixture
def cutting() -> Iterator[list[Cutting]]:
    servers = [Cutting(), Cutting()]
    yield servers
    for server in servers:
        server.close()


@pytest.mark.parametrize(
    ("method", "path", "headers", "times"),
    [
        ("GET", "/v1/jobs", {}, 2),
        ("DELETE", "/v1/jobs/id", {}, 2),
        ("POST", "/v1/jobs", {"idempotency-key": "one"}, 2),
        ("POST", "/v1/jobs", {}, 2),
        ("POST", "/v1/dead-letters/id/replay", {}, 1),
        ("POST", "/v1/notes", {"idempotency-key": "one"}, 1),
    ],
)
def test_only_what_may_come_twice_is_sent_again(cutting, method, path, headers, times):
    with Session(current()) as session:
        nginx = started(session, [server.port for server in cutting])
        answer = httpx.request(method, f"{nginx.url}{path}", headers=headers)
    requests = [request for server in cutting for request in server.received]
    assert len(requests) == times
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"].isdigit()
    assert answer.json()["status"] == 503
    keys = [re.findall(r"(?i)^idempotency-key: (.+)\r$", one, re.M) for one in requests]
    if path == "/v1/jobs" and method == "POST":
        assert keys[0] == keys[1] == [headers.get("idempotency-key", *keys[0])]
    else:
        assert keys == [list(headers.values())] * times


def test_two_jobs_without_keys_are_two(proxied):
    with proxied.client() as client:
        same = {"type": "summarize", "input": {"text": "A story that is told twice."}}
        assert len({client.post("/v1/jobs", json=same).json()["id"] for _ in range(2)}) == 2


def test_a_process_that_refuses_connections_is_passed_over(cutting):
    """Even for what may come once only: it has not received anything."""
    free = ports.free()
    with Session(current()) as session:
        nginx = started(session, [free, free, cutting[0].port])
        for _ in itertools.repeat(None, 3):
            httpx.post(f"{nginx.url}/v1/jobs")
    assert len(cutting[0].received) > 0
