"""Server-sent events, read as they come."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

PATIENCE_S = 30.0


@dataclass(frozen=True)
class Event:
    id: int
    name: str
    data: dict[str, Any]


class Stream:
    """An open stream: iterated, it waits for each event until the server ends it."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self._lines = answer.iter_lines()

    def __iter__(self) -> Iterator[Event]:
        fields: dict[str, str] = {}
        for line in self._lines:
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
            if not line and "data" in fields:
                yield Event(int(fields["id"]), fields["event"], json.loads(fields["data"]))
            if not line:
                fields = {}

    def next(self) -> Event:
        return next(iter(self))

    def comment(self) -> str:
        """The next one, past anything else."""
        return next(line for line in self._lines if line.startswith(":"))


@contextmanager
def following(client: httpx.Client, id: str, after: int | None = None) -> Iterator[Stream]:
    """The events of a job, after one of them."""
    headers = {} if after is None else {"last-event-id": str(after)}
    path = f"/v1/jobs/{id}/events"
    with client.stream("GET", path, headers=headers, timeout=PATIENCE_S) as answer:
        assert answer.status_code == 200, answer.read()
        yield Stream(answer)


def names(client: httpx.Client, id: str, after: int | None = None) -> list[str]:
    with following(client, id, after) as stream:
        return [event.name for event in stream]
