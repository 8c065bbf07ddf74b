"""Renderings of contrasting briefs."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from archgen import render
from archgen.advisor import advise
from archgen.requirements import parse
from archgen.source import Source
from tests.support import RENDERINGS

Answers = dict[str, Any]
RenderBrief = Callable[[str], Path]

NAME = "myservice"
# Each with another of RENDERINGS; the second is as far from the first as promises may be.
BRIEFS: dict[str, tuple[str, Answers]] = {
    "redis": ("redis", {"client_updates": ["sse"]}),
    "postgres": ("postgres", {}),
    "bus": ("bus", {}),
    "strict": (
        "redis",
        {
            "availability": 99.99,
            "p95_ms": 75,
            "job_wait_s": 3,
            "longest_operation_s": 20,
            "jobs_per_minute": 600,
            "staleness_s": 2,
        },
    ),
    "lax": (
        "postgres",
        {
            "availability": 90,
            "p95_ms": 20_000,
            "job_wait_s": 600,
            "longest_operation_s": 900,
            "staleness_s": 0,
        },
    ),
}


@pytest.fixture(scope="session")
def render_brief(tmp_path_factory: pytest.TempPathFactory) -> RenderBrief:
    @cache
    def rendered(name: str) -> Path:
        options, answers = BRIEFS[name]
        chosen = dict(choice.split("=") for choice in RENDERINGS[options])
        data = render.copier_data(advise(parse(answers), chosen), NAME)
        folder = tmp_path_factory.mktemp(name) / NAME
        render.render(data, folder, Source(None, None), commit=False)
        return folder

    return rendered


@pytest.fixture(scope="session", params=BRIEFS)
def rendered(render_brief: RenderBrief, request: pytest.FixtureRequest) -> Path:
    return render_brief(request.param)


@pytest.fixture
def rules(rendered: Path) -> Path:
    return rendered / "deploy" / "monitoring" / "alerts.yml"
