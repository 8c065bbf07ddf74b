"""Load as an open loop: open-loop.ts, and what it measured."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab import Lab

OPEN_LOOP = Path(__file__).with_name("open-loop.ts")
PUNCTUAL = 0.98
BEHIND = "the sender keeps up (else this machine does too much else)"


@dataclass(frozen=True)
class Request:
    method: str
    url: str
    headers: dict[str, str]
    body: Any = None  # becomes JSON


@dataclass(frozen=True)
class Answer:
    """`at`: when its request was to leave, s since 1970; `late_ms`: how much later it left; `ms`:
    from `at` to the answer's last byte; `status` 0: none came."""

    at: float
    late_ms: float
    ms: float
    status: int
    etag: str | None
    retry_after: str | None
    job: str | None


@dataclass(frozen=True)
class Stream:
    """`count` requests at `rate` a second, of `requests` in turns."""

    rate: float
    count: int
    requests: Sequence[Request]


def offer(here: Lab, **streams: Stream) -> dict[str, list[Answer]]:
    """All streams at once; the answers in the order of their requests."""
    plan, told = here.folder / "plan.json", here.folder / "answers.json"
    plan.write_text(json.dumps({name: _plan(stream) for name, stream in streams.items()}))
    here.run("node", OPEN_LOOP, plan, told, cwd=here.folder)
    return {
        name: [_answer(one) for one in stream]
        for name, stream in json.loads(told.read_text()).items()
    }


def _plan(stream: Stream) -> dict[str, Any]:
    return {
        "perSecond": stream.rate,
        "count": stream.count,
        "requests": [
            {
                "method": one.method,
                "url": one.url,
                "headers": one.headers,
                **({} if one.body is None else {"body": json.dumps(one.body)}),
            }
            for one in stream.requests
        ],
    }


def _answer(told: dict[str, Any]) -> Answer:
    retry_after, job = told.get("retryAfter"), told.get("id")
    late, etag = told["lateMs"], told.get("etag")
    return Answer(told["at"], late, told["ms"], told["status"], etag, retry_after, job)


def rate(answers: Sequence[Answer]) -> float:
    """Requests/s that left, by their first and their last."""
    first, last = (one.at + one.late_ms / 1000 for one in (answers[0], answers[-1]))
    return (len(answers) - 1) / (last - first)


def punctual(answers: Sequence[Answer], wanted: float) -> bool:
    """Whether they left as they were to; else a latency tells of the sender."""
    return rate(answers) >= PUNCTUAL * wanted


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which so many of the values are, by nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
