"""The architectures whose briefs are looked at."""

from __future__ import annotations

from functools import cache

import pytest

from archgen import presets
from archgen.advisor import advise
from archgen.advisor.architecture import Architecture
from archgen.requirements import parse
from tests.brief.sample import SAMPLE

CASES = {
    "sample": lambda: SAMPLE,
    "overridden": lambda: advise(
        parse({}), {"blueprint": "nestjs-bullmq", "hosting": "kubernetes"}
    ),
    "extreme": lambda: advise(
        parse({"jobs_per_minute": 1e6, "typical_operation_s": 86400, "peak_rps": 1e6})
    ),
    "self-hosted": lambda: advise(parse({"hosting": "self-hosted", "budget_usd_month": 0})),
    **{name: lambda name=name: advise(parse(presets.load(name))) for name in presets.names()},
}


@cache
def case(name: str) -> Architecture:
    return CASES[name]()


@pytest.fixture(params=CASES)
def architecture(request: pytest.FixtureRequest) -> Architecture:
    return case(request.param)
