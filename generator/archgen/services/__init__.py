"""Throwaway services for development and tests, without Docker: from wheels, and RabbitMQ from
where it is installed.

``with start({"postgres", "redis"}) as running`` gives their URLs in ``running.env`` and each server
as ``running["postgres"]``. What was started ends with the block, and with the process if it is
killed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from archgen.errors import UsageError
from archgen.services import account
from archgen.services.kafka import Kafka
from archgen.services.node import node_env, node_path
from archgen.services.postgres import Postgres
from archgen.services.rabbitmq import RabbitMQ
from archgen.services.replica import Replica
from archgen.services.repository import needs
from archgen.services.server import Server
from archgen.services.session import Session
from archgen.services.valkey import Valkey

__all__ = ["KNOWN", "Running", "Server", "needs", "node_env", "node_path", "parse", "start"]

KNOWN: dict[str, type[Server]] = {
    kind.name: kind for kind in (Postgres, Replica, Valkey, Kafka, RabbitMQ)
}


@dataclass(frozen=True)
class Running:
    """``env``: the services' URLs and Node, by the names of the contract."""

    session: Session
    servers: Mapping[str, Server]
    env: Mapping[str, str]

    def __getitem__(self, name: str) -> Server:
        return self.servers[name]

    def environment(self) -> dict[str, str]:
        """This process's environment with ``env``, and nothing that names other such services."""
        replaced = {name for server in self.servers.values() for name in server.replaces}
        kept = {name: value for name, value in os.environ.items() if name not in replaced}
        return {"PATH": os.defpath, **kept, **self.env}


def parse(names: str) -> frozenset[str]:
    """``postgres,redis``, or ``none``; with each, what it follows."""
    chosen = frozenset(names.split(",")) - {"none", ""}
    if unknown := sorted(chosen - KNOWN.keys()):
        raise UsageError(
            f"--with {names}: unknown: {', '.join(unknown)}. Known: {', '.join(KNOWN)}, none."
        )
    return chosen | {follows for name in chosen if (follows := KNOWN[name].follows)}


@contextmanager
def start(names: Collection[str], keep: Path | None = None) -> Iterator[Running]:
    """Start the named services one after the other; their progress goes to standard error.

    ``keep`` holds the data of Postgres, Valkey and RabbitMQ between runs. Raises ServiceError with
    the server's last log lines when one does not start; those that did are ended.
    """
    kinds = [kind for name, kind in KNOWN.items() if name in names]
    for kind in kinds:
        kind.check()
    with Session(account.current(), keep and keep.absolute()) as session:
        env = node_env(session.folder / "bin")
        servers: dict[str, Server] = {}
        for kind in kinds:
            server = servers[kind.name] = kind(session, servers)
            server.start()
            env |= server.env()
            version = f"{kind.product} {server.version()}"
            print(f"{kind.name}: {version} on port {server.port}", file=sys.stderr, flush=True)
        yield Running(session, servers, env)
