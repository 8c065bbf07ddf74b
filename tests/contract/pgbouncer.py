"""PgBouncer in transaction mode: what a session keeps is gone with the transaction."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from archgen.services import Running, Server, ports

OLDEST = (1, 21)  # the first that keeps named prepared statements in transaction mode
MISSING = (
    f"PgBouncer ≥ {OLDEST[0]}.{OLDEST[1]} is not installed. Install the package pgbouncer; where"
    " that is older, as in Debian 12, .ci/pgbouncer builds one (as root)."
)
REQUEST_TLS = bytes.fromhex("0000000804d2162f")


class PgBouncer(Server):
    """Before the databases of ``running``, with fewer connections than its clients would open."""

    name = "pgbouncer"
    product = "PgBouncer"

    def __init__(self, running: Running) -> None:
        super().__init__(running.session, {})
        self._postgres = urlsplit(running.env["DATABASE_URL"])

    def find_program(self) -> Path:
        path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin"])
        return Path(shutil.which("pgbouncer", path=path) or "pgbouncer")

    def is_installed(self) -> bool:
        return self.program.is_absolute() and _numbers(self.version()) >= OLDEST

    def argv(self) -> Sequence[str | Path]:
        """It takes its port from nowhere but a file."""
        postgres = self._postgres
        users = self.session.private_file(
            "pgbouncer-users", f'"{postgres.username}" "{postgres.password}"\n'
        )
        settings = f"""
            [databases]
            * = host={postgres.hostname} port={postgres.port}
            [pgbouncer]
            listen_addr = {ports.HOST}
            listen_port = {self.port}
            unix_socket_dir =
            auth_type = scram-sha-256
            auth_file = {users}
            pool_mode = transaction
            default_pool_size = 4
            max_prepared_statements = 100
        """
        lines = "\n".join(line.strip() for line in settings.splitlines())
        return [self.program, self.session.private_file("pgbouncer.ini", lines)]

    def ready(self) -> bool:
        return ports.exchange(self.port, REQUEST_TLS) == b"N"

    def env(self) -> dict[str, str]:
        return {"DATABASE_URL": self.before(self._postgres.geturl())}

    def before(self, url: str) -> str:
        """The URL of a database, by way of this server."""
        postgres = urlsplit(url)
        address = f"{postgres.username}:{postgres.password}@{ports.HOST}:{self.port}"
        return postgres._replace(netloc=address).geturl()


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
