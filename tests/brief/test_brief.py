"""The brief: 80 columns, no colour, the same facts in every form."""

from __future__ import annotations

import json
import re

import pytest

from archgen import presets
from archgen.advisor import Architecture, advise
from archgen.brief import FORMATS, to_json, to_markdown, to_text
from archgen.brief.diagram import diagram
from archgen.requirements import parse

CHOSEN = {"blueprint": "nestjs-bullmq", "hosting": "kubernetes"}
EXTREME = {"jobs_per_minute": 1e6, "typical_operation_s": 86400, "peak_rps": 1e6, "knows": []}


def _architectures() -> dict[str, Architecture]:
    return {
        **{name: advise(parse(presets.load(name))) for name in presets.names()},
        "overridden": advise(parse({}), CHOSEN),
        "extreme": advise(parse(EXTREME)),
    }


CASES = _architectures()


@pytest.fixture(params=CASES)
def architecture(request: pytest.FixtureRequest) -> Architecture:
    return CASES[request.param]


def test_the_text_fits_80_columns_without_colour(architecture: Architecture) -> None:
    text = to_text(architecture)

    assert max(len(line) for line in text.splitlines()) <= 80
    assert "\x1b" not in text
    assert not re.search(r"[ \t]$", text, re.MULTILINE)


def test_the_text_has_its_sections_in_order(architecture: Architecture) -> None:
    titles = re.findall(r"^(.+)\n-+$", to_text(architecture), re.MULTILINE)

    assert titles == [
        "Assessment",
        "What gives first",
        "Choices",
        "Diagram, as this version renders it",
        "Capacity, of what this version renders",
        "What would change this",
    ]


@pytest.mark.parametrize("form", FORMATS)
def test_every_form_has_all_choices_and_sizes(architecture: Architecture, form: str) -> None:
    brief = " ".join(FORMATS[form](architecture).split())

    for choice in architecture.choices:
        assert choice.because in brief
        assert all(other.why in brief for other in choice.rejected)
    assert all(size.arithmetic in brief for size in architecture.sizes)
    assert all(finding.message in brief for finding in architecture.findings)


def test_the_markdown_is_tidy(architecture: Architecture) -> None:
    markdown = to_markdown(architecture, "my-service")

    assert markdown.startswith("# Architecture of my-service\n\nWhat archgen decided")
    assert not re.search(r"\n{3,}|[ \t]$|\{[{%#]", markdown, re.MULTILINE)
    assert markdown.endswith("|\n")


def test_json_is_one_document_of_the_same_data(architecture: Architecture) -> None:
    assert json.loads(to_json(architecture)) == architecture.to_dict()


def test_the_drawing_has_straight_boxes() -> None:
    lines = diagram(advise(parse({})))
    left = {line.index("|", 1) for line in lines if line.startswith("| ")}
    right = {len(line) for line in lines if line.count("|") == 4}

    assert len(left) == len(right) == 1


def test_what_is_not_yet_rendered_is_said() -> None:
    text = to_text(CASES["event-stream"])

    assert "NOT YET: blueprint=express-kafka is not yet in this version, which" in text


def test_an_override_shows_the_advice() -> None:
    text = to_text(CASES["overridden"])

    assert "because you chose it; what it costs: modules, decorators and a build step" in text
    assert "not fastify-redis: it was the advice: 3 engineers" in text
