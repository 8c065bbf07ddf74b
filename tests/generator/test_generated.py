"""What programs write is what stands in the repository."""

from __future__ import annotations

import pytest
import yaml

from archgen import generated
from archgen.advisor import advise
from archgen.render import OPTIONS
from archgen.requirements import parse
from tests.support import ROOT


@pytest.mark.parametrize("path", generated.contents())
def test_a_generated_file_is_current(path: str) -> None:
    """`python -m archgen.generated` writes them all."""
    assert (ROOT / path).read_text("utf-8") == generated.contents()[path]()


@pytest.mark.parametrize("folder", ["docs/reference", "docs/examples"])
def test_nothing_else_stands_there(folder: str) -> None:
    there = {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).iterdir()}
    assert there == {path for path in generated.contents() if path.startswith(folder)}


def test_every_size_that_archgen_computes_has_a_default() -> None:
    questions = yaml.safe_load((ROOT / "blueprints/questions/decision.yml").read_text())
    assert questions["size_defaults"]["default"].keys() == advise(parse({})).sizing().keys()


def test_plain_copiers_options_are_those_of_its_default_brief() -> None:
    options = yaml.safe_load((ROOT / "blueprints/questions/options.yml").read_text("utf-8"))
    rendered = advise(parse({})).rendered
    assert {topic: it["default"] for topic, it in options.items()} == {
        topic: rendered[topic] for topic in OPTIONS
    }
