"""RabbitMQ as tests start it and see it; a test that needs it is skipped where it is absent."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import pika
import pytest
from pika.adapters.blocking_connection import BlockingChannel

from archgen import services
from archgen.errors import ServiceError
from archgen.services import Running
from archgen.services.rabbitmq import RabbitMQ


def required() -> None:
    try:
        RabbitMQ.check()
    except ServiceError as error:
        pytest.skip(str(error))


def started(names: Collection[str]) -> AbstractContextManager[Running]:
    """These services, of which RabbitMQ may be one."""
    if "rabbitmq" in names:
        required()
    return services.start(names)


@contextmanager
def channel(url: str) -> Iterator[BlockingChannel]:
    """Published messages are confirmed, or raise."""
    with pika.BlockingConnection(pika.URLParameters(f"{url}/%2F")) as connection:
        opened = connection.channel()
        opened.confirm_delivery()
        yield opened


class Subscriber:
    """A service beside: a queue of its own, which gets whatever is published to an exchange."""

    def __init__(self, opened: BlockingChannel, exchange: str) -> None:
        self._channel = opened
        opened.exchange_declare(exchange, "topic", durable=True)
        self._queue = opened.queue_declare("", exclusive=True).method.queue
        opened.queue_bind(self._queue, exchange, "#")
        self.received: list[Message] = []

    def look(self) -> list[Message]:
        """All that has come so far."""
        while (got := self._channel.basic_get(self._queue, auto_ack=True))[0]:
            self.received.append(Message(got[0].routing_key, got[1], json.loads(got[2])))
        return self.received


@dataclass(frozen=True)
class Message:
    routing_key: str
    properties: pika.BasicProperties
    body: dict[str, Any]
