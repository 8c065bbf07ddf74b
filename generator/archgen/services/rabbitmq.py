"""RabbitMQ, which no wheel carries: the machine's own, with an epmd of its own.

Erlang would leave an epmd behind, one for the whole machine; here it is a process of the session.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import time
from collections.abc import Sequence
from pathlib import Path

from archgen.errors import ServiceError
from archgen.services import ports
from archgen.services.server import Server
from archgen.services.session import SERVER_ENV
from archgen.services.supervisor import POLL_S

USER = "archgen"
# Debian's own first: what it puts on PATH is a wrapper that only root and its account may run.
FOLDERS = ("/usr/lib/rabbitmq/bin", "/opt/homebrew/sbin", "/usr/local/sbin")
MISSING = (
    "RabbitMQ is not installed, and no wheel carries it. Install it (Debian: apt-get install"
    " rabbitmq-server; macOS: brew install rabbitmq).\nNothing of it has to run: archgen starts one"
    " of its own."
)
# AMQP 0-9-1: a client begins with this header, the broker with what it is.
HEADER = b"AMQP\x00\x00\x09\x01"
VERSION = re.compile(rb"\x07versionS.{4}(\d+(?:\.\d+)+)", re.DOTALL)


class RabbitMQ(Server):
    name = "rabbitmq"
    product = "RabbitMQ"
    replaces = ("RABBITMQ_URL",)

    @classmethod
    def check(cls) -> None:
        if not all(map(_which, ("rabbitmq-server", "erl", "epmd"))):
            raise ServiceError(MISSING)

    def find_program(self) -> Path:
        return Path(_which("rabbitmq-server") or "")

    @property
    def data(self) -> Path:
        return self.session.data / "rabbitmq"

    def prepare(self) -> None:
        self.session.private_folder(self.data)
        self.epmd_port = ports.free()
        self.epmd_pid = self.session.spawn(
            [_which("epmd") or "", "-address", ports.HOST, "-port", str(self.epmd_port)],
            log=self.log,
            stop=signal.SIGTERM,
        )
        while ports.is_free(self.epmd_port):
            if self.session.poll(self.epmd_pid) is not None:
                raise self.failed(f"epmd did not start on port {self.epmd_port}")
            time.sleep(POLL_S)

    def argv(self) -> Sequence[str | Path]:
        settings = f"""
            listeners.tcp.1 = {ports.HOST}:{self.port}
            default_user = {USER}
            default_pass = {self.session.password}
            log.console = true
            log.console.level = warning
            log.file = false
        """
        lines = "\n".join(line.strip() for line in settings.splitlines())
        self.config = self.session.private_file("rabbitmq.conf", lines)
        return [self.program]

    def process_env(self) -> dict[str, str]:
        """What would else be looked for in /etc and /var is named in the session's folder."""
        folder = self.session.folder
        erlang = Path(_which("erl") or "").parent
        return {
            **SERVER_ENV,
            "PATH": f"{erlang}{os.pathsep}{SERVER_ENV['PATH']}",
            "HOME": str(self.data),  # of the cookie
            "ERL_EPMD_PORT": str(self.epmd_port),
            "ERL_EPMD_ADDRESS": ports.HOST,
            "RABBITMQ_NODENAME": f"{USER}@localhost",
            "RABBITMQ_DIST_PORT": str(ports.free()),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "RABBITMQ_MNESIA_BASE": str(self.data / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.data / "log"),
            "RABBITMQ_PID_FILE": str(self.data / "pid"),
            "RABBITMQ_CONFIG_FILE": str(self.config),
            "RABBITMQ_CONFIG_FILES": str(folder / "rabbitmq.d"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "rabbitmq-advanced.config"),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "rabbitmq-env.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "rabbitmq-plugins"),
            # The start script becomes the broker instead of waiting for it: signals reach it.
            "detached": "true",
        }

    def ready(self) -> bool:
        return VERSION.search(self._hello()) is not None

    def version(self) -> str:
        found = VERSION.search(self._hello())
        return found.group(1).decode() if found else "unknown"

    def _hello(self) -> bytes:
        return ports.exchange(self.port, HEADER)

    def env(self) -> dict[str, str]:
        return {"RABBITMQ_URL": f"amqp://{USER}:{self.session.password}@{ports.HOST}:{self.port}"}


def _which(program: str) -> str | None:
    path = os.pathsep.join([*FOLDERS, os.environ.get("PATH", ""), os.defpath])
    return shutil.which(program, path=path)
