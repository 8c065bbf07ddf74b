"""Presets: valid answers, sensible decisions."""

from __future__ import annotations

import pytest

from archgen import presets
from archgen.advisor import advise
from archgen.errors import UsageError
from archgen.requirements import parse


def test_the_presets_there_are() -> None:
    assert presets.names() == ["analytics", "document-ai", "event-stream", "image-generation"]


@pytest.mark.parametrize("name", presets.names())
def test_a_preset_is_valid_and_free_of_contradictions(name: str) -> None:
    findings = advise(parse(presets.load(name))).findings

    assert not [finding for finding in findings if finding.severity == "problem"]


@pytest.mark.parametrize(
    ("name", "picked"),
    [
        ("document-ai", {"blueprint": "fastify-redis", "workers": "separate", "caching": "none"}),
        ("analytics", {"blueprint": "fastify-redis", "caching": "two-tier", "write_model": "crud"}),
        ("image-generation", {"blueprint": "nestjs-bullmq", "client_updates": "webhook"}),
        ("event-stream", {"blueprint": "express-kafka", "event_bus": "kafka"}),
    ],
)
def test_a_preset_leads_to_what_fits_it(name: str, picked: dict[str, str]) -> None:
    assert advise(parse(presets.load(name))).picked.items() >= picked.items()


@pytest.mark.parametrize("name", ["", "web", "../requirements"])
def test_an_unknown_preset_lists_those_there_are(name: str) -> None:
    with pytest.raises(UsageError, match="analytics, document-ai"):
        presets.load(name)
