"""One server on a free port of 127.0.0.1: start, wait until it answers, kill, restart."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from archgen.errors import ServiceError
from archgen.services import ports, supervisor, wheels
from archgen.services.session import SERVER_ENV, Session

START_TIMEOUT_S = 60.0
LOG_LINES = 20
PORT_ATTEMPTS = 5


class Server(ABC):
    """A subclass says which program, with which arguments, and how it shows that it is ready."""

    name: ClassVar[str]  # as in --with
    product: ClassVar[str]
    package: ClassVar[str | None] = None  # of the wheel with the program
    replaces: ClassVar[tuple[str, ...]]  # names in the user's environment that point elsewhere
    stop_signal: ClassVar[int] = signal.SIGTERM
    follows: ClassVar[str | None] = None  # a server that must run before

    def __init__(self, session: Session, running: Mapping[str, Server]) -> None:
        """``running``: those that were started before, by name."""
        self.session = session
        self.running = running
        self.log = session.folder / f"{self.name}.log"
        self.program = self.find_program()
        self.port = 0
        self.pid = 0

    @classmethod
    def check(cls) -> None:
        """Raise ServiceError, before anything starts, where the program is not installed."""
        if cls.package is not None:
            wheels.folder(cls.package)

    @abstractmethod
    def find_program(self) -> Path: ...

    @abstractmethod
    def argv(self) -> Sequence[str | Path]: ...

    def process_env(self) -> Mapping[str, str]:
        return SERVER_ENV

    @abstractmethod
    def ready(self) -> bool: ...

    @abstractmethod
    def env(self) -> dict[str, str]:
        """What a client needs, by the names of the contract."""

    def prepare(self) -> None:  # noqa: B027 (not every server has data to make)
        """Before the first start: make the data."""

    def version(self) -> str:
        told = subprocess.check_output([self.program, "--version"], text=True)
        found = re.search(r"\d+(\.\d+)+", told)
        return found.group() if found else told.strip()

    def start(self) -> None:
        self.prepare()
        for _ in range(PORT_ATTEMPTS):
            self.port = ports.free()
            try:
                return self._launch()
            except ServiceError as error:
                failure = error
                if ports.is_free(self.port):  # so the port was not the reason
                    break
        raise failure

    def kill(self) -> None:
        """SIGKILL, as a crash would; returns when the process is gone."""
        if self.session.poll(self.pid) is None:
            os.killpg(self.pid, signal.SIGKILL)
            self.session.wait(self.pid)

    def restart(self) -> None:
        """Kill it if it runs, and start it again with its data on its port."""
        self.kill()
        self._launch()

    def _launch(self) -> None:
        self.pid = self.session.spawn(
            self.argv(), log=self.log, stop=self.stop_signal, env=self.process_env()
        )
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self.ready():
            if (code := self.session.poll(self.pid)) is not None:
                raise self.failed(f"ended with {_meaning(code)} while starting")
            if time.monotonic() > deadline:
                self.kill()
                raise self.failed(f"did not answer on port {self.port} in {START_TIMEOUT_S:g} s")
            time.sleep(supervisor.POLL_S)

    def run_to_end(self, argv: Sequence[str | Path]) -> None:
        """Run a program that prepares the data."""
        code = self.session.wait(self.session.spawn(argv, log=self.log, stop=signal.SIGTERM))
        if code != 0:
            raise self.failed(f"{Path(argv[0]).name} ended with {_meaning(code)}")

    def failed(self, what: str) -> ServiceError:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES:]
        data = self.session.data
        return ServiceError(
            "\n".join([f"{self.name}: {what}. Data: {data}. Its log ends with:", *lines])
        )


def _meaning(code: int) -> str:
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name
