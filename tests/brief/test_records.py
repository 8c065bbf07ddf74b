"""The documents of a repository that plain Copier rendered from a stored brief."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from archgen.brief import answer
from tests.brief.sample import SAMPLE

LEFT_OVER = re.compile(r"\A\n|\n{3,}|[ \t]$|\n\n\Z|\{[{%#]", re.MULTILINE)


def copier_copy(template: Path, folder: Path, data: dict[str, Any]) -> Path:
    answers = folder / "answers.yml"
    answers.write_text(yaml.safe_dump(data, allow_unicode=True))
    copy = [sys.executable, "-m", "copier", "copy", "--quiet", "--defaults"]
    target = folder / "myservice"
    subprocess.run([*copy, "--data-file", answers, template, target], check=True)
    return target / "docs"


@pytest.fixture(scope="module")
def docs(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = {"service_name": "myservice", "brief": answer(SAMPLE)}
    return copier_copy(release, tmp_path_factory.mktemp("docs"), data)


def test_each_choice_has_a_record_that_the_architecture_links_to(docs: Path) -> None:
    linked = re.findall(r"\]\((decisions/.*?)\)", (docs / "architecture.md").read_text())

    assert linked == [
        "decisions/blueprint.md",
        "decisions/queue-store.md",
        "decisions/scaling.md",
    ]
    assert sorted(linked) == sorted(f"decisions/{path.name}" for path in docs.glob("decisions/*"))


def test_a_record_reads_from_context_to_when_to_revisit(docs: Path) -> None:
    record = (docs / "decisions" / "queue-store.md").read_text()

    assert (
        record
        == """\
# Queue store: redis

**Status:** accepted.

## Context

Where do waiting jobs stand?

| what decides it | answer |
|---|---|
| `budget_usd_month` | 200 USD/month |

## Decision

**redis**, because 30 jobs/min \\| 0.5 jobs/s need a push, as a client asks &lt;every> 2 s.

## Alternatives

- **postgres**: a poll every 2 s delays a job by 1 s on average

## Consequences

| number | value | arithmetic |
|---|---|---|
| `redis_mb` | 64 MB | (16 MB + 1,000 jobs x 630 B) / (1 - 0.25) |
| `rabbitmq_nodes` | 0 brokers | 3 over 99.9 % availability, else 1 |
| `ai_timeout_ms` | 37,500 ms | 30 s at worst x 1.25 |

## When to revisit

- The advice becomes **postgres** at `budget_usd_month ≤ 51.8`

All decisions, numbers and costs: [Architecture](../architecture.md).
"""
    )


def test_a_record_says_what_an_override_costs_and_what_is_rendered_instead(docs: Path) -> None:
    record = (docs / "decisions" / "blueprint.md").read_text()

    assert (
        "**Status:** accepted against the advice, fastify-redis;"
        " not yet rendered, this version renders fastify-redis in its place.\n"
    ) in record
    assert "| price a month | at least 245.87 USD + 35.99 EUR | 212.40 USD |\n" in record


def test_the_documents_are_tidy(docs: Path) -> None:
    assert [path for path in docs.rglob("*.md") if LEFT_OVER.search(path.read_text())] == []


def test_a_project_without_a_stored_brief_keeps_its_requirements(
    release: Path, tmp_path: Path
) -> None:
    data = {"service_name": "myservice", "requirements": {"peak_rps": 7}}
    docs = copier_copy(release, tmp_path, data)

    table = "\n\n## Requirements\n\n| requirement | answer |\n|---|---|\n| `peak_rps` | 7 |\n"
    assert table in (docs / "architecture.md").read_text()
    assert list(docs.glob("decisions/*")) == []
