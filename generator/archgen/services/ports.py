"""Ports on the loopback address."""

from __future__ import annotations

import socket

HOST = "127.0.0.1"


def free() -> int:
    """A port that nothing listens on now; another process may still take it first."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def exchange(port: int, request: bytes, timeout_s: float = 1.0) -> bytes:
    """The first bytes a server answers; empty when it does not."""
    try:
        with socket.create_connection((HOST, port), timeout_s) as connection:
            connection.sendall(request)
            return connection.recv(4096)
    except OSError:
        return b""
