"""What Postgres knows of the jobs of a run: when each was created, started and finished."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

import psycopg


@dataclass(frozen=True)
class Course:
    """Of one job, in s since 1970; inf: not yet."""

    created: float
    started: float
    finished: float

    @property
    def wait(self) -> float:
        return self.started - self.created


def history(connection: psycopg.Connection[Any]) -> list[Course]:
    rows = connection.execute(
        "SELECT extract(epoch FROM created_at)::float8, extract(epoch FROM started_at)::float8,"
        " extract(epoch FROM finished_at)::float8 FROM jobs"
    )
    return [Course(*(inf if at is None else at for at in row)) for row in rows]


def started(jobs: Sequence[Course], since: float, until: float) -> list[Course]:
    return [job for job in jobs if since <= job.started < until]


def finished(jobs: Sequence[Course], since: float, until: float) -> list[Course]:
    return [job for job in jobs if since <= job.finished < until]


def waiting(jobs: Sequence[Course], at: float) -> int:
    """Those that no worker had taken by then."""
    return sum(job.created <= at < job.started for job in jobs)


def taken(jobs: Sequence[Course], slots: int, since: float, until: float) -> float:
    """The share of all slots' time that jobs took."""
    spans = (min(job.finished, until) - max(job.started, since) for job in jobs)
    return sum(span for span in spans if span > 0) / (slots * (until - since))


def lost(connection: psycopg.Connection[Any], accepted: Sequence[str]) -> int:
    """How many jobs that were answered with 202 Postgres does not have."""
    row = connection.execute(
        "SELECT count(*) FROM unnest(%s::uuid[]) AS accepted (id)"
        " WHERE NOT EXISTS (SELECT FROM jobs WHERE jobs.id = accepted.id)",
        [list(accepted)],
    ).fetchone()
    assert row is not None
    return row[0]
