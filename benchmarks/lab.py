"""What the benchmarks of services share: renderings, peers, pinned processes, CPU clocks."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import median
from typing import IO
from urllib.parse import urlsplit, urlunsplit

import httpx
import psutil
import psycopg

from archgen import services
from archgen.services import Running, ports

PEERS = Path(__file__).parent / "peers"
SERVER_CORE, OTHER_CORE = 0, 1
Env = Mapping[str, str]


# Asked before anything is pinned: what this process is left with then, its children begin with.
CORES_APART = hasattr(os, "sched_setaffinity") and len(os.sched_getaffinity(0)) > 1


def pin(process: psutil.Process, core: int) -> None:
    """Every thread, to one core; where there is but one, or no way, the scheduler decides."""
    if not CORES_APART:
        return
    with suppress(psutil.NoSuchProcess, ProcessLookupError):  # Postgres has some that soon end
        for thread in process.threads():
            os.sched_setaffinity(thread.id, {core})


@dataclass(frozen=True)
class Clock:
    """CPU seconds of a process and all that it ever started."""

    process: psutil.Process

    def read(self) -> float:
        seconds = 0.0
        for one in (self.process, *self.process.children(recursive=True)):
            try:
                seconds += sum(one.cpu_times()[:4])  # user, system, and those of ended children
            except psutil.NoSuchProcess:
                continue
        return seconds


class Lab:
    """Servers, renderings and peers of one benchmark, in a folder that goes with it."""

    def __init__(self, folder: Path, running: Running) -> None:
        self.folder = folder
        self.running = running
        self.env = running.environment() | {"NODE_ENV": "production"}
        for server in running.servers.values():
            process = psutil.Process(server.pid)
            for one in (process, *process.children(recursive=True)):
                pin(one, OTHER_CORE)
        pin(psutil.Process(), OTHER_CORE)

    @cached_property
    def peers(self) -> Path:
        """What ours are compared with, its packages installed."""
        target = self.folder / "peers"
        shutil.copytree(PEERS, target, ignore=shutil.ignore_patterns("node_modules"))
        self.npm_install(target)
        return target

    def clock(self, server: str) -> Clock:
        return Clock(psutil.Process(self.running[server].pid))

    def npm_install(self, folder: Path) -> None:
        quiet = ("--include=dev", "--no-audit", "--no-fund", "--loglevel=error")
        self.run("npm", "install", *quiet, cwd=folder)

    def run(self, *argv: str | Path, cwd: Path, env: Env | None = None) -> str:
        command = [str(part) for part in argv]
        return subprocess.run(
            command,
            cwd=cwd,
            env=self.env | (env or {}),
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout

    def render(self, name: str, *choices: str, preset: str | None = None) -> Path:
        """A repository with these choices, its packages installed."""
        target = self.folder / name
        chosen = [part for choice in choices for part in ("--choose", choice)]
        chosen += ["--preset", preset] if preset else []
        archgen = (sys.executable, "-m", "archgen", "new", "service", "--yes", "--no-git")
        self.run(*archgen, "--dest", target, *chosen, cwd=self.folder)
        self.npm_install(target)
        self.build(target)
        return target

    def build(self, repository: Path) -> None:
        """What there is to build."""
        self.run("npm", "run", "-s", "build", "--if-present", cwd=repository)

    def database(self, name: str) -> str:
        """The URL of a new, empty database."""
        url = self.running.env["DATABASE_URL"]
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))

    @contextmanager
    def server(
        self,
        argv: Sequence[str],
        cwd: Path,
        env: Env,
        core: int = SERVER_CORE,
        output: int | IO[bytes] = subprocess.DEVNULL,
        ending: int = signal.SIGTERM,
    ) -> Iterator[psutil.Popen]:
        """A Node process, by default on a core of its own, ended with the block by a signal."""
        log = self.folder / f"{cwd.name}.log"
        with log.open("ab") as errors:
            process = psutil.Popen(argv, cwd=cwd, env=self.env | env, stdout=output, stderr=errors)
        pin(process, core)
        try:
            yield process
        finally:
            process.send_signal(ending)
            process.wait(60)


@contextmanager
def lab(*names: str) -> Iterator[Lab]:
    with (
        tempfile.TemporaryDirectory(prefix="archgen-bench-") as folder,
        services.start(set(names)) as running,
    ):
        yield Lab(Path(folder), running)


def script(repository: Path, name: str) -> list[str]:
    """What an npm script runs, without npm between us and its process."""
    scripts = json.loads((repository / "package.json").read_text())["scripts"]
    return shlex.split(scripts[name])


def wait_for(url: str) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            if httpx.get(url).status_code == 200:
                return
        except httpx.TransportError:
            pass
        if time.monotonic() > deadline:
            raise TimeoutError(f"{url} does not answer 200")
        time.sleep(0.1)


def free_port() -> str:
    return str(ports.free())


def interleave(
    measures: Mapping[str, Callable[[], dict[str, float]]], rounds: int
) -> dict[str, list[dict[str, float]]]:
    """Each once to warm up, then in turns, every second round backwards: what the machine does
    besides meets all of them."""
    for measure in measures.values():
        measure()
    taken: dict[str, list[dict[str, float]]] = {name: [] for name in measures}
    for number in range(rounds):
        names = list(measures) if number % 2 == 0 else list(reversed(measures))
        for name in names:
            taken[name].append(measures[name]())
    return taken


def spread(values: Sequence[float], digits: int = 0) -> str:
    """Median, and between what and what."""
    low, high = min(values), max(values)
    return f"{median(values):,.{digits}f} ({low:,.{digits}f} to {high:,.{digits}f})"


def ratios(over: Sequence[float], under: Sequence[float]) -> list[float]:
    """Of pairs of the same round."""
    return [a / b for a, b in zip(over, under, strict=True)]
