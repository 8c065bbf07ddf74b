"""A rendered service, run as its users do: by its npm scripts and its environment alone."""

from __future__ import annotations

import itertools
import json
import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg

from archgen.services import Running, ports
from tests.contract.ai import AI
from tests.contract.pgbouncer import PgBouncer
from tests.contract.waiting import until

FINAL = {"succeeded", "dead", "cancelled"}


class Process:
    """One process of the service; ``stop`` is what an orchestrator does, ``kill`` a crash."""

    def __init__(self, argv: list[str], cwd: Path, env: Mapping[str, str], log: Path) -> None:
        self.log = log
        self.environment = env
        self.ops = httpx.Client(base_url=f"http://127.0.0.1:{env['OPS_PORT']}")
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                argv, cwd=cwd, env=env, stdout=output, stderr=subprocess.STDOUT
            )

    def wait_until_ready(self) -> None:
        until(self._is_ready, f"{self.log.name} ready\n{self.said()}")

    def _is_ready(self) -> bool:
        assert self.is_running(), f"{self.log.name} ended:\n{self.said()}"
        return self.health("ready") == 200

    def health(self, kind: str) -> int | None:
        """The status of live or ready; None when nothing answers."""
        try:
            return self.ops.get(f"/health/{kind}").status_code
        except httpx.TransportError:
            return None

    def is_running(self) -> bool:
        return self._process.poll() is None

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        self.signal(signal.SIGTERM)
        return self.wait()

    def wait(self) -> int:
        return self._process.wait(60)

    def said(self) -> str:
        return self.log.read_text(errors="replace")


class Client(httpx.Client):
    """One key's view of the service."""

    def submit(self, text: str, headers: Mapping[str, str] = {}, **fields: Any) -> dict[str, Any]:
        job = {"type": "summarize", "input": {"text": text}, **fields}
        answer = self.post("/v1/jobs", json=job, headers=headers)
        assert answer.status_code == 202, answer.text
        return answer.json()

    def job(self, id: str) -> dict[str, Any]:
        answer = self.get(f"/v1/jobs/{id}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def wait_for(self, id: str, *statuses: str) -> dict[str, Any]:
        """The job as soon as it has one of the statuses (default: any final one)."""
        wanted = set(statuses) or FINAL
        return until(
            lambda: job if (job := self.job(id))["status"] in wanted else None,
            f"job {id} {' or '.join(sorted(wanted))}",
        )

    def all(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """Every item of a list, page by page."""
        items: list[dict[str, Any]] = []
        while True:
            page = self.get(path, params=query).json()
            items += page["items"]
            if page["next"] is None:
                return items
            query["cursor"] = page["next"]


class Alternating(httpx.HTTPTransport):
    """Each request goes to the next process, as through a load balancer."""

    def __init__(self, api_ports: Sequence[int]) -> None:
        super().__init__()
        self._ports = itertools.cycle(api_ports)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(port=next(self._ports))
        return super().handle_request(request)


class Service:
    """One rendered repository on a database of its own, and on a database of Redis if that runs.

    ``api_ports``: clients take turns between the api processes on them.
    """

    def __init__(
        self,
        repository: Path,
        running: Running,
        ai: AI,
        logs: Path,
        *,
        redis_database: int = 0,
        apis: int = 1,
        pooler: PgBouncer | None = None,
    ) -> None:
        self.repository = repository
        self.api_ports = [ports.free() for _ in range(apis)]
        self._logs = logs
        self.processes: list[Process] = []
        self._clients: list[Client] = []
        self._scripts = json.loads((repository / "package.json").read_text())["scripts"]
        database = _new_database(running.env["DATABASE_URL"], logs.name)
        self.env = running.environment() | {
            "DATABASE_URL": pooler.before(database) if pooler else database,
            "DATABASE_DIRECT_URL": database,
            "HOST": "127.0.0.1",
            "PORT": str(self.api_ports[0]),
            "AI_BASE_URL": ai.base_url,
            "AI_API_KEY": ai.api_key,
            "AI_MODEL": ai.model,
            "JOB_BACKOFF_MS": "50",
            "RATE_LIMIT_RPS": "1000",  # the tests poll as no client would
            "AI_BREAKER_CALLS": "10000",  # most replies are wrong in some tests
            "AI_RETRIES_PER_S": "1000",
            "SHUTDOWN_DRAIN_MS": "0",
        }
        if "REDIS_URL" in running.env:
            self.env["REDIS_URL"] = f"{running.env['REDIS_URL']}/{redis_database}"
            self.env["CACHE_REDIS_URL"] = self.env["REDIS_URL"]

    @property
    def base_url(self) -> str:
        """Of one of its api processes."""
        return f"http://127.0.0.1:{self.env['PORT']}"

    def run(self, script: str, *arguments: str) -> str:
        """The standard output of an npm script that ends by itself."""
        argv = [*self._argv(script), *arguments]
        return subprocess.run(
            argv, cwd=self.repository, env=self.env, check=True, stdout=subprocess.PIPE, text=True
        ).stdout

    def launch(self, script: str, **settings: object) -> Process:
        """A process of the service; it may not be ready yet."""
        env = self.env | {"OPS_PORT": str(ports.free())}
        env |= {name: str(value) for name, value in settings.items()}
        log = self._logs / f"{len(self.processes)}-{script.replace(':', '-')}.log"
        process = Process(self._argv(script), self.repository, env, log)
        self.processes.append(process)
        return process

    def start(self, script: str, **settings: object) -> Process:
        process = self.launch(script, **settings)
        process.wait_until_ready()
        return process

    def key(self, tenant: str, scope: str = "admin") -> str:
        told = self.run("keys", "create", "--tenant", tenant, "--scope", scope)
        return told.splitlines()[-1]

    def client(self, key: str | None) -> Client:
        headers = {} if key is None else {"authorization": f"Bearer {key}"}
        client = Client(
            base_url=self.base_url, headers=headers, transport=Alternating(self.api_ports)
        )
        self._clients.append(client)
        return client

    def close(self) -> None:
        for client in self._clients:
            client.close()
        for process in self.processes:
            process.ops.close()
            process.kill()

    def _argv(self, script: str) -> list[str]:
        """What npm would run, without npm in between: signals are for the process itself."""
        program, *arguments = shlex.split(self._scripts[script])
        found = shutil.which(program, path=self.env.get("PATH", os.defpath))
        assert found is not None, program
        return [found, *arguments]


def _new_database(url: str, name: str) -> str:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name))
        )
    return urlsplit(url)._replace(path=f"/{name}").geturl()
