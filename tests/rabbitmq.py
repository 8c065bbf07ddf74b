"""RabbitMQ as tests start it and see it; a test that needs it is skipped where it is absent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pika
import pytest
from pika.adapters.blocking_connection import BlockingChannel

from archgen.errors import ServiceError
from archgen.services.rabbitmq import RabbitMQ


def required() -> None:
    try:
        RabbitMQ.check()
    except ServiceError as error:
        pytest.skip(str(error))


@contextmanager
def channel(url: str) -> Iterator[BlockingChannel]:
    """Published messages are confirmed, or raise."""
    with pika.BlockingConnection(pika.URLParameters(f"{url}/%2F")) as connection:
        opened = connection.channel()
        opened.confirm_delivery()
        yield opened
