"""A preset, rendered and running with the sizes of its brief."""

from __future__ import annotations

import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import psutil
import psycopg
from lab import OTHER_CORE, Env, Lab, free_port, script, wait_for

from archgen import advisor, presets, requirements


def tell(doing: str) -> None:
    """Progress, apart from the figures."""
    print(f"  … {doing}", file=sys.stderr, flush=True)


def until(what: str, done: Callable[[], bool], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:.0f} s in vain for {what}")
        time.sleep(0.05)


@dataclass(frozen=True)
class Api:
    """An api process: the URLs of its public and of its operations port."""

    base: str
    ops: str
    process: psutil.Popen

    def metric(self, sample: str) -> float:
        """A value by its name and labels, as they are exposed."""
        for line in httpx.get(f"{self.ops}/metrics").text.splitlines():
            if line.startswith(f"{sample} "):
                return float(line.rsplit(" ", 1)[1])
        raise LookupError(f"{self.ops}/metrics has no {sample}")


class Site:
    """The service of a preset. Its processes are killed at the end, amid their jobs."""

    def __init__(self, here: Lab, preset: str, processes: ExitStack) -> None:
        self.here = here
        self.processes = processes
        sizes = advisor.advise(requirements.parse(presets.load(preset))).sizes
        self.sizes = {size.name: size.rendered for size in sizes}
        self.folder = here.render(preset, preset=preset)
        self.calls = here.folder / f"{preset}-calls.log"
        self.ai_port = free_port()
        database = here.database(preset)
        redis = here.running.env["REDIS_URL"]
        self.env = {
            "DATABASE_URL": database,
            "DATABASE_DIRECT_URL": database,
            "REDIS_URL": redis,
            "CACHE_REDIS_URL": redis,
            "QUEUE_NAME": preset,
            "HOST": "127.0.0.1",
            "AI_BASE_URL": f"http://127.0.0.1:{self.ai_port}/v1",
        }
        self.run("migrate")

    def run(self, name: str, *arguments: str) -> str:
        """The last line that a script of the repository prints."""
        argv = (*script(self.folder, name), *arguments)
        return self.here.run(*argv, cwd=self.folder, env=self.env).rstrip().rpartition("\n")[2]

    def headers(self, tenant: str) -> dict[str, str]:
        """Of the tenant's requests, with an API key for everything."""
        key = self.run("keys", "create", "--tenant", tenant, "--scope", "admin")
        return {"authorization": f"Bearer {key}", "content-type": "application/json"}

    def start_ai(self, seconds: float) -> None:
        """The AI API that ships for development, beside the load; it notes each call."""
        argv = script(self.folder, "fake-ai")
        env = {"FAKE_AI_PORT": self.ai_port, "FAKE_AI_DELAY_MS": str(round(1000 * seconds))}
        output = self.processes.enter_context(self.calls.open("wb"))
        server = self.here.server(argv, self.folder, env, core=OTHER_CORE, output=output)
        self.processes.enter_context(server)

    @contextmanager
    def workers(self, **env: str) -> Iterator[int]:
        """As many as the brief says, with one to spare: how many jobs they take at once."""
        count, slots = self.sizes["worker_processes"], self.sizes["worker_concurrency"]
        tell(f"{count} worker processes with {slots} slots each")
        with ExitStack() as processes:
            ops = [self._start(processes, "start:worker", env)[0] for _ in range(count)]
            for one in ops:
                wait_for(f"{one}/health/ready")
            yield count * slots

    def start_api(self, **env: str) -> Api:
        """`env`: in place of what the brief says."""
        port = free_port()
        ops, process = self._start(self.processes, "start:api", {"PORT": port} | env)
        wait_for(f"{ops}/health/ready")
        return Api(f"http://127.0.0.1:{port}", ops, process)

    def start_apis(self, **env: str) -> list[Api]:
        """As many as the brief says."""
        return [self.start_api(**env) for _ in range(self.sizes["api_processes"])]

    def connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.env["DATABASE_URL"], autocommit=True)

    def ai_calls(self) -> Counter[str]:
        """How often the AI API was called for each job."""
        lines = self.calls.read_text().splitlines()
        return Counter(line.split()[3].removesuffix(":") for line in lines if "call " in line)

    def _start(self, processes: ExitStack, name: str, env: Env) -> tuple[str, psutil.Popen]:
        ops = free_port()
        argv, env = script(self.folder, name), self.env | {"OPS_PORT": ops} | dict(env)
        server = self.here.server(argv, self.folder, env, ending=signal.SIGKILL)
        return f"http://127.0.0.1:{ops}", processes.enter_context(server)


@contextmanager
def site(here: Lab, preset: str) -> Iterator[Site]:
    """With a database of its own, dropped in the end."""
    tell(f"rendering {preset} and installing its packages")
    with ExitStack() as processes:
        yield Site(here, preset, processes)
    with psycopg.connect(here.running.env["DATABASE_URL"], autocommit=True) as admin:
        admin.execute(f'DROP DATABASE "{preset}" WITH (FORCE)')
