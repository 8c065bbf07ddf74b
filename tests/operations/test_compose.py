"""The processes of compose.yaml in the image's files, with their commands and environment alone."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import yaml

from archgen import services
from archgen.services import Running, ports
from tests.contract.service import Client, Process
from tests.contract.waiting import until
from tests.operations import compose, image
from tests.rabbitmq import started
from tests.support import RENDERINGS

SECRET = "secret"
SCRIPTS = {
    "api": "start:api",
    "worker": "start:worker",
    "consumer": "start:consumer",
    "migrate": "migrate",
    "fake-ai": "fake-ai",
}


@dataclass
class Containers:
    """Starts what containers would run."""

    built: image.Stage
    composed: Mapping[str, Mapping[str, object]]
    addresses: Mapping[str, str]
    path: str
    logs: Path
    started: list[Process] = field(default_factory=list)

    def environment(self, name: str, **own: object) -> dict[str, str]:
        """Nothing of this machine's but where Node is; ``own`` is what each container has apart."""
        return {
            "PATH": self.path,
            **self.built.env,
            **compose.environment(self.composed[name], self.addresses),
            **{key: str(value) for key, value in own.items()},
        }

    def run(self, name: str, command: list[str], **own: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self._argv(command),
            cwd=self.built.folder,
            env=self.environment(name, **own),
            capture_output=True,
            text=True,
            check=False,
        )

    def start(self, name: str, **own: object) -> Process:
        log = self.logs / name
        env = self.environment(name, **{"OPS_PORT": ports.free(), **own})
        process = Process(self._argv(self.composed[name]["command"]), self.built.folder, env, log)
        self.started.append(process)
        return process

    def _argv(self, command: list[str]) -> list[str]:
        program = shutil.which(command[0], path=self.path)
        assert program is not None, command
        return [program, *command[1:]]


@pytest.fixture(scope="module", params=RENDERINGS)
def repository(rendering, request) -> Path:
    return rendering(request.param)


@pytest.fixture(scope="module")
def variables(repository) -> dict[str, str]:
    """What .env must have."""
    needed = {"POSTGRES_PASSWORD": SECRET, "AI_BASE_URL": "http://fake-ai:8089/v1"}
    if "rabbitmq" in services.needs(repository):
        needed["RABBITMQ_PASSWORD"] = SECRET
    return needed


@pytest.fixture(scope="module")
def servers(repository) -> Iterator[Running]:
    with started(services.needs(repository) - {"replica"}) as running:
        with psycopg.connect(running.env["DATABASE_URL"], autocommit=True) as connection:
            connection.execute(f"CREATE ROLE app LOGIN PASSWORD '{SECRET}'")
            connection.execute("ALTER DATABASE app OWNER TO app")
        yield running


@pytest.fixture(scope="module")
def built(repository, servers, tmp_path_factory) -> image.Stage:
    env = {**os.environ, **servers.env}
    return image.build(repository, tmp_path_factory.mktemp("image"), env)


@pytest.fixture
def containers(repository, variables, servers, built, tmp_path) -> Iterator[Containers]:
    ai_port = ports.free()
    addresses = {
        "postgres:5432": urlsplit(servers.env["DATABASE_URL"]).netloc.rpartition("@")[2],
        "fake-ai:8089": f"127.0.0.1:{ai_port}",
    }
    if "REDIS_URL" in servers.env:
        redis = urlsplit(servers.env["REDIS_URL"]).netloc
        addresses |= {"redis:6379": redis, "cache:6379": redis}
    if "RABBITMQ_URL" in servers.env:
        addresses[f"app:{SECRET}@rabbitmq:5672"] = urlsplit(servers.env["RABBITMQ_URL"]).netloc
    composed = compose.services(repository, variables)
    containers = Containers(built, composed, addresses, servers.env["PATH"], tmp_path)
    containers.start("fake-ai", FAKE_AI_PORT=ai_port, FAKE_AI_DELAY_MS=20)
    yield containers
    for process in containers.started:
        process.kill()


