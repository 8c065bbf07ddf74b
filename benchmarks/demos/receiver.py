"""A receiver of webhooks."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from standardwebhooks import Webhook


class Receiver:
    """Keeps, for each job, when its webhook came (s since 1970), and the message."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.messages: dict[str, tuple[float, dict[str, Any]]] = {}
        self.secret = ""

    def take(self, body: str, headers: dict[str, str]) -> None:
        """Raises WebhookVerificationError unless it is signed with the secret."""
        message = Webhook(self.secret).verify(body, headers)
        self.messages[message["data"]["id"]] = time.time(), message


@contextmanager
def receiver() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            one.take(body, dict(self.headers))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        one = Receiver(f"http://127.0.0.1:{server.server_port}/")
        Thread(target=server.serve_forever, daemon=True).start()
        yield one
        server.shutdown()
