from __future__ import annotations

import re
from dataclasses import replace

from archgen.advisor.architecture import Architecture
from archgen.brief import to_markdown
from archgen.brief.mermaid import mermaid
from tests.brief.facts import folded, statements, words
from tests.brief.sample import SAMPLE


def read(markdown: str) -> str:
    """As a reader sees it."""
    return folded(markdown.replace("\\|", "|").replace("&lt;", "<"))


def test_it_says_everything(architecture: Architecture) -> None:
    text = read(to_markdown(architecture))

    assert [said for said in statements(architecture) if folded(said) not in text] == []
    assert [word for word in words(architecture) if word.replace('"', "#quot;") not in text] == []
    assert [size.arithmetic for size in architecture.sizes if size.arithmetic not in text] == []
    assert [choice.question for choice in architecture.choices if choice.question not in text] == []


def test_it_is_tidy(architecture: Architecture) -> None:
    markdown = to_markdown(architecture, "my-service")

    assert markdown.startswith("# Architecture of my-service\n\nWhat archgen decided")
    assert not re.search(r"\n{3,}|[ \t]$|\{[{%#]", markdown, re.MULTILINE)
    assert markdown.endswith("|\n")
    assert not markdown.endswith("\n\n")


def test_every_row_has_the_cells_of_its_table(architecture: Architecture) -> None:
    for table in re.findall(r"(?:^\|.*\n)+", to_markdown(architecture), re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}) == 1, table


def test_it_starts_with_a_summary() -> None:
    summary = to_markdown(SAMPLE).split("\n## ")[0]

    assert "| decision | picked | because |\n|---|---|---|\n| blueprint |" in summary
    assert len(re.findall(r"^\| ", summary, re.MULTILINE)) == 1 + len(SAMPLE.choices)


def test_it_draws_the_diagram(architecture: Architecture) -> None:
    assert f"\n```mermaid\n{mermaid(architecture.diagram)}\n```\n" in to_markdown(architecture)


def test_no_html_comes_from_the_texts() -> None:
    tags = set(re.findall(r"<[^>]*>", to_markdown(SAMPLE)))
    assert tags == {"<details>", "</details>", "<summary>", "</summary>"}


def test_prices_and_overrides() -> None:
    markdown = to_markdown(SAMPLE)

    assert "| RDS Proxy, its minimum | unknown |" in markdown
    assert "- Month 12: **at least 245.87 USD + 35.99 EUR**\n" in markdown
    assert "| price a month | at least 245.87 USD + 35.99 EUR | 212.40 USD |" in markdown
    assert "| `api_processes` | 4 processes (this version renders 2) |" in markdown


def test_problems_come_first_or_there_is_none() -> None:
    without = replace(SAMPLE, findings=())

    assert re.search(r"## Assessment\n\n- \*\*Problem\*\*.*\n- \*\*Note\*\*", to_markdown(SAMPLE))
    assert "## Assessment\n\n- The requirements go together.\n" in to_markdown(without)
