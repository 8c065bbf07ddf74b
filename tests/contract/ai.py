"""An OpenAI-compatible API whose replies a test decides, call by call."""

from __future__ import annotations

import json
import socket
import threading
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.contract.loopback import LoopbackServer
from tests.contract.waiting import until

Reply = int | str | tuple[int, str] | None
"""A status, a body that is sent as it is, both, or None: the connection is cut."""


@dataclass
class Call:
    """One call that was received; it is answered when it is released."""

    headers: dict[str, str]
    body: dict[str, Any]
    connection: socket.socket
    released: threading.Event = field(default_factory=threading.Event)
    summary: str = "a summary"

    @property
    def job_id(self) -> str:
        return self.headers["idempotency-key"]

    def release(self, summary: str = "a summary") -> None:
        self.summary = summary
        self.released.set()

    def is_aborted(self) -> bool:
        """Whether the caller has hung up."""
        try:
            return self.connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
        except BlockingIOError:
            return False
        except ConnectionResetError:
            return True


class AI:
    """Answers at once unless the text of the call was held or given other replies."""

    api_key = "the AI key"
    model = "the-model"

    def __init__(self) -> None:
        self._calls: dict[str, list[Call]] = defaultdict(list)
        self._replies: dict[str, list[Reply]] = {}
        self._held: set[str] = set()
        self._server = LoopbackServer(_handler(self))

    @property
    def base_url(self) -> str:
        return f"{self._server.base_url}/v1"

    def hold(self, text: str) -> None:
        """Calls with this text wait until each is released."""
        self._held.add(text)

    def let_go(self, text: str) -> None:
        """Release the calls with this text, and hold no more."""
        self._held.discard(text)
        for call in self.calls(text):
            call.release()

    def reply(self, text: str, replies: Sequence[Reply]) -> None:
        """What the first calls with this text get; those after are answered."""
        self._replies[text] = list(replies)

    def calls(self, text: str) -> list[Call]:
        return list(self._calls[text])

    def call(self, text: str, number: int = 1) -> Call:
        """The n-th call with this text, waited for."""
        until(lambda: len(self._calls[text]) >= number, f"AI call {number} for {text!r}")
        return self._calls[text][number - 1]

    def close(self) -> None:
        for text in list(self._calls):
            self.let_go(text)
        self._server.close()

    def receive(self, call: Call) -> Reply:
        text = call.body["messages"][-1]["content"]
        replies = self._replies.get(text)
        self._calls[text].append(call)
        if text in self._held:
            call.released.wait()
        return replies.pop(0) if replies else _completion(call.summary)


def _completion(summary: str) -> str:
    message = {"role": "assistant", "content": summary}
    return json.dumps({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})


def _handler(ai: AI) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/chat/completions"
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = ai.receive(Call(headers, body, self.connection))
            if reply is None:
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            with suppress(ConnectionError):
                self._answer(reply)

        def _answer(self, reply: int | str | tuple[int, str]) -> None:
            match reply:
                case int():
                    status, text = reply, "{}"
                case str():
                    status, text = 200, reply
                case _:
                    status, text = reply
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            pass

    return Handler
