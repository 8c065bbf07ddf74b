"""A receiver of webhooks whose answers a test decides."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any

from standardwebhooks import Webhook

from tests.contract.loopback import LoopbackServer
from tests.contract.waiting import until

SIGNED = ("webhook-id", "webhook-timestamp", "webhook-signature")


@dataclass
class Message:
    """One request that was received."""

    headers: dict[str, str]
    body: str

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def verified(self, secret: str) -> dict[str, Any]:
        """What it says, if it is signed with that secret."""
        return Webhook(secret).verify(self.body, self.headers)


class Receiver:
    """Answers with ``status``; ``connections`` counts who came, whatever they said."""

    def __init__(self, status: int = 200, **headers: str) -> None:
        self.status = status
        self.headers = headers
        self.messages: list[Message] = []
        self.connections = 0
        self.held = threading.Event()
        self.held.set()
        self._server = LoopbackServer(_handler(self))

    @property
    def url(self) -> str:
        return f"{self._server.base_url}/hook"

    def message(self, number: int = 1) -> Message:
        """The n-th message, waited for."""
        until(lambda: len(self.messages) >= number, f"message {number} to {self.url}")
        return self.messages[number - 1]

    def close(self) -> None:
        self.held.set()
        self._server.close()


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def setup(self) -> None:
            receiver.connections += 1
            super().setup()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            headers = {name: self.headers[name] for name in SIGNED}
            receiver.messages.append(Message(headers, body))
            receiver.held.wait()
            with suppress(ConnectionError):
                self._answer()

        def _answer(self) -> None:
            self.send_response(receiver.status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    return Handler