def test_its_processes_do_a_job_and_stop_when_told(containers, built, repository):
    files = {path: path.lstat().st_mtime_ns for path in built.folder.rglob("*")}
    migrated = containers.run("migrate", containers.composed["migrate"]["command"])
    assert migrated.returncode == 0, migrated.stderr
    port = ports.free()
    started = [containers.start("api", PORT=port), containers.start("worker")]
    if "consumer" in containers.composed:
        started.append(containers.start("consumer"))
    for process in started:
        process.wait_until_ready()

    keys = json.loads((repository / "package.json").read_text())["scripts"]["keys"]
    made = containers.run("api", [*shlex.split(keys), "create", "--tenant=T", "--scope=admin"])
    headers = {"authorization": f"Bearer {made.stdout.splitlines()[-1]}"}
    with Client(base_url=f"http://127.0.0.1:{port}", headers=headers) as client:
        id = client.submit("A long story.")["id"]
        assert client.wait_for(id)["status"] == "succeeded"
    if "consumer" in containers.composed:
        bus = shlex.split(json.loads((repository / "package.json").read_text())["scripts"]["bus"])
        booked = [*bus, "ledger", "--tenant", "T"]
        until(lambda: "1 succeeded" in containers.run("consumer", booked).stdout, "a booking")

    for process in started:
        assert process.stop() == 0, process.said()
    # As it must be where the root file system is read-only.
    assert {path: path.lstat().st_mtime_ns for path in built.folder.rglob("*")} == files


@pytest.mark.parametrize("name", ["api", "worker"])
def test_the_health_check_sees_whether_a_process_is_ready(containers, name):
    containers.run("migrate", containers.composed["migrate"]["command"])
    ops_port = ports.free()
    kind, *check = containers.composed[name]["healthcheck"]["test"]
    assert kind == "CMD"
    assert containers.run(name, check, OPS_PORT=ops_port).returncode != 0
    process = containers.start(name, PORT=ports.free(), OPS_PORT=ops_port)
    until(lambda: containers.run(name, check, OPS_PORT=ops_port).returncode == 0, "healthy")
    process.signal(signal.SIGTERM)
    until(lambda: containers.run(name, check, OPS_PORT=ops_port).returncode != 0, "unhealthy")


def test_dockerfile_compose_and_scripts_run_the_same(repository, variables, built):
    scripts = json.loads((repository / "package.json").read_text())["scripts"]
    composed = compose.services(repository, variables)
    there = {name: script for name, script in SCRIPTS.items() if script in scripts}
    commands = {name: composed[name]["command"] for name in SCRIPTS if name in composed}
    assert commands == {name: shlex.split(scripts[script]) for name, script in there.items()}
    assert built.command == commands["api"]


def test_the_image_has_what_production_needs_and_nobody_is_root(repository, built):
    packages = json.loads((repository / "package.json").read_text())
    assert all((built.folder / "node_modules" / name).is_dir() for name in packages["dependencies"])
    there = {path.name for path in built.folder.iterdir()}
    is_built = "build" in packages["scripts"]
    code = {"dist"} if is_built else {"migrations", "src"}
    assert there == {"node_modules", "package.json", *code}
    left = [name for name in packages["devDependencies"] if "@types" in name or name == "vitest"]
    assert not [name for name in left if (built.folder / "node_modules" / name).exists()]
    assert built.user not in ("root", "0", "0:0")
    assert built.base.startswith(f"node:{(repository / '.nvmrc').read_text().strip()}.")


def test_what_compose_insists_on_is_said(repository, variables):
    for name in variables:
        rest = {key: value for key, value in variables.items() if key != name}
        with pytest.raises(compose.Required, match=name):
            compose.services(repository, rest)


def test_docker_waits_longer_than_a_process_may_take_to_stop(repository, variables):
    composed = compose.services(repository, variables)
    for name in {"api", "worker", "consumer"} & composed.keys():
        service = composed[name]
        grace = int(service["stop_grace_period"].removesuffix("s"))
        assert grace > service["environment"]["SHUTDOWN_GRACE_S"]


def test_dev_publishes_what_the_service_needs_and_nothing_else(repository, variables):
    dev = yaml.safe_load((repository / "compose.dev.yaml").read_text())["services"]
    composed = compose.services(repository, variables)
    needed = {name for name in ("postgres", "redis", "cache", "rabbitmq") if name in composed}
    assert set(dev) == needed
    assert all(service["ports"][0].startswith("127.0.0.1::") for service in dev.values())
