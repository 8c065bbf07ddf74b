"""nginx with the configuration that compose.yaml gives it, before given ports of this machine."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Sequence
from pathlib import Path

from archgen.services import Server, ports
from archgen.services.session import Session

MISSING = "nginx is not installed. Install the package nginx-light, as .ci/nginx does (as root)."


class Nginx(Server):
    name = "nginx"
    product = "nginx"
    stop_signal = signal.SIGQUIT

    def __init__(self, session: Session, configuration: str, upstreams: Sequence[int]) -> None:
        super().__init__(session, {})
        self._configuration = configuration
        self._upstreams = upstreams
        self._folder = session.folder / "nginx"

    def prepare(self) -> None:
        self.session.private_folder(self._folder)

    def find_program(self) -> Path:
        path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin"])
        return Path(shutil.which("nginx", path=path) or "nginx")

    def is_installed(self) -> bool:
        return self.program.is_absolute()

    def argv(self) -> Sequence[str | Path]:
        # A container has its own port, files and names; `resolve` came with nginx 1.27.3.
        here = {
            " /tmp/": f" {self._folder}/",
            "listen 8080;": f"listen {ports.HOST}:{self.port};",
            "/dev/stdout": str(self._folder / "access.log"),
            "/dev/stderr": str(self._folder / "error.log"),
        }
        text = self._configuration
        for there, replacement in here.items():
            assert there in text, there
            text = text.replace(there, replacement)
        before, line, after = text.partition("server api:3000 resolve")
        assert line
        options, _, rest = after.partition("\n")
        servers = "\n".join(f"server {ports.HOST}:{one}{options}" for one in self._upstreams)
        file = self.session.private_file("nginx.conf", f"{before}{servers}\n{rest}")
        prefix = ["-p", self._folder, "-e", self._folder / "error.log"]
        return [self.program, *prefix, "-c", file, "-g", "daemon off;"]

    def ready(self) -> bool:
        return not ports.is_free(self.port)

    def env(self) -> dict[str, str]:
        return {}

    @property
    def url(self) -> str:
        return f"http://{ports.HOST}:{self.port}"

    def answered(self) -> str:
        """Its access log: each request with the processes that were tried."""
        return (self._folder / "access.log").read_text()
